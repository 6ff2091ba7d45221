import Foundation
public import XMLSecurity

/// The document, its elements in the order of the schema (saml-schema-metadata-2.0.xsd).
extension ServiceProviderMetadata {
    /// The document in UTF-8, signed on its root (SAML 2.0 Metadata §3), in canonical form.
    ///
    /// - Throws: when the `id` is empty, the document is beyond `MetadataLimits`, or the key cannot sign.
    public func signed(with key: SigningKey) throws -> [UInt8] {
        var limits = MetadataLimits.reading
        // Our own names may have more of them than are taken from others.
        limits.marks = .max
        return try XMLSignature.signing(try XMLReader.read(Array(text.utf8), limits: limits), with: key)
    }

    /// The document without a signature.
    public var text: String {
        Self.element(
            "md:EntityDescriptor",
            [
                ("xmlns:md", Namespace.metadata), ("xmlns:ds", Namespace.signature), ("ID", id),
                ("entityID", entityID), ("validUntil", validUntil.map(Instant.text)),
                ("cacheDuration", cacheDuration.map { "PT\($0)S" }),
            ], [descriptor, organizationElement] + contacts.map(contact))
    }

    private var descriptor: String {
        let services = Binding.allCases.map { binding in
            singleLogout.map { Self.endpoint("md:SingleLogoutService", binding, $0) } ?? ""
        }
        let consumers = assertionConsumers.enumerated().map { index, location in
            Self.endpoint(
                "md:AssertionConsumerService", .post, location,
                [("index", String(index)), ("isDefault", index == 0 ? "true" : "false")])
        }
        let attributes: [(String, String?)] = [
            ("AuthnRequestsSigned", "true"), ("WantAssertionsSigned", "true"),
            ("protocolSupportEnumeration", Namespace.protocol),
        ]
        let keys =
            signingCertificates.map { Self.key("signing", $0, []) }
            + encryptionCertificates.map { Self.key("encryption", $0, encryptionMethods) }
        let formats = nameIDFormats.map { Self.element("md:NameIDFormat", [], text: $0.rawValue) }
        return Self.element(
            "md:SPSSODescriptor", attributes,
            [extensions] + keys + services + formats + consumers + [attributeService])
    }

    // MARK: Keys

    private static func key(_ use: String, _ certificate: [UInt8], _ methods: [String]) -> String {
        let text = element("ds:X509Certificate", [], text: Data(certificate).base64EncodedString())
        let info = element("ds:KeyInfo", [], [element("ds:X509Data", [], [text])])
        return element("md:KeyDescriptor", [("use", use)], [info] + methods)
    }

    /// In order of preference: providers take the first that they know (XML Encryption 1.1 §5.2, §5.5).
    private var encryptionMethods: [String] {
        let (first, second) = (XMLEncryption.namespace, "http://www.w3.org/2009/xmlenc11#")
        let ciphers: [XMLEncryption.Algorithm] =
            [.aes256GCM, .aes128GCM] + (allowsCBC ? [.aes256CBC, .aes128CBC] : [])
        func digest(_ algorithm: DigestAlgorithm) -> String {
            Self.element("ds:DigestMethod", [("Algorithm", algorithm.rawValue)])
        }
        let function = Self.element(
            "xenc11:MGF", [("xmlns:xenc11", second), ("Algorithm", second + "mgf1sha256")])
        return ciphers.map { Self.element("md:EncryptionMethod", [("Algorithm", $0.rawValue)]) } + [
            Self.element("md:EncryptionMethod", [("Algorithm", first + "rsa-oaep-mgf1p")], [digest(.sha1)]),
            Self.element("md:EncryptionMethod", [("Algorithm", second + "rsa-oaep")], [digest(.sha256), function]),
        ]
    }

    // MARK: Who we are

    private var extensions: String {
        guard let userInterface else { return "" }
        let pieces: [(String, String?)] = [
            ("DisplayName", userInterface.displayName), ("Description", userInterface.description),
            ("InformationURL", userInterface.informationURL),
        ]
        let elements = pieces.map { name, value in
            value.map { Self.element("mdui:\(name)", [("xml:lang", userInterface.language)], text: $0) } ?? ""
        }
        let information = Self.element("mdui:UIInfo", [("xmlns:mdui", Namespace.userInterface)], elements)
        return Self.element("md:Extensions", [], [information])
    }

    private var attributeService: String {
        guard !requestedAttributes.isEmpty else { return "" }
        let name = Self.element(
            "md:ServiceName", [("xml:lang", userInterface?.language ?? "en")],
            text: userInterface?.displayName ?? entityID)
        let attributes = requestedAttributes.map { attribute in
            Self.element(
                "md:RequestedAttribute",
                [
                    ("FriendlyName", attribute.friendlyName), ("Name", attribute.rawValue),
                    ("NameFormat", "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"), ("isRequired", "false"),
                ])
        }
        return Self.element("md:AttributeConsumingService", [("index", "0")], [name] + attributes)
    }

    private var organizationElement: String {
        guard let organization else { return "" }
        let pieces = [
            ("Name", organization.name), ("DisplayName", organization.displayName), ("URL", organization.url),
        ]
        return Self.element(
            "md:Organization", [],
            pieces.map { name, value in
                Self.element("md:Organization\(name)", [("xml:lang", organization.language)], text: value)
            })
    }

    private func contact(_ contact: Contact) -> String {
        Self.element(
            "md:ContactPerson", [("contactType", contact.kind.rawValue)],
            [
                contact.givenName.map { Self.element("md:GivenName", [], text: $0) } ?? "",
                Self.element("md:EmailAddress", [], text: "mailto:" + contact.mail),
            ])
    }

    // MARK: Elements

    private static func endpoint(
        _ name: String, _ binding: Binding, _ location: String, _ more: [(String, String?)] = []
    ) -> String { element(name, [("Binding", binding.rawValue), ("Location", location)] + more) }

    private static func element(_ name: String, _ attributes: [(String, String?)], text: String) -> String {
        element(name, attributes, [XMLText.text(text)])
    }

    /// - Parameters:
    ///   - attributes: those without a value are left out.
    ///   - content: written already.
    private static func element(
        _ name: String, _ attributes: [(String, String?)], _ content: [String] = []
    ) -> String {
        let written = attributes.map { name, value in value.map { " \(name)=\"\(XMLText.attribute($0))\"" } ?? "" }
        return "<\(name)\(written.joined())>\(content.joined())</\(name)>"
    }
}
