public import Foundation
import XMLSecurity

/// The metadata by which an identity provider describes itself (SAML 2.0 Metadata §2.4.3), as far as they are used.
public struct IdentityProviderMetadata: Sendable, Hashable {
    /// The entity id of the provider: the issuer of its messages.
    public var entityID: String
    /// The endpoints for signing in, by HTTP-Redirect and HTTP-POST only, in the order of the document; at least one.
    public var singleSignOn: [MetadataEndpoint]
    /// The endpoints for logging out, likewise; there may be none.
    public var singleLogout: [MetadataEndpoint]
    /// The certificates of the keys it signs by, in DER, in the order of the document, none twice; at least one.
    public var signingCertificates: [[UInt8]]
    /// The other certificates that it names for signing, in the order of the document: no signature is held against them.
    public var unusableCertificates: [UnusableCertificate]
    /// The kinds of names it can give, URIs (SAML 2.0 Core §8.3), often of `NameIDFormat`.
    public var nameIDFormats: [String]
    /// The ciphers that it names for encryption, URIs, often of `XMLEncryption.Algorithm`; none when it does not say.
    public var encryptionMethods: [String]
    /// Whether it takes only requests that are signed (`WantAuthnRequestsSigned`).
    public var wantsSignedRequests: Bool
    /// A name for people, in English if it has one, else its first (mdui:DisplayName, or of the organisation).
    public var displayName: String?
    /// When all this ends: the earliest of the document, the entity and its role; nil when nothing says so.
    public var validUntil: Date?
    /// For how many seconds it need not be fetched again: the shortest, likewise.
    public var cacheDuration: Int?

    /// Makes metadata from values that an administrator has typed instead of a document.
    ///
    /// - Parameters:
    ///   - issuer: the entity id.
    ///   - location: for sign-on, by HTTP-Redirect.
    ///   - logout: for single logout, by HTTP-Redirect; nil for none.
    ///   - certificates: in DER.
    /// - Throws: `noEntityID`, `longEntityID`, `placeholder`, `badEndpoint`, `noSigningKey`, `badCertificate`,
    ///   `weakKey`, `unknownKey`, `tooLarge`.
    public init(
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
        unusableCertificates = []
        nameIDFormats = []
        encryptionMethods = []
        wantsSignedRequests = false
    }

    /// The reasons to look at the provider before it is used: `certificateExpired`, `certificateNotYetValid`,
    /// `validUntilSoon`.
    public func warnings(at now: Date) -> [MetadataWarning] {
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
        let (usable, unusable) = try sorted(certificates.map { $0 })
        if let problem = unusable.first?.problem { throw problem }
        return usable
    }

    /// Sorts certificates into those that can verify a signature and the others.
    ///
    /// - Parameter certificates: in DER; nil for what is not even base64.
    /// - Throws: what is wrong with the first one if none can be used; `noSigningKey`, `tooLarge`.
    static func sorted(
        _ certificates: [[UInt8]?]
    ) throws(MetadataProblem) -> (usable: [[UInt8]], unusable: [UnusableCertificate]) {
        var (usable, unusable): ([[UInt8]], [UnusableCertificate]) = ([], [])
        for certificate in certificates {
            do throws(MetadataProblem) {
                guard let certificate else { throw .badCertificate }
                if usable.contains(certificate) { continue }
                try CertificateFile.check(certificate)
                usable.append(certificate)
            } catch {
                let other = UnusableCertificate(
                    sha256: certificate.map { CertificateSummary.fingerprint(of: $0) }, problem: error)
                if !unusable.contains(other) { unusable.append(other) }
            }
            if usable.count + unusable.count > MetadataLimits.values { throw .tooLarge }
        }
        if usable.isEmpty { throw unusable.first?.problem ?? .noSigningKey }
        return (usable, unusable)
    }
}

/// A certificate that metadata names beside others, and that no signature is held against.
public struct UnusableCertificate: Sendable, Hashable {
    /// The SHA-256 fingerprint of its bytes, as `CertificateSummary` shows it; nil when they are no base64.
    public let sha256: String?
    /// Why it is not used: `badCertificate`, `weakKey` or `unknownKey`.
    public let problem: MetadataProblem
}
