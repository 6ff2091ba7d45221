import Foundation
import Testing
import XMLSecurity

@testable import SAML

/// The metadata that the service writes about itself.
struct MetadataWritingTests {
    private let keys = try! MetadataKeys.made.get()

    private func plain() throws -> ServiceProviderMetadata {
        ServiceProviderMetadata(
            entityID: "https://lectern.example/saml/c1/metadata", id: "_m1",
            signingCertificates: [try keys.certificate("idp")],
            encryptionCertificates: [try keys.certificate("next")],
            assertionConsumers: ["https://lectern.example/saml/c1/acs"])
    }

    private func full() throws -> ServiceProviderMetadata {
        var metadata = try plain()
        metadata.signingCertificates.append(try keys.certificate("next"))
        metadata.encryptionCertificates.append(try keys.certificate("idp"))
        metadata.validUntil = Date(timeIntervalSince1970: 2_000_000_000)
        metadata.cacheDuration = 86_400
        metadata.allowsCBC = true
        metadata.singleLogout = "https://lectern.example/saml/c1/slo"
        metadata.assertionConsumers.append("https://old.example/saml/c1/acs?a=1&b=2")
        metadata.userInterface = ServiceProviderMetadata.UserInterface(
            displayName: "Lectern", description: "Learning", informationURL: "https://lectern.example/")
        metadata.requestedAttributes = ServiceProviderMetadata.RequestedAttribute.allCases
        metadata.organization = ServiceProviderMetadata.Organization(
            name: "acme", displayName: "Acme", url: "https://acme.example/")
        metadata.contacts = [
            ServiceProviderMetadata.Contact(.technical, givenName: "Ann", mail: "ann@acme.example"),
            ServiceProviderMetadata.Contact(.support, mail: "help@acme.example"),
        ]
        return metadata
    }

    private func tree(_ metadata: ServiceProviderMetadata) throws -> XMLElement {
        try XMLReader.read(Array(metadata.text.utf8))
    }

    private func children(_ element: XMLElement, _ name: String) -> [XMLElement] {
        element.elements.filter { $0.name.local == name }
    }

