/// An identity provider as its metadata describes it, or as an admin did.
package struct ProviderDescription: Sendable, Hashable {
    package var provider: SAMLConnection.Provider
    /// The display name of the provider; nil if it states none.
    package var displayName: String?
    /// Keys of words for what is good to know: a certificate that has expired, a signature by an unknown key.
    package var warnings: [String]
    /// It names AES-CBC for encryption, and no cipher that is better.
    package var usesCBC = false

    package init(provider: SAMLConnection.Provider, displayName: String? = nil, warnings: [String] = []) {
        self.provider = provider
        self.displayName = displayName
        self.warnings = warnings
    }
}

/// A certificate as a person compares it with what the provider shows.
package struct CertificateDetails: Sendable, Hashable {
    package var subject: String?
    /// Upper-case hexadecimal with colons; Microsoft Entra ID shows the first and calls it the thumbprint.
    package var (sha1, sha256): (String, String)
    package var key: String
    package var notBefore: Timestamp
    package var notAfter: Timestamp

    package init(
        subject: String?, sha1: String, sha256: String, key: String, notBefore: Timestamp, notAfter: Timestamp
    ) {
        self.subject = subject
        (self.sha1, self.sha256) = (sha1, sha256)
        self.key = key
        self.notBefore = notBefore
        self.notAfter = notAfter
    }
}

/// Why a document describes no provider that people could sign in by.
package struct ProviderMetadataProblem: Error, Sendable, Hashable {
    /// A key of words, such as `weakKey`.
    package let key: String

    package init(key: String) { self.key = key }
}

/// The changes that a new description would make.
package struct ProviderDifference: Sendable, Hashable {
    /// A key of words, such as `certificateAdded`, and what it is about.
    package var key: String
    package var value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

/// Reads what identity providers say of themselves. No call reads anything but what it is given.
package protocol ProviderMetadataReading: Sendable {
    /// The providers that a document describes; an aggregate has several.
    ///
    /// - Parameter known: the provider as it is used by now, whose keys are trusted.
    func providers(
        in document: [UInt8], known: SAMLConnection.Provider?, now: Timestamp
    ) throws(ProviderMetadataProblem) -> [ProviderDescription]
    /// One that is described by its values; it need not have an address for logging out.
    func provider(
        issuer: String, singleSignOnURL: String, singleLogoutURL: String?, certificates: [UInt8], now: Timestamp
    ) throws(ProviderMetadataProblem) -> ProviderDescription
    /// The differences between two descriptions, and whether they may be applied without confirmation.
    func differences(
        from known: SAMLConnection.Provider, to document: [UInt8], now: Timestamp
    ) throws(ProviderMetadataProblem) -> (differences: [ProviderDifference], next: ProviderDescription, mayApply: Bool)
    /// Nil for what is no certificate.
    func details(of certificate: [UInt8]) -> CertificateDetails?
}
