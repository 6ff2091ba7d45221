package import Foundation
import XMLSecurity

/// What an identity provider says of itself (SAML 2.0 Metadata §2.4.3), as far as it is used.
package struct IdentityProviderMetadata: Sendable, Hashable {
    package var entityID: String
    /// By HTTP-Redirect and HTTP-POST only, in the order of the document; at least one.
    package var singleSignOn: [MetadataEndpoint]
    package var singleLogout: [MetadataEndpoint]
    /// In DER, in the order of the document, none twice; at least one.
    package var signingCertificates: [[UInt8]]
    /// URIs (SAML 2.0 Core §8.3).
    package var nameIDFormats: [String]
    package var wantsSignedRequests: Bool
    /// In English if it has a name in it, else its first (mdui:DisplayName, or of the organisation).
    package var displayName: String?
    /// The earliest of the document, the entity and its role.
    package var validUntil: Date?
    /// In seconds, likewise.
    package var cacheDuration: Int?

    /// What an administrator has typed instead of a document.
    ///
    /// - Parameters:
    ///   - location: for sign-on, by HTTP-Redirect.
    ///   - logout: for single logout, by HTTP-Redirect; nil for none.
    ///   - certificates: in DER.
    /// - Throws: `noEntityID`, `longEntityID`, `placeholder`, `badEndpoint`, `noSigningKey`, `badCertificate`,
    ///   `weakKey`, `tooLarge`.
    package init(
        issuer: String, location: String, logout: String? = nil, certificates: [[UInt8]]
    ) throws(MetadataProblem) {
        entityID = try Self.entityID(issuer)
        for address in [location, logout].compactMap(\.self) {
            if MetadataEndpoint.holdsPlaceholder(address) { throw .placeholder }
            guard MetadataEndpoint.isTaken(address) else { throw .badEndpoint }
        }
        singleSignOn = [MetadataEndpoint(binding: .redirect, location: location)]
        singleLogout = logout.map { [MetadataEndpoint(binding: .redirect, location: $0)] } ?? []
        signingCertificates = try Self.certificates(certificates)
        nameIDFormats = []
        wantsSignedRequests = false
    }

    /// What keeps it from being used without a second look.
    package func warnings(at now: Date) -> [MetadataWarning] {
        let certificates = signingCertificates.compactMap { try? CertificateSummary($0) }
        var warnings: [MetadataWarning] = []
        if certificates.contains(where: { $0.notAfter < now }) { warnings.append(.certificateExpired) }
        if certificates.contains(where: { $0.notBefore > now }) { warnings.append(.certificateNotYetValid) }
        if let validUntil, validUntil.timeIntervalSince(now) < Double(MetadataLimits.soon) {
            warnings.append(.validUntilSoon)
        }
        return warnings
    }

    // MARK: Rules

    static func entityID(_ text: String?) throws(MetadataProblem) -> String {
        guard let text, !text.isEmpty else { throw .noEntityID }
        if text.unicodeScalars.count > MetadataLimits.entityID { throw .longEntityID }
        if MetadataEndpoint.holdsPlaceholder(text) { throw .placeholder }
        return text
    }

    /// The same without those that come again.
    static func certificates(_ certificates: [[UInt8]]) throws(MetadataProblem) -> [[UInt8]] {
        var found: [[UInt8]] = []
        for certificate in certificates where !found.contains(certificate) {
            try CertificateFile.check(certificate)
            found.append(certificate)
            if found.count > MetadataLimits.values { throw .tooLarge }
        }
        if found.isEmpty { throw .noSigningKey }
        return found
    }
}
