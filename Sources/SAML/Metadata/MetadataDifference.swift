package import Foundation
import XMLSecurity

/// What a refresh would change of an identity provider, for a page that asks an administrator.
package enum MetadataDifference: Sendable, Hashable {
    package enum Service: String, Sendable, Hashable {
        case singleSignOn
        case singleLogout
    }

    case entityID(old: String, new: String)
    case endpointAdded(Service, MetadataEndpoint)
    case endpointRemoved(Service, MetadataEndpoint)
    /// By the SHA-256 fingerprint, as `CertificateSummary` has it.
    case certificateAdded(fingerprint: String)
    case certificateRemoved(fingerprint: String)
    case nameIDFormats(old: [String], new: [String])
    case wantsSignedRequests(Bool)
    case displayName(old: String?, new: String?)
    case validUntil(old: Date?, new: Date?)
    /// In seconds.
    case cacheDuration(old: Int?, new: Int?)

    /// In the order of the cases; the order of endpoints and certificates makes no difference.
    package static func between(
        _ old: IdentityProviderMetadata, _ new: IdentityProviderMetadata
    ) -> [MetadataDifference] {
        var found: [MetadataDifference] = []
        // Byte by byte: to Swift, strings are the same that only look the same.
        if !old.entityID.utf8.elementsEqual(new.entityID.utf8) {
            found.append(.entityID(old: old.entityID, new: new.entityID))
        }
        let services = [
            (Service.singleSignOn, old.singleSignOn, new.singleSignOn),
            (.singleLogout, old.singleLogout, new.singleLogout),
        ]
        for (service, old, new) in services {
            found += new.filter { !old.contains($0) }.map { .endpointAdded(service, $0) }
            found += old.filter { !new.contains($0) }.map { .endpointRemoved(service, $0) }
        }
        let (known, listed) = (fingerprints(of: old), fingerprints(of: new))
        found += listed.filter { !known.contains($0) }.map { .certificateAdded(fingerprint: $0) }
        found += known.filter { !listed.contains($0) }.map { .certificateRemoved(fingerprint: $0) }
        if Set(old.nameIDFormats) != Set(new.nameIDFormats) {
            found.append(.nameIDFormats(old: old.nameIDFormats, new: new.nameIDFormats))
        }
        if old.wantsSignedRequests != new.wantsSignedRequests {
            found.append(.wantsSignedRequests(new.wantsSignedRequests))
        }
        if old.displayName != new.displayName {
            found.append(.displayName(old: old.displayName, new: new.displayName))
        }
        if old.validUntil != new.validUntil { found.append(.validUntil(old: old.validUntil, new: new.validUntil)) }
        if old.cacheDuration != new.cacheDuration {
            found.append(.cacheDuration(old: old.cacheDuration, new: new.cacheDuration))
        }
        return found
    }

    private static func fingerprints(of provider: IdentityProviderMetadata) -> [String] {
        provider.signingCertificates.map(CertificateSummary.fingerprint)
    }

    /// Changes neither whom we trust nor where browsers are sent.
    fileprivate var isHarmless: Bool {
        switch self {
        case .displayName, .validUntil, .cacheDuration: true
        case .entityID, .endpointAdded, .endpointRemoved, .certificateAdded, .certificateRemoved, .nameIDFormats,
            .wantsSignedRequests:
            false
        }
    }

    fileprivate var isOfEntityID: Bool { if case .entityID = self { true } else { false } }
}

extension [MetadataDifference] {
    /// Whether a refresh may make these changes without an administrator: never another entity id; keys and endpoints
    /// only when a key that was known before has signed them.
    ///
    /// - Parameter isTrusted: of the new document, read with the connection's keys as those to trust.
    package func mayApplyUnasked(isTrusted: Bool) -> Bool {
        allSatisfy { $0.isHarmless || isTrusted && !$0.isOfEntityID }
    }
}
