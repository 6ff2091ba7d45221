import Foundation
import Testing

@testable import SAML
@testable import XMLSecurity

/// The boundaries of the rules: inputs that almost meet them.
struct RuleBoundaryTests {
    private typealias Response = ResponseBuilder
    private typealias Logout = LogoutBuilder

    @Test func `a request is named exactly`() throws {
        // KELVIN SIGN for K, outside of what is signed.
        try Response.refuses(.correlation, .confirmation) { response in
            response.expectation.requests.pending = ["id-K"]
            response.confirmations = Response.confirmation(answers: "id-K")
            response.inResponseTo = "id-\u{212A}"
        }
        try Response.refuses(.correlation, .confirmation) { response in
            response.expectation.requests.pending = ["id-\u{E9}"]
            response.confirmations = Response.confirmation(answers: "id-\u{E9}")
            response.inResponseTo = "id-e\u{301}"
        }
        try Response.refuses(.correlation) { response in
            response.expectation.requests.pending = ["id-\u{E9}"]
            response.confirmations = Response.confirmation(answers: "id-e\u{301}")
            response.inResponseTo = "id-e\u{301}"
        }
    }

    @Test func `what is kept is short, whatever characters it is made of`() throws {
        // One character to Swift.
        let long = "a" + String(repeating: "\u{200D}", count: 40_000)
        let found = try Response.accepts { response in
            response.statements =
                Response.authentication(context: long)
                + Response.attribute("a", "b").replacing("Name=\"a\"", with: "Name=\"a\" FriendlyName=\"\(long)\"")
        }
        #expect((found.authenticationContext ?? "").utf8.count <= 4000)
        #expect((found.attributes[0].friendlyName ?? "").utf8.count <= 4096)
        var response = Response()
        response.status = Response.status("\(long)", message: long)
        let refused = try response.verify()
        #expect((refused.status?.message ?? "").utf8.count <= 4000)
        #expect((refused.status?.codes[0] ?? "").utf8.count <= 4000)
        #expect((refused.failure?.found ?? "").utf8.count <= 4000)
    }

