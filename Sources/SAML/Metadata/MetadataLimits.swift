import XMLSecurity

/// The limits on the size of a metadata document and on the times that it may state.
public enum MetadataLimits {
    /// The most bytes of a document.
    public static let bytes = 1_048_576
    /// The most elements of a document; Entra's for one tenant has some 500.
    public static let elements = 40_000
    /// Of a signed document in canonical form, where each element may declare its namespaces anew.
    static let canonicalBytes = 4 * bytes
    /// The longest entity id, in Unicode scalars (SAML 2.0 Metadata §2.2.1).
    public static let entityID = 1024
    /// The longest address of an endpoint, in bytes.
    public static let location = 2048
    /// The most of each that one entity may have: signing certificates, endpoints of one kind, formats. Also the most
    /// certificates of a file.
    public static let values = 32
    /// The longest name for people, in Unicode scalars; what is longer is cut.
    public static let displayName = 256
    /// The most bytes of a file with certificates.
    public static let certificateFile = 65_536
    /// The longest time, in seconds, that a document may ask not to be fetched again.
    public static let cacheDuration = 30 * 86_400
    /// How long before its end, in seconds, a validity is worth a warning. Federations renew theirs every day or week.
    public static let soon = 3 * 86_400

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

/// The namespaces of metadata (SAML 2.0 Metadata §1.1).
extension Namespace {
    static let metadata = "urn:oasis:names:tc:SAML:2.0:metadata"
    /// SAML 2.0 Metadata Extensions for Login and Discovery User Interface.
    static let userInterface = "urn:oasis:names:tc:SAML:metadata:ui"
    static let xml = "http://www.w3.org/XML/1998/namespace"
}
