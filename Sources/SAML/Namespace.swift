import XMLSecurity

/// The namespaces of SAML 2.0 (Core §1.2, Metadata §1.1).
enum Namespace {
    static let assertion = "urn:oasis:names:tc:SAML:2.0:assertion"
    static let `protocol` = "urn:oasis:names:tc:SAML:2.0:protocol"
    static let signature = XMLSignature.namespace
    static let schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"
}

/// How messages travel (SAML 2.0 Bindings §3), by its URI.
public enum Binding: String, Sendable, Hashable, CaseIterable {
    /// In the query of an address (§3.4).
    case redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    /// In a form that the browser sends (§3.5).
    case post = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
}

/// The format of a `NameID` (SAML 2.0 Core §8.3), by its URI.
public enum NameIDFormat: String, Sendable, Hashable, CaseIterable {
    /// Whatever the provider takes it for.
    case unspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
    /// A mail address.
    case emailAddress = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    /// An opaque name that stays the same for one service.
    case persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
    /// An opaque name that is good for one session.
    case transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    /// The entity id of a provider or service: what an `Issuer` is.
    case entity = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
}

/// The name that an identity provider gives the subject of an assertion (SAML 2.0 Core §2.2.3).
public struct NameID: Sendable, Hashable {
    /// The name itself.
    public var value: String
    /// A URI, often one of `NameIDFormat`; nil when the provider did not say.
    public var format: String?
    /// The domain that the name is unique in, such as the provider's entity id; nil when the provider did not say.
    public var nameQualifier: String?
    /// Likewise of the service that the name is meant for.
    public var spNameQualifier: String?

    /// A name of the given parts.
    public init(value: String, format: String? = nil, nameQualifier: String? = nil, spNameQualifier: String? = nil) {
        self.value = value
        self.format = format
        self.nameQualifier = nameQualifier
        self.spNameQualifier = spNameQualifier
    }

    /// The longest that is taken, in bytes, of value and qualifiers (SAML 2.0 Core §8.3.7 has 256).
    public static let maximumLength = 1024

    /// Nil when the element is no `NameID`, holds elements, is blank or too long.
    init?(_ element: XMLElement) {
        guard element.is("NameID", in: Namespace.assertion), let text = element.text,
            text.utf8.count <= Self.maximumLength, !text.allSatisfy(\.isWhitespace)
        else { return nil }
        let others = ["Format", "NameQualifier", "SPNameQualifier", "SPProvidedID"].map { element.attribute($0) }
        guard others.allSatisfy({ ($0 ?? "").utf8.count <= Self.maximumLength }) else { return nil }
        self.init(value: text, format: others[0], nameQualifier: others[1], spNameQualifier: others[2])
    }

    /// As it stands in a message of ours.
    var xml: String {
        let attributes = [("NameQualifier", nameQualifier), ("SPNameQualifier", spNameQualifier), ("Format", format)]
        let written = attributes.map { name, value in value.map { " \(name)=\"\(XMLText.attribute($0))\"" } ?? "" }
        return
            "<saml:NameID xmlns:saml=\"\(Namespace.assertion)\"\(written.joined())>\(XMLText.text(value))</saml:NameID>"
    }
}
