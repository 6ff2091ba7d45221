import XMLSecurity

/// What a metadata document may cost, and how long what it says is waited for.
package enum MetadataLimits {
    /// Of a document.
    package static let bytes = 1_048_576
    /// Of an aggregate; Entra's document for one tenant has some 500.
    package static let elements = 40_000
    /// Of a signed document in canonical form, where each element may declare its namespaces anew.
    static let canonicalBytes = 4 * bytes
    /// Of an entity id, in characters (SAML 2.0 Metadata §2.2.1).
    package static let entityID = 1024
    /// Of an endpoint's address, in characters.
    package static let location = 2048
    /// Of one entity: signing certificates; endpoints of one kind; formats.
    package static let values = 32
    /// In characters; what is longer is cut.
    package static let displayName = 256
    /// Of a file with certificates, in bytes.
    package static let certificateFile = 65_536
    /// In seconds: the longest time that a document may ask not to be fetched again.
    package static let cacheDuration = 30 * 86_400
    /// In seconds: how long before its end a validity is worth a warning. Federations renew theirs every day or week.
    package static let soon = 3 * 86_400

    static var reading: XMLLimits {
        var limits = XMLLimits()
        limits.bytes = bytes
        limits.elements = elements
        return limits
    }

    static var signed: XMLLimits {
        var limits = reading
        limits.bytes = canonicalBytes
        return limits
    }
}

/// Those of metadata (SAML 2.0 Metadata §1.1).
extension Namespace {
    static let metadata = "urn:oasis:names:tc:SAML:2.0:metadata"
    /// SAML 2.0 Metadata Extensions for Login and Discovery User Interface.
    static let userInterface = "urn:oasis:names:tc:SAML:metadata:ui"
    static let xml = "http://www.w3.org/XML/1998/namespace"
}
