/// Why metadata or a certificate is refused. The raw values stay as they are: they are keys of the words that people
/// are shown.
public enum MetadataProblem: String, Error, Sendable, Hashable, CaseIterable {
    /// The bytes are no document of the strict part of XML that is taken.
    case notXML
    /// HTML, such as the page of a sign-in that a download has run into.
    case webPage
    /// A private key is among the bytes: nothing of them may be kept.
    case privateKey
    /// The document has a document type (`<!DOCTYPE`).
    case documentType
    /// The document, or a list in it, is longer than `MetadataLimits` has it.
    case tooLarge
    /// There is no identity provider in it, or it is no metadata at all.
    case noIdentityProvider
    /// The metadata of a service, often our own.
    case onlyServiceProvider
    /// The identity provider speaks only other protocols, such as SAML 1.1.
    case noSAML2
    /// The entity id is missing or empty.
    case noEntityID
    /// The entity id is longer than `MetadataLimits.entityID`.
    case longEntityID
    /// A `{tenant}` stands where the tenant's id belongs: Entra's document for all tenants.
    case placeholder
    /// There is no certificate by which signatures could be checked.
    case noSigningKey
    /// A certificate cannot be read, or is made in a way that is not taken, such as with a negative serial number.
    case badCertificate
    /// A certificate has a kind of key that no algorithm uses, such as Ed25519.
    case unknownKey
    /// RSA below 2048 bits.
    case weakKey
    /// No sign-on by HTTP-Redirect or HTTP-POST.
    case noEndpoint
    /// An address that is neither `https` nor `http` on this machine, or has user information or a fragment.
    case badEndpoint
    /// Its `validUntil` has passed.
    case expired
    /// A `validUntil` that is no time (SAML 2.0 Core §1.3.3).
    case badTime
    /// Two entities have the same entity id.
    case duplicateEntity
    /// A signature that is wrong, whoever has made it.
    case badSignature
}

/// A warning for an administrator about metadata that are accepted. The raw values stay as they are, likewise.
public enum MetadataWarning: String, Sendable, Hashable, CaseIterable {
    /// The time of a signing certificate has ended. Signatures are held against its key all the same.
    case certificateExpired
    /// The time of a signing certificate has not begun; likewise.
    case certificateNotYetValid
    /// The document is signed, but not by one of the keys that it is known by.
    case signedButKeyUnknown
    /// The document is signed by an algorithm that is not taken, such as SHA-1: it counts as not signed.
    case signatureAlgorithm
    /// Its `validUntil` is less than `MetadataLimits.soon` away.
    case validUntilSoon
}
