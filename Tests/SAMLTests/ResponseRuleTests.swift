import Foundation
import Testing
import XMLSecurity

@testable import SAML

/// The rules that a response must meet before its content is read.
struct ResponseRuleTests {
    private typealias Response = ResponseBuilder

    private func verify(message: String?) throws -> ResponseVerification {
        ResponseVerification(message, expectation: Response.usual)
    }

    @Test func `what a response says comes out`() throws {
        let until = ResponseBuilder.at(3600)
        let found = try Response.accepts { response in
            response.nameID = Response.name(
                "ann",
                " Format=\"\(NameIDFormat.persistent.rawValue)\" NameQualifier=\"q\" "
                    + "SPNameQualifier=\"\(Response.audience)\"")
            response.statements =
                "<saml:AttributeStatement><saml:Attribute Name=\"groups\" FriendlyName=\"Groups\">"
                + "<saml:AttributeValue> a </saml:AttributeValue><saml:AttributeValue/>"
                + "<saml:AttributeValue><saml:NameID>no text</saml:NameID></saml:AttributeValue>"
                + "<saml:AttributeValue>b<!-- -->c</saml:AttributeValue></saml:Attribute>"
                + "<saml:Attribute Name=\"none\"/><saml:Attribute FriendlyName=\"nameless\"/>"
                + "</saml:AttributeStatement>" + Response.authentication(until: until)
                + Response.attribute("mail", "ann@example.org")
        }
        #expect(
            found
                == VerifiedAssertion(
                    id: "a1", issuer: Response.issuer,
                    subject: NameID(
                        value: "ann", format: NameIDFormat.persistent.rawValue, nameQualifier: "q",
                        spNameQualifier: Response.audience),
                    inResponseTo: Response.request, notOnOrAfter: Response.now.addingTimeInterval(360),
                    sessionIndex: "s1", sessionNotOnOrAfter: Response.now.addingTimeInterval(3600),
                    authenticatedAt: Response.now.addingTimeInterval(-10),
                    authenticationContext: "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
                    attributes: [
                        AssertionAttribute(name: "groups", friendlyName: "Groups", values: ["a", "bc"]),
                        AssertionAttribute(name: "none", friendlyName: nil, values: []),
                        AssertionAttribute(name: "mail", friendlyName: nil, values: ["ann@example.org"]),
                    ]))
    }

    @Test func `a message is base64, and one`() throws {
        let good = Data(try Response().text().utf8).base64EncodedString()
        #expect(try verify(message: good).assertion != nil)
        let lines = good.enumerated().map {
            $0.offset % 76 == 75 ? "\($0.element)\r\n" : "\($0.element)"
        }.joined()
        #expect(try verify(message: lines).assertion != nil)
        for message in [
            nil, "", " ", "=", "%%%%", String(good.dropLast()), good + "A", "====" + good,
            good.replacing("A", with: "-"), good + "\u{301}", try Response().text(),
            String(repeating: "A", count: ResponseVerification.maximumBytes + 4),
        ] {
            let found = try verify(message: message)
            ResponseTrial(found).expectRefusal(
                [.message], "\(message?.prefix(20) ?? "")", #_sourceLocation)
            #expect(found.document == nil)
        }
    }

    @Test func `a document is of the strict kind`() throws {
        let good = try Response().text()
        for text in [
            "\u{FEFF}" + good,
            "<?xml version='1.0' encoding='UTF-8'?>\n<!-- a -->" + good + "<!-- b -->\n",
        ] {
            #expect(try Response().verify(text).assertion != nil)
        }
        for text in [
            "x", "<a>", good + good, good + "x", "<!DOCTYPE a>" + good, "<?a b?>" + good,
            good + "<?a b?>",
            "<?xml version='1.1'?>" + good, "<?xml version='1.0' encoding='UTF-16'?>" + good,
            good.replacing("<saml:Issuer>", with: "<saml:Issuer>&e;"),
            good.replacing("<saml:Issuer>", with: "<saml:Issuer><?a b?>"),
            good.replacing("ID=\"r1\"", with: "ID=\"r1\" ID=\"r2\""),
            good.replacing(
                "</samlp:Response>", with: String(repeating: " ", count: 524_288) + "</samlp:Response>"),
            good.replacing(
                "<samlp:Status>",
                with: String(repeating: "<a>", count: 60) + String(repeating: "</a>", count: 60)
                    + "<samlp:Status>"),
        ] { try Response.refuses(.document, text: text, of: String(text.prefix(40))) }
        let wide = try #require(good.data(using: .utf16LittleEndian))
        #expect(try verify(message: wide.base64EncodedString()).failure?.rule == .document)
        // The binding knows no compression.
        let deflated = Data(Deflate.compressed(Array(good.utf8))).base64EncodedString()
        #expect(try verify(message: deflated).failure?.rule == .document)
    }

    @Test func `no two elements are called the same`() throws {
        let value = { (attribute: String) in
            Response.attribute("a", "<x xmlns=\"urn:x\" \(attribute)=\"r1\"/>")
                + Response.authentication()
        }
        for attribute in ["ID", "Id", "id", "xml:id"] {
            try Response.refuses(.identifiers, of: attribute) { $0.statements = value(attribute) }
        }
        try Response.refuses(.identifiers) { $0.assertionID = "r1" }
        try Response.accepts { $0.statements = value("name") }
    }

    @Test func `a response has its parts where the schema has them`() throws {
        try Response.accepts { response in
            response.attributes = " Consent=\"urn:oasis:names:tc:SAML:2.0:consent:obtained\""
            response.extensions = "<samlp:Extensions><x xmlns=\"urn:x\">1</x></samlp:Extensions>"
        }
        try Response.accepts { $0.responseIssuer = "" }
        try Response.refuses(.response, of: "version") { $0.version = "1.1" }
        try Response.refuses(.response, of: "no identifier") { $0.id = "" }
        try Response.refuses(.response, of: "attribute") {
            $0.attributes = " Recipient=\"\(Response.recipient)\""
        }
        try Response.refuses(.response, of: "attribute") { $0.attributes = " samlp:Destination=\"a\"" }
        try Response.refuses(.response, of: "text") { $0.before = "x" }
        try Response.refuses(.response, of: "no status") { $0.status = "" }
        try Response.refuses(.response, of: "two") { $0.status += $0.status }
        try Response.refuses(.response, of: "two issuers") { $0.responseIssuer += $0.responseIssuer }
        try Response.refuses(.response, of: "stranger") { $0.behind = "<x xmlns=\"urn:x\"/>" }
        try Response.refuses(.response, of: "order") { response in
            (response.before, response.responseIssuer) = (response.responseIssuer, "")
        }
        try Response.refuses(.response, of: "order") { response in
            (response.behind, response.status) = (response.status, "")
        }
        let good = try Response().text()
        for (from, to) in [
            ("samlp:Response", "samlp:LogoutResponse"), ("samlp:Response", "samlp:ArtifactResponse"),
            (
                "xmlns:samlp=\"\(Namespace.protocol)\"",
                "xmlns:samlp=\"urn:oasis:names:tc:SAML:1.0:protocol\""
            ),
            ("xmlns:samlp=\"\(Namespace.protocol)\"", "xmlns:samlp=\"\(Namespace.assertion)\""),
            ("samlp:Status>", "saml:Status>"), (" Version=\"2.0\"", ""), (" ID=\"r1\"", ""),
        ] {
            let text = good.replacing(from, with: to, maxReplacements: from.hasPrefix(" ") ? 1 : .max)
            try Response.refuses(.response, text: text, of: to)
        }
        try Response.refuses(.response, text: try Response().assertion(), of: "no response")
    }

    @Test func `a signature of the response is one of the provider's`() throws {
        try Response.accepts { $0.signed = [.response] }
        try Response.accepts { $0.signed = [.response, .assertion] }
        // Without one there is nothing to hold against it.
        let checks = try Response().verify().checks
        #expect(checks.first { $0.rule == .responseSignature }?.state == .notNeeded)
        try Response.refuses(.responseSignature) { ($0.signed, $0.signer) = ([.response], "rogue") }
        try Response.refuses(.responseSignature) { ($0.signed, $0.expectation.keys) = ([.response], []) }
        var response = Response()
        response.signed = [.response, .assertion]
        let good = try response.text()
        for (from, to) in [
            ("InResponseTo=\"id-request\" IssueInstant", "InResponseTo=\"id-other\" IssueInstant"),
            ("ID=\"r1\"", "ID=\"r2\""), ("status:Success", "status:Requester"), ("ann@", "eve@"),
            ("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"),
            ("<ds:DigestValue>", "<ds:DigestValue>AAAA"),
            ("Destination=\"", "Consent=\"\" Destination=\""),
        ] {
            let touched = good.replacing(from, with: to, maxReplacements: 1)
            try #require(touched != good, "\(from) is not there")
            try Response.refuses(.responseSignature, text: touched, of: from)
        }
    }

    @Test func `the outermost status decides`() throws {
        try Response.accepts { $0.status = Response.status("Success", "Responder", message: "well") }
        for codes in [["Responder"], ["Requester"], ["VersionMismatch"], ["success"], [""]] {
            try Response.refuses(.status, of: "\(codes)") {
                $0.status = Response.status(codes[0], "Success")
            }
        }
        for status in [
            "<samlp:Status/>",
            "<samlp:Status><samlp:StatusMessage>m</samlp:StatusMessage></samlp:Status>",
            "<samlp:Status><samlp:StatusCode/></samlp:Status>",
            "<samlp:Status><samlp:StatusCode Value=\"Success\"/></samlp:Status>",
            "<samlp:Status><saml:StatusCode Value=\"\(ProviderStatus.success)\"/></samlp:Status>",
            "<samlp:Status><samlp:StatusCode samlp:Value=\"\(ProviderStatus.success)\"/></samlp:Status>",
        ] { try Response.refuses(.status, of: status) { $0.status = status } }
        var response = Response()
        response.status = Response.status("Responder", "AuthnFailed", message: "AADSTS50126 &lt;b&gt;")
        response.holdsAssertion = false
        let found = try response.verify()
        #expect(found.status?.codes == ["Responder", "AuthnFailed"])
        #expect(found.status?.message == "AADSTS50126 <b>")
        #expect(found.failure?.found == "Responder – AuthnFailed – AADSTS50126 <b>")
    }

    @Test func `there is one assertion`() throws {
        try Response.refuses(.assertion) { $0.holdsAssertion = false }
        var other = Response()
        other.assertionID = "a2"
        let second = try other.assertion()
        for part in [
            second, other.bareAssertion, try Sealed.made.get().element("EncryptedAssertion", second),
        ] {
            try Response.refuses(.assertion, of: "in front") { $0.before = part }
            try Response.refuses(.assertion, of: "behind") { $0.behind = part }
        }
    }

    @Test func `what is encrypted is an assertion, for us`() throws {
        try Response.accepts { $0.encryption = .aes256GCM }
        try Response.accepts { ($0.encryption, $0.signed) = (.aes256GCM, [.response]) }
        try Response.accepts { ($0.encryption, $0.signed) = (.aes256GCM, [.response, .assertion]) }
        let found = try Response().verify(try sealed(Response().assertion()))
        #expect(found.decrypted?.contains("<ds:SignatureValue>") == true)
        let rogue = try MetadataKeys.made.get().bytes("rogue.key.der")
        for keys in [[], [DecryptionKey(der: rogue)], [DecryptionKey(der: [1, 2, 3])]] {
            try Response.refuses(.decryption) { ($0.encryption, $0.expectation.decryptionKeys) = (.aes256GCM, keys) }
        }
        try Response.refuses(.decryption, of: "CBC") { $0.encryption = .aes256CBC }
        try Response.accepts("CBC") { response in
            response.encryption = .aes256CBC
            response.expectation.encryptionAlgorithms.insert(.aes256CBC)
        }
        for plain in [
            "<saml:NameID>ann</saml:NameID>", "<samlp:Assertion/>", "<saml:Assertion/><saml:Assertion/>",
            "ann", "",
        ] {
            try Response.refuses(.decryption, of: plain) {
                ($0.encryption, $0.plain) = (.aes256GCM, plain)
            }
        }
        // Names are unique inside and outside together.
        try Response.refuses(.decryption) { ($0.encryption, $0.assertionID) = (.aes256GCM, "r1") }
    }

    private func sealed(_ plain: String) throws -> String {
        var response = Response()
        (response.encryption, response.plain) = (.aes256GCM, plain)
        return try response.text()
    }

    @Test func `a signature of the assertion is one of the provider's`() throws {
        try Response.refuses(.assertionSignature) { $0.signer = "rogue" }
        try Response.refuses(.assertionSignature) { ($0.signer, $0.encryption) = ("rogue", .aes256GCM) }
        try Response.refuses(.assertionSignature) { $0.expectation.keys = [] }
        let keys = try MetadataKeys.made.get()
        let several = try ["p256", "rogue", "idp"].map { try keys.verificationKey($0) }
        try Response.accepts("one of several keys") { $0.expectation.keys = several }
        let p256 = try keys.verificationKey("p256")
        try Response.refuses(.assertionSignature, of: "a key of another kind") { $0.expectation.keys = [p256] }
        let good = try Response().text()
        for (from, to) in [
            (">ann@", ">eve@"), ("ID=\"a1\"", "ID=\"a2\""),
            ("<saml:Audience>https:", "<saml:Audience>http:"),
            ("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"), ("#rsa-sha256", "#rsa-sha1"),
            ("xmlenc#sha256", "xmlenc#sha512"), ("URI=\"#a1\"", "URI=\"#r1\""),
            ("SessionIndex=\"s1\"", ""),
        ] {
            let touched = good.replacing(from, with: to)
            try #require(touched != good, "\(from) is not there")
            try Response.refuses(.assertionSignature, text: touched, of: from)
        }
        // Also a good signature of the response does not help a bad one inside.
        var inner = Response()
        inner.signed = [.assertion]
        let bad = try inner.assertion().replacing(">ann@", with: ">eve@")
        try Response.refuses(.assertionSignature) { response in
            (response.signed, response.holdsAssertion, response.behind) = ([.response], false, bad)
        }
    }

    @Test func `something is signed, and nothing is left that was not verified`() throws {
        try Response.refuses(.coverage, of: "nothing is signed") { $0.signed = [] }
        var response = Response()
        #expect(try response.verify().hasVerifiedSignature)
        response.signed = []
        #expect(try !response.verify().hasVerifiedSignature)
        try Response.refuses(.coverage, of: "encrypted only") {
            ($0.signed, $0.encryption) = ([], .aes256GCM)
        }
        var other = Response()
        other.assertionID = "a2"
        let second = try other.assertion()
        try Response.refuses(.coverage, of: "elsewhere") { response in
            response.extensions = "<samlp:Extensions>\(second)</samlp:Extensions>"
        }
        for encryption in [nil, XMLEncryption.Algorithm.aes256GCM] {
            for signed in [[.assertion], [.response], [.assertion, .response]] as [Set<Response.Part>] {
                try Response.refuses(.coverage, of: "inside \(signed)") { response in
                    (response.signed, response.encryption) = (signed, encryption)
                    response.advice = "<saml:Advice>\(second)</saml:Advice>"
                }
            }
        }
    }

    @Test func `an assertion has its parts where the schema has them`() throws {
        try Response.accepts {
            $0.advice = "<saml:Advice><saml:AssertionIDRef>a</saml:AssertionIDRef></saml:Advice>"
        }
        try Response.refuses(.assertionLayout, of: "version") { $0.assertionVersion = "1.1" }
        try Response.refuses(.assertionLayout, of: "text") { $0.conditions += "x" }
        try Response.refuses(.assertionLayout, of: "two subjects") { $0.subject.1 += "<saml:Subject/>" }
        try Response.refuses(.assertionLayout, of: "two conditions") { $0.conditions += $0.conditions }
        try Response.refuses(.assertionLayout, of: "order") { response in
            (response.advice, response.conditions) = (response.conditions, "<saml:Advice/>")
        }
        try Response.refuses(.assertionLayout, of: "order") { response in
            (response.statements, response.conditions) = (response.conditions, response.statements)
        }
        for stranger in [
            "<saml:Statement/>", "<x xmlns=\"urn:x\"/>", "<AuthnStatement xmlns=\"urn:x\"/>", "<saml:Issuer/>",
        ] {
            try Response.refuses(.assertionLayout, of: stranger) { $0.statements += stranger }
        }
        // The checks that depend on the response's signature: the assertion's own would need the missing identifier.
        try Response.refuses(.assertionLayout, of: "no identifier") {
            ($0.signed, $0.assertionID) = ([.response], nil)
        }
        try Response.refuses(.assertionLayout, of: "no identifier") {
            ($0.signed, $0.assertionID) = ([.response], "")
        }
        try Response.refuses(.assertionLayout, of: "no issuer") {
            ($0.signed, $0.assertionIssuer) = ([.response], "")
        }
        try Response.refuses(.assertionLayout, of: "another issuer") { response in
            (response.signed, response.assertionIssuer) = (
                [.response], "<Issuer xmlns=\"\(Namespace.protocol)\">a</Issuer>"
            )
        }
    }
}
