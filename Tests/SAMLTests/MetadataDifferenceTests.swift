import Foundation
import Testing
import XMLSecurity

@testable import SAML

/// What a refresh changes, and what of it waits for an administrator.
struct MetadataDifferenceTests {
    private let keys = try! MetadataKeys.made.get()

    private func provider() throws -> IdentityProviderMetadata {
        try MetadataDocument(try MetadataText().bytes, at: Date()).providers[0]
    }

    private func differences(
        _ change: (inout IdentityProviderMetadata) throws -> Void
    ) throws -> [MetadataDifference] {
        let old = try provider()
        var new = old
        try change(&new)
        return MetadataDifference.between(old, new)
    }

    @Test func `every change is told`() throws {
        let (old, new) = (try keys.certificate("idp"), try keys.certificate("next"))
        let endpoint = MetadataEndpoint(binding: .redirect, location: "https://idp.example/slo")
        let end = Date(timeIntervalSince1970: 2_000_000_000)
        let found = try differences {
            $0.entityID = "urn:other"
            $0.singleSignOn.removeLast()
            $0.singleLogout = [endpoint]
            $0.signingCertificates = [new]
            $0.nameIDFormats = ["urn:a"]
            $0.wantsSignedRequests = true
            $0.displayName = "Acme"
            $0.validUntil = end
            $0.cacheDuration = 60
        }
        #expect(
            found == [
                .entityID(old: "https://idp.example/metadata", new: "urn:other"),
                .endpointRemoved(
                    .singleSignOn, MetadataEndpoint(binding: .post, location: "https://idp.example/sso/post")),
                .endpointAdded(.singleLogout, endpoint),
                .certificateAdded(fingerprint: try CertificateSummary(new).sha256),
                .certificateRemoved(fingerprint: try CertificateSummary(old).sha256),
                .nameIDFormats(old: [], new: ["urn:a"]), .wantsSignedRequests(true),
                .displayName(old: nil, new: "Acme"), .validUntil(old: nil, new: end),
                .cacheDuration(old: nil, new: 60),
            ])
    }

    @Test func `another order is no change`() throws {
        #expect(try differences { $0.singleSignOn.reverse() } == [])
        #expect([MetadataDifference]().mayApplyUnasked(isTrusted: false))
    }

    @Test func `names and times are applied unasked`() throws {
        let found = try differences {
            $0.displayName = "Acme"
            $0.validUntil = Date(timeIntervalSince1970: 2_000_000_000)
            $0.cacheDuration = 60
        }
        #expect(found.count == 3 && found.mayApplyUnasked(isTrusted: false))
    }

    @Test func `keys and endpoints are applied unasked only when a known key has signed them`() throws {
        let certificate = try keys.certificate("next")
        let endpoint = MetadataEndpoint(binding: .post, location: "https://evil.example/")
        for change in [
            { $0.signingCertificates.append(certificate) }, { $0.signingCertificates = [certificate] },
            { $0.singleSignOn.append(endpoint) }, { $0.singleLogout = [endpoint] }, { $0.singleSignOn.removeLast() },
            { $0.wantsSignedRequests = true }, { $0.nameIDFormats = ["urn:a"] },
        ] as [(inout IdentityProviderMetadata) -> Void] {
            let found = try differences(change)
            #expect(found.count >= 1 && !found.mayApplyUnasked(isTrusted: false), "\(found)")
            #expect(found.mayApplyUnasked(isTrusted: true), "\(found)")
        }
    }

    @Test func `another entity id is never applied unasked`() throws {
        #expect(try !differences { $0.entityID = "urn:other" }.mayApplyUnasked(isTrusted: true))
        var (composed, decomposed) = (try provider(), try provider())
        composed.entityID = "urn:\u{E9}"
        decomposed.entityID = "urn:e\u{301}"
        #expect(!MetadataDifference.between(composed, decomposed).mayApplyUnasked(isTrusted: true))
    }
}
