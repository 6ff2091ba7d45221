/// Why metadata or a certificate is refused. The raw values are keys of the console's words and stay as they are.
package enum MetadataProblem: String, Error, Sendable, Hashable, CaseIterable {
    case notXML
    /// HTML, such as the page of a sign-in that a download has run into.
    case webPage
    /// A private key is among the bytes: nothing of them may be kept.
    case privateKey
    case documentType
    /// The document, or a list in it, is longer than `MetadataLimits` has it.
    case tooLarge
    case noIdentityProvider
    /// The metadata of a service, often our own.
    case onlyServiceProvider
    /// The identity provider speaks only other protocols, such as SAML 1.1.
    case noSAML2
    case noEntityID
    case longEntityID
    /// A `{tenant}` stands where the tenant's id belongs: Entra's document for all tenants.
    case placeholder
    case noSigningKey
    case badCertificate
    /// RSA below 2048 bits.
    case weakKey
    /// No sign-on by HTTP-Redirect or HTTP-POST.
    case noEndpoint
    /// An address that is neither `https` nor `http` on this machine, or has user information or a fragment.
    case badEndpoint
    case expired
    /// A `validUntil` that is no time (SAML 2.0 Core §1.3.3).
    case badTime
    case duplicateEntity
    /// A signature that is wrong, whoever has made it.
    case badSignature
}

/// What an administrator should know of metadata that is taken. The raw values are keys of the console's words.
package enum MetadataWarning: String, Sendable, Hashable, CaseIterable {
    case certificateExpired
    case certificateNotYetValid
    /// The document is signed, but not by one of the keys that it is known by.
    case signedButKeyUnknown
    /// The document is signed by an algorithm that is not taken, such as SHA-1: it counts as not signed.
    case signatureAlgorithm
    case validUntilSoon
}
