package import Domain
import Foundation
import SAML
import XMLSecurity

/// Reads providers' metadata into the words of the product.
package struct MetadataReader: ProviderMetadataReading {
    package init() {}

    package func providers(
        in document: [UInt8], known: SAMLConnection.Provider?, now: Timestamp
    ) throws(ProviderMetadataProblem) -> [ProviderDescription] {
        let document = try read(document, known, now)
        return document.providers.map { provider in
            // A warning about the whole document applies to each provider in it.
            let own = provider.warnings(at: now.date)
            let warnings = document.warnings.filter {
                own.contains($0) || $0 == .signedButKeyUnknown || $0 == .signatureAlgorithm
            }
            return description(of: provider, warnings)
        }
    }

    package func provider(
        issuer: String, singleSignOnURL: String, singleLogoutURL: String?, certificates: [UInt8], now: Timestamp
    ) throws(ProviderMetadataProblem) -> ProviderDescription {
        do throws(MetadataProblem) {
            let provider = try IdentityProviderMetadata(
                issuer: issuer, location: singleSignOnURL, logout: singleLogoutURL,
                certificates: try CertificateFile(certificates).certificates)
            return description(of: provider, provider.warnings(at: now.date))
        } catch { throw ProviderMetadataProblem(key: error.rawValue) }
    }

    package func differences(
        from known: SAMLConnection.Provider, to document: [UInt8], now: Timestamp
    ) throws(ProviderMetadataProblem) -> (
        differences: [ProviderDifference], next: ProviderDescription, mayApply: Bool
    ) {
        let document = try read(document, known, now)
        // Another provider than the one that is known is never taken in its place.
        guard let next = document[known.issuer] ?? (document.providers.count == 1 ? document.providers[0] : nil) else {
            throw ProviderMetadataProblem(key: MetadataProblem.noIdentityProvider.rawValue)
        }
        let description = description(of: next, document.warnings)
        let moved = Self.differences(from: known, to: description.provider)
        let isSame = known.issuer.utf8.elementsEqual(next.entityID.utf8)
        return (moved, description, moved.isEmpty || isSame && document.isTrusted)
    }

    package func details(of certificate: [UInt8]) -> CertificateDetails? {
        guard let summary = try? CertificateSummary(certificate) else { return nil }
        return CertificateDetails(
            subject: summary.commonName, sha1: summary.sha1, sha256: summary.sha256, key: summary.key.description,
            notBefore: Timestamp(summary.notBefore), notAfter: Timestamp(summary.notAfter))
    }

    private func read(
        _ document: [UInt8], _ known: SAMLConnection.Provider?, _ now: Timestamp
    ) throws(ProviderMetadataProblem) -> MetadataDocument {
        let keys = (known?.certificates ?? []).compactMap { try? VerificationKey(certificate: $0) }
        do throws(MetadataProblem) { return try MetadataDocument(document, trusting: keys, at: now.date) } catch {
            throw ProviderMetadataProblem(key: error.rawValue)
        }
    }

    /// Requests go by redirect where the provider takes that, because they are short.
    private func description(
        of metadata: IdentityProviderMetadata, _ warnings: [MetadataWarning]
    ) -> ProviderDescription {
        let signOn = metadata.singleSignOn.first { $0.binding == .redirect } ?? metadata.singleSignOn[0]
        var provider = SAMLConnection.Provider(
            issuer: metadata.entityID, singleSignOnURL: signOn.location, singleSignOnBinding: signOn.binding.ofDomain,
            certificates: metadata.signingCertificates)
        provider.certificatesEnd = metadata.signingCertificates.compactMap { details(of: $0)?.notAfter }.max()
        provider.unusableCertificates = metadata.unusableCertificates.map {
            SAMLConnection.UnusableCertificate(sha256: $0.sha256, problem: $0.problem.rawValue)
        }
        if let logout = metadata.singleLogout.first(where: { $0.binding == .redirect }) ?? metadata.singleLogout.first {
            provider.singleLogoutURL = logout.location
            provider.singleLogoutBinding = logout.binding.ofDomain
            provider.singleLogoutResponseURL = logout.responseLocation
        }
        var description = ProviderDescription(
            provider: provider, displayName: metadata.displayName, warnings: warnings.map(\.rawValue))
        let ciphers = Set(metadata.encryptionMethods.compactMap { XMLEncryption.Algorithm(rawValue: $0) })
        description.usesCBC = !ciphers.isEmpty && ciphers.isSubset(of: XMLEncryption.Algorithm.chaining)
        if !provider.unusableCertificates.isEmpty { description.warnings.insert("unusableCertificate", at: 0) }
        if description.usesCBC { description.warnings.append("cbcTaken") }
        return description
    }

    private static func differences(
        from old: SAMLConnection.Provider, to new: SAMLConnection.Provider
    ) -> [ProviderDifference] {
        var found: [ProviderDifference] = []
        for (key, before, after) in [
            ("issuer", old.issuer, new.issuer), ("singleSignOn", old.singleSignOnURL, new.singleSignOnURL),
            ("singleLogout", old.singleLogoutURL ?? "", new.singleLogoutURL ?? ""),
            ("singleLogoutResponse", old.singleLogoutResponseURL ?? "", new.singleLogoutResponseURL ?? ""),
        ] where before != after { found.append(ProviderDifference(key: key, value: after)) }
        for certificate in new.certificates where !old.certificates.contains(certificate) {
            found.append(
                ProviderDifference(key: "certificateAdded", value: CertificateSummary.fingerprint(of: certificate)))
        }
        for certificate in old.certificates where !new.certificates.contains(certificate) {
            found.append(
                ProviderDifference(key: "certificateRemoved", value: CertificateSummary.fingerprint(of: certificate)))
        }
        return found
    }
}

extension Binding {
    fileprivate var ofDomain: SAMLConnection.Binding {
        switch self {
        case .redirect: .redirect
        case .post: .post
        }
    }
}