    @Test func `elements stand in the order of the schema`() throws {
        let root = try tree(try full())
        #expect(
            root.elements.map(\.name.local) == ["SPSSODescriptor", "Organization", "ContactPerson", "ContactPerson"])
        #expect(root.attribute("entityID") == "https://lectern.example/saml/c1/metadata")
        #expect(root.attribute("validUntil") == "2033-05-18T03:33:20Z")
        #expect(root.attribute("cacheDuration") == "PT86400S")
        let role = root.elements[0]
        #expect(role.attribute("AuthnRequestsSigned") == "true" && role.attribute("WantAssertionsSigned") == "true")
        let names = role.elements.map(\.name.local)
        #expect(
            names == ["Extensions"] + [String](repeating: "KeyDescriptor", count: 4)
                + ["SingleLogoutService", "SingleLogoutService"] + [String](repeating: "NameIDFormat", count: 4)
                + ["AssertionConsumerService", "AssertionConsumerService", "AttributeConsumingService"])
        #expect(
            root.elements[1].elements.map(\.name.local) == [
                "OrganizationName", "OrganizationDisplayName", "OrganizationURL",
            ])
        #expect(root.elements[2].elements.map(\.text) == ["Ann", "mailto:ann@acme.example"])
        #expect(children(role, "AssertionConsumerService").map { $0.attribute("index") } == ["0", "1"])
        #expect(children(role, "AssertionConsumerService").map { $0.attribute("isDefault") } == ["true", "false"])
        #expect(
            children(role, "AssertionConsumerService").map { $0.attribute("Location") } == [
                "https://lectern.example/saml/c1/acs", "https://old.example/saml/c1/acs?a=1&b=2",
            ])
        #expect(children(role, "NameIDFormat").compactMap(\.text).first?.hasSuffix(":persistent") == true)
    }

    @Test func `keys stand in their order, with what may encrypt for them`() throws {
        let role = try tree(try full()).elements[0]
        let found = children(role, "KeyDescriptor")
        #expect(found.map { $0.attribute("use") } == ["signing", "signing", "encryption", "encryption"])
        let certificates = found.compactMap { $0.elements[0].elements.first?.elements.first?.text }
        #expect(certificates == ["idp", "next", "next", "idp"].compactMap { try? keys.base64($0) })
        func methods(_ key: XMLElement) -> [String] {
            children(key, "EncryptionMethod").compactMap { $0.attribute("Algorithm") }
                .compactMap { $0.split(separator: "#").last.map(String.init) }
        }
        let sound = ["aes256-gcm", "aes128-gcm"]
        let wrapping = ["rsa-oaep-mgf1p", "rsa-oaep"]
        #expect(methods(found[0]) == [])
        #expect(methods(found[2]) == sound + ["aes256-cbc", "aes128-cbc"] + wrapping)
        let strict = children(try tree(try plain()).elements[0], "KeyDescriptor")
        #expect(methods(strict[1]) == sound + wrapping)
    }

    @Test func `what is not given is not written`() throws {
        let root = try tree(try plain())
        #expect(root.elements.map(\.name.local) == ["SPSSODescriptor"])
        #expect(Set(root.attributes.map(\.name.local)) == ["ID", "entityID"])
        #expect(
            Set(root.elements[0].elements.map(\.name.local)) == [
                "KeyDescriptor", "NameIDFormat", "AssertionConsumerService",
            ])
    }

    @Test func `any text may stand in it`() throws {
        let text = "\"><x a='1'/>&amp; ]]> \u{1}\u{FFFE}\r\n\tÄ 🙂<!--"
        let taken = "\"><x a='1'/>&amp; ]]> \r\n\tÄ 🙂<!--"
        var metadata = try full()
        metadata.entityID = text
        metadata.singleLogout = text
        metadata.assertionConsumers = [text]
        metadata.userInterface = ServiceProviderMetadata.UserInterface(
            displayName: text, description: text, informationURL: text, language: text)
        metadata.organization = ServiceProviderMetadata.Organization(
            name: text, displayName: text, url: text, language: text)
        metadata.contacts = [ServiceProviderMetadata.Contact(.support, givenName: text, mail: text)]
        let root = try tree(metadata)
        #expect(root.attribute("entityID") == taken)
        let role = root.elements[0]
        #expect(role.elements[0].elements[0].elements.allSatisfy { $0.text == taken })
        #expect(children(role, "SingleLogoutService").allSatisfy { $0.attribute("Location") == taken })
        #expect(root.elements[1].elements.allSatisfy { $0.text == taken && $0.attributes[0].value == taken })
        #expect(root.elements[2].elements.map(\.text) == [taken, "mailto:" + taken])
        #expect(try XMLReader.read(try metadata.signed(with: try keys.signingKey("idp"))).attribute("ID") == "_m1")
    }

    @Test func `it is signed, and its signature verifies`() throws {
        for metadata in [try plain(), try full()] {
            let signed = try metadata.signed(with: try keys.signingKey("idp"))
            let root = try XMLReader.read(signed)
            #expect(root.elements[0].name.local == "Signature")
            let content = try XMLSignature(of: root, after: nil, allowing: SignatureAlgorithm.sound)
                .verified(by: [try keys.verificationKey("idp")])
            #expect(content.attribute("entityID") == metadata.entityID)
            let file = keys.folder.appendingPathComponent("\(UUID().uuidString).xml")
            try Data(signed).write(to: file)
            try MetadataKeys.run(
                "xmlsec1",
                [
                    "--verify", "--pubkey-cert-pem", keys.folder.appendingPathComponent("idp.pem").path,
                    "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor", file.path,
                ])
        }
    }

    @Test func `our own document is no identity provider's`() throws {
        let signed = try plain().signed(with: try keys.signingKey("idp"))
        #expect(throws: MetadataProblem.onlyServiceProvider) { try MetadataDocument(signed, at: Date()) }
    }
}