    @Test func `only the code itself says success`() throws {
        for status in [
            "<samlp:Status><samlp:StatusCode Value=\"Success\"/></samlp:Status>",
            "<samlp:Status><x xmlns=\"urn:x\"/><samlp:StatusCode Value=\"\(ProviderStatus.success)\"/></samlp:Status>",
        ] {
            var logout = Logout()
            (logout.kind, logout.status) = (.response, status)
            if case .response(let found)? = try? logout.posted() { #expect(!found.isSuccess, "\(status)") }
        }
    }

    @Test func `there is one outermost code`() throws {
        let codes = ["Success", "Responder"].map {
            "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:\($0)\"/>"
        }
        try Response.refuses(.status) { $0.status = "<samlp:Status>\(codes.joined())</samlp:Status>" }
    }

    @Test func `a request to log out names one person`() throws {
        let encrypted = try Sealed.made.get().element("EncryptedID", ResponseBuilder.name("bob"))
        try Logout.refuses { $0.name += encrypted }
    }

    @Test func `an answer holds its status and nothing behind`() throws {
        try Logout.refuses("stranger") { ($0.kind, $0.behind) = (.response, "<x/>") }
        try Logout.refuses("two") { logout in
            (logout.kind, logout.behind) = (.response, ResponseBuilder.status("Responder"))
        }
    }

    @Test func `a prefix that only the inner signature is about stays where it was`() throws {
        let listed = "<ec:InclusiveNamespaces xmlns:ec=\"\(XMLSignature.exclusive)\" PrefixList=\"xs\"/>"
        let transform = SignatureText.exclusive.replacing("/>", with: ">\(listed)</ds:Transform>")
        for signed in [[.assertion], [.assertion, .response]] as [Set<Response.Part>] {
            try Response.accepts("\(signed)") { response in
                response.signed = signed
                response.responseSignature = SignatureText(uri: "#r1")
                response.assertionAttributes = " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\""
                response.assertionSignature = SignatureText(
                    transforms: SignatureText.enveloped + transform, prefixes: ["xs"])
            }
        }
    }

    @Test func `a session ends when the first statement says`() throws {
        let found = try Response.accepts { response in
            response.statements =
                Response.authentication(until: Response.at(3600)) + Response.authentication(until: Response.at(600))
        }
        #expect(found.sessionNotOnOrAfter == Response.now.addingTimeInterval(600))
        let other = try Response.accepts { response in
            response.statements = Response.authentication() + Response.authentication(until: Response.at(600))
        }
        #expect(other.sessionNotOnOrAfter == Response.now.addingTimeInterval(600))
    }

    @Test func `a span of time has a beginning before its end`() throws {
        try Response.refuses(.conditions) { response in
            response.conditions = Response.conditions(from: Response.at(30), until: Response.at(-30))
        }
        try Response.refuses(.confirmation) { response in
            response.confirmations = Response.confirmation(from: Response.at(30), until: Response.at(30))
        }
    }

    @Test func `a subject has one name, and confirmations and nothing else`() throws {
        let (other, confirmation) = (Response.name("eve@example.org"), Response.confirmation())
        let encrypted = try Sealed.made.get().element("EncryptedID", other)
        for more in [other, "<saml:BaseID/>", encrypted, "<x xmlns=\"urn:x\"/>", "<saml:Advice/>"] {
            try Response.refuses(.subject, of: "behind the name: \(more)") { $0.nameID += more }
            try Response.refuses(.subject, of: "behind all: \(more)") { $0.confirmations += more }
            try Response.refuses(.subject, of: "in front: \(more)") { $0.nameID = more + $0.nameID }
        }
        for more in ["<x xmlns=\"urn:x\"/>", "<saml:SubjectConfirmationData/>", other] {
            let wrong = confirmation.replacing(
                "</saml:SubjectConfirmation>", with: more + "</saml:SubjectConfirmation>")
            try Response.refuses(.subject, of: "in the confirmation: \(more)") { $0.confirmations = wrong }
        }
        try Response.accepts("who confirms may be named") {
            $0.confirmations = confirmation.replacing(
                "<saml:SubjectConfirmationData", with: other + "<saml:SubjectConfirmationData")
        }
        try Response.accepts("several confirmations") {
            $0.confirmations += Response.confirmation(until: Response.at(60))
        }
    }

    @Test func `an empty name of a request is none`() throws {
        try Response.accepts { response in
            response.expectation.requests = .init(pending: ["id-request"], mayBeNone: true)
            response.inResponseTo = ""
            response.confirmations = Response.confirmation(answers: "")
        }
        // If the provider may not begin, its answer names no request.
        try Response.refuses(.correlation) { response in
            response.inResponseTo = ""
            response.confirmations = Response.confirmation(answers: "")
        }
        for (said, confirmed) in [("", Response.request), (Response.request, "")] {
            try Response.refuses(.correlation, .confirmation, of: "\(said)") { response in
                response.expectation.requests = .init(pending: [Response.request], mayBeNone: true)
                response.inResponseTo = said
                response.confirmations = Response.confirmation(answers: confirmed)
            }
        }
    }

    @Test func `a hint where the schema is may stand on the response, and nothing else of another namespace`() throws {
        let schema = " xmlns:xsi=\"\(Namespace.schemaInstance)\""
        try Response.accepts { $0.attributes = "\(schema) xsi:schemaLocation=\"urn:x https://x.example/s.xsd\"" }
        for attribute in ["xsi:type=\"x\"", "xsi:nil=\"true\"", "schemaLocation=\"x\"", "xml:lang=\"en\""] {
            try Response.refuses(.response, of: attribute) { $0.attributes = "\(schema) \(attribute)" }
        }
    }

    @Test func `times with an offset mean the same moment everywhere`() throws {
        func at(_ seconds: Double) -> String {
            let local = Instant.text(Response.now.addingTimeInterval(seconds + 5400))
            return local.replacing("Z", with: "+01:30")
        }
        try Response.accepts { response in
            (response.issued, response.assertionIssued) = (at(-2), at(-2))
            response.confirmations = Response.confirmation(until: at(300))
            response.conditions = Response.conditions(from: at(-60), until: at(300))
            response.statements = Response.authentication(at: at(-10), until: at(600))
        }
        try Response.refuses(.confirmation) { $0.confirmations = Response.confirmation(until: at(-61)) }
        try Response.refuses(.conditions) { $0.conditions = Response.conditions(until: at(-61)) }
    }

    @Test(arguments: [true, false])
    func `what is encrypted uses the prefixes of the response around it`(_ isSigned: Bool) throws {
        let schema = "xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"\(Namespace.schemaInstance)\""
        let statement =
            Response.authentication()
            + Response.attribute("mail", "x").replacing(
                "<saml:AttributeValue>", with: "<saml:AttributeValue xsi:type=\"xs:string\">")
        // Signed with the declarations, and encrypted without: prefixes are those of the root.
        let found = try Response.accepts { response in
            response.statements = statement
            response.assertionAttributes = " \(schema)"
            response.attributes = " \(schema)"
            response.encryption = .aes256GCM
            if isSigned {
                // As it stands, with the declarations that nothing outside of the content uses.
                response.signed = [.assertion, .response]
                response.responseSignature = SignatureText(uri: "#r1")
            }
            response.plain = try? response.assertion().replacing(" \(schema)", with: "")
                .replacing(" xmlns:xsi=\"\(Namespace.schemaInstance)\"", with: "")
        }
        #expect(found.attributes.first?.values == ["x"])
    }

    @Test func `a name is not blank`() throws {
        for blank in [" ", "\n", "\t", "\u{A0}"] {
            try Response.refuses(.subject, of: blank) { $0.nameID = Response.name(blank) }
        }
    }

    @Test func `no parameter hides behind an encoding of its name`() throws {
        let good = try Logout().parameters().joined(separator: "&")
        for hidden in [
            "Relay%53tate=x", "%52elayState=x", "SAML%52equest=AAAA", "RelayState%=x", "SAML+Request=",
            "RelayState\u{301}=x", "Sig%41lg=x",
        ] {
            #expect(throws: VerifiedLogout.Refusal.self, "\(hidden)") { try Logout().redirected("\(good)&\(hidden)") }
        }
    }

    @Test func `a message in a query has no signature inside`() throws {
        // Bindings §3.4.4.1: it is taken out before the message is encoded; one that is left was not verified.
        var logout = Logout()
        logout.extensions = "<ds:Signature xmlns:ds=\"\(XMLSignature.namespace)\"><ds:rubbish/></ds:Signature>"
        #expect(throws: VerifiedLogout.Refusal.self) { try logout.redirected() }
    }

    @Test func `base64 ends as it has to`() {
        for text in ["AAAA====", "AA=A", "AAA=====", "A=AA"] { #expect(Data(base64Text: text) == nil, "\(text)") }
        for text in ["AAAA", "AAA=", "AA==", "AA\n==", "A A = ="] { #expect(Data(base64Text: text) != nil, "\(text)") }
    }

    @Test func `a day is a day by the provider's clock too`() throws {
        let end = Response.at(86_400 + 30)
        try Response.accepts {
            ($0.issued, $0.assertionIssued, $0.conditions) = (
                Response.at(30), Response.at(30), Response.conditions(until: end)
            )
        }
    }

    @Test func `an index of a session is not empty`() throws {
        try Logout.refuses { $0.indexes = Logout.index("") }
    }

    @Test func `there is no year 0`() { #expect(Instant.date("0000-01-01T00:00:00Z") == nil) }

    @Test func `marks without end are refused before anything is compared`() throws {
        let long = String(repeating: "\u{301}", count: 200) + String(repeating: "\u{316}", count: 200)
        let written = String(repeating: "&#769;", count: 200) + String(repeating: "&#790;", count: 200)
        let good = try Response().text()
        for marks in [long, written, String(repeating: "\u{316}", count: 31)] {
            for (from, to) in [
                ("ID=\"r1\"", "ID=\"r1\(marks)\""), ("Version=\"2.0\"", "Version=\"2.0\(marks)\""),
                ("status:Success", "status:Success\(marks)"), ("InResponseTo=\"", "InResponseTo=\"\(marks)"),
                ("<saml:Issuer>", "<saml:Issuer>\(marks)"),
                ("<samlp:Response", "<?xml version='1.0\(marks)'?><samlp:Response"),
            ] {
                let text = good.replacing(from, with: to, maxReplacements: 1)
                try Response.refuses(.document, text: text, of: from)
            }
        }
        // A name of a person may contain a few combining marks.
        let name = "Nguye\u{302}\u{303}n \u{5E9}\u{5B8}\u{5C1}\u{5DC}\u{5D5}\u{5B9}\u{5DD}"
        #expect(try Response.accepts { $0.nameID = Response.name(name) }.subject.value == name)
    }

    @Test func `prefixes are few`() throws {
        let open = (0..<30).map { depth in
            "<a" + (0..<39).map { " xmlns:p\(depth)-\($0)=\"urn:x\"" }.joined() + ">"
        }
        let text =
            open.joined() + String(repeating: "<a xmlns:a=\"urn:a\"/>", count: 4000)
            + String(repeating: "</a>", count: 30)
        try Response.refuses(.document, text: text)
    }
}
