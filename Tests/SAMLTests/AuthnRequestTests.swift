import Foundation
import Testing
import XMLSecurity

@testable import SAML

struct AuthnRequestTests {
    private static let now = ResponseBuilder.now

    private var request: AuthnRequest {
        AuthnRequest(
            id: "id-1f", issueInstant: Self.now, issuer: "https://sp.example/saml/c1/metadata",
            destination: "https://idp.example/sso", assertionConsumerServiceURL: "https://sp.example/saml/c1/acs")
    }

    private func read(_ request: AuthnRequest) throws -> XMLElement { try XMLReader.read(Array(request.xml.utf8)) }

    @Test func `a request says what it asks for, and no more`() throws {
        let root = try read(request)
        #expect(root.is("AuthnRequest", in: Namespace.protocol))
        #expect(
            Dictionary(uniqueKeysWithValues: root.attributes.map { ($0.name.local, $0.value) }) == [
                "ID": "id-1f", "Version": "2.0", "IssueInstant": "2026-11-22T10:00:00Z",
                "Destination": "https://idp.example/sso", "ProtocolBinding": Binding.post.rawValue,
                "AssertionConsumerServiceURL": "https://sp.example/saml/c1/acs",
            ])
        #expect(root.elements.map(\.name.local) == ["Issuer", "NameIDPolicy"])
        #expect(root.elements[0].is("Issuer", in: Namespace.assertion))
        #expect(root.elements[0].text == "https://sp.example/saml/c1/metadata")
        #expect(root.elements[1].attributes.map(\.name.local) == ["AllowCreate"])
    }

    @Test func `what may be asked for beside stands in the order of the schema`() throws {
        var request = request
        request.forcesAuthentication = true
        request.nameIDFormat = NameIDFormat.persistent.rawValue
        request.authenticationContexts = ["urn:a", "urn:b"]
        let root = try read(request)
        #expect(root.attribute("ForceAuthn") == "true")
        #expect(root.elements.map(\.name.local) == ["Issuer", "NameIDPolicy", "RequestedAuthnContext"])
        #expect(root.elements.dropFirst().allSatisfy { $0.name.namespace == Namespace.protocol })
        #expect(root.elements[1].attribute("Format") == NameIDFormat.persistent.rawValue)
        #expect(root.elements[2].attribute("Comparison") == "exact")
        #expect(root.elements[2].elements.map(\.text) == ["urn:a", "urn:b"])
        #expect(root.elements[2].elements.allSatisfy { $0.is("AuthnContextClassRef", in: Namespace.assertion) })
    }

    @Test func `a value stays a value`() throws {
        for hostile in [
            "\"><evil/>", "'/><evil a='", "</saml:Issuer><evil/>", "]]>", "<![CDATA[", "<!-- ", "&amp;", "&e;", "&#60;",
            "a\tb\nc\rd", "  ", "\u{E9}\u{1F600}\u{2028}", "%22%3E", "<?a b?>",
        ] {
            var request = AuthnRequest(
                id: hostile, issueInstant: Self.now, issuer: hostile, destination: hostile,
                assertionConsumerServiceURL: hostile)
            request.nameIDFormat = hostile
            request.authenticationContexts = [hostile]
            let root = try read(request)
            for name in ["ID", "Destination", "AssertionConsumerServiceURL"] {
                #expect(root.attribute(name) == hostile, "\(name) \(hostile)")
            }
            #expect(root.elements.map(\.name.local) == ["Issuer", "NameIDPolicy", "RequestedAuthnContext"])
            #expect(root.elements[0].text == hostile)
            #expect(root.elements[1].attribute("Format") == hostile)
            #expect(root.elements[2].elements.map(\.text) == [hostile])
        }
        // Characters that XML cannot express are left out.
        var request = request
        request.issuer = "a\0b\u{8}c\u{FFFE}d"
        #expect(try read(request).elements[0].text == "abcd")
    }

    /// Nothing but the name of the message is different each time.
    @Test func `a request is named as it is told, and signed under this name`() throws {
        let key = try MetadataKeys.made.get().signingKey("next")
        for id in ["id-0", "_0", "a.b-c_d"] {
            var request = request
            request.id = id
            let bytes = try #require(Data(base64Encoded: try PostBinding.value(request.xml, key: key)))
            let root = try XMLReader.read([UInt8](bytes))
            #expect(root.attribute("ID") == id)
            #expect(root.elements.map(\.name.local) == ["Issuer", "Signature", "NameIDPolicy"])
        }
        var request = request
        request.id = ""
        #expect(throws: XMLSignature.CreationProblem.noIdentifier) { try PostBinding.value(request.xml, key: key) }
    }

    @Test func `what we sign for a form, xmlsec1 verifies`() throws {
        let keys = try MetadataKeys.made.get()
        var request = request
        request.issuer = "https://\u{E9}.example/?a=<&>\"'\r\n\t"
        request.authenticationContexts = ["urn:a"]
        for issuer in [request.issuer, ""] {
            request.issuer = issuer
            let value = try PostBinding.value(request.xml, key: try keys.signingKey("next"))
            let file = keys.folder.appendingPathComponent("\(UUID().uuidString).xml")
            try #require(Data(base64Encoded: value)).write(to: file)
            try MetadataKeys.run(
                "xmlsec1",
                [
                    "--verify", "--pubkey-cert-pem", keys.folder.appendingPathComponent("next.pem").path,
                    "--id-attr:ID", "\(Namespace.protocol):AuthnRequest", file.path,
                ])
        }
    }
}
