import Foundation
import Testing
import XMLSecurity

@testable import SAML

/// Encryption hides, and proves nothing: anybody has our certificate.
struct ResponseEncryptionTests {
    private typealias Response = ResponseBuilder

    private func sealed(_ plain: String, _ name: String = "EncryptedAssertion") throws -> String {
        try Sealed.made.get().element(name, plain)
    }

    /// Verifies a response that holds this in place of its assertion.
    private func found(_ content: String) throws -> ResponseVerification {
        var response = Response()
        (response.holdsAssertion, response.behind) = (false, content)
        return try response.verify()
    }

    private func refuses(_ rule: Rule, _ content: String, _ comment: String) throws {
        ResponseTrial(try found(content)).expectRefusal([rule], comment, #_sourceLocation)
    }

    @Test func `what is encrypted is as little trusted as what is not`() throws {
        var response = Response()
        response.nameID = Response.name("admin@example.org")
        response.signed = []
        try refuses(.coverage, try sealed(response.bareAssertion), "not signed")
        (response.signed, response.signer) = ([.assertion], "rogue")
        try refuses(.assertionSignature, try sealed(try response.assertion()), "signed by another")
        let good = try Response().assertion()
        try refuses(.assertionSignature, try sealed(good.replacing(">ann@", with: ">eve@")), "changed")
        #expect(try found(try sealed(good)).assertion?.subject.value == Response.person)
        // Twice is not once.
        try refuses(.decryption, try sealed(try sealed(good)), "twice")
        // A signature outside is about what was outside.
        let outside = try sealed(good).replacing(
            "</saml:EncryptedAssertion>", with: "\(try SignatureText().text(for: good))</saml:EncryptedAssertion>")
        #expect(try found(outside).failure?.rule == .decryption)
    }

    @Test func `what is encrypted stays in its place`() throws {
        let good = try Response().assertion()
        let evil = good.replacing("a1", with: "a2").replacing(">ann@", with: ">eve@")
        for plain in [
            good + evil, evil + good, "</saml:EncryptedAssertion>\(evil)<saml:EncryptedAssertion>", good + "x",
            "x" + good, "<saml:Response>\(good)</saml:Response>", "<!DOCTYPE a>" + good, good + "<?a b?>", "",
            "<samlp:Response \(Response.namespaces)>\(good)</samlp:Response>", "<x:Assertion xmlns:x=\"urn:x\"/>",
        ] { try refuses(.decryption, try sealed(plain), plain) }
        // Prefixes mean what they mean around it, unless it says otherwise.
        let bare = good.replacing(" xmlns:saml=\"\(Namespace.assertion)\"", with: "")
        #expect(try found(try sealed(bare)).assertion?.subject.value == Response.person)
        let other = good.replacing(Namespace.assertion, with: "urn:x")
        try refuses(.decryption, try sealed(other), "another namespace")
    }

    @Test func `keys and content are where they have to be, and few`() throws {
        let good = try sealed(try Response().assertion())
        let keyStart = try #require(good.firstRange(of: "<xe:EncryptedKey>")).lowerBound
        let keyEnd = try #require(good.firstRange(of: "</xe:EncryptedKey>")).upperBound
        let key = String(good[keyStart..<keyEnd])
        let valueStart = try #require(good.ranges(of: "<xe:CipherValue>").last).lowerBound
        let valueEnd = try #require(good.ranges(of: "</xe:CipherValue>").last).upperBound
        let replacing = { (from: String, to: String) in good.replacing(from, with: to) }
        for (comment, content) in [
            ("no key", replacing(key, "")), ("five keys", replacing(key, String(repeating: key, count: 5))),
            ("a key from elsewhere", replacing(key, "<ds:RetrievalMethod URI=\"http://127.0.0.1:9/\"/>")),
            ("a key that is not here", replacing(key, "<ds:RetrievalMethod URI=\"#none\"/>")),
            (
                "content from elsewhere",
                good.replacingCharacters(
                    in: valueStart..<valueEnd, with: "<xe:CipherReference URI=\"file:///etc/passwd\"/>")
            ),
            ("no content", good.replacingCharacters(in: valueStart..<valueEnd, with: "")),
            ("content is no element", replacing("xmlenc#Element\"", "xmlenc#Content\"")),
            ("RSA 1.5", replacing("rsa-oaep-mgf1p", "rsa-1_5")),
            ("triple DES", replacing("2009/xmlenc11#aes256-gcm", "2001/04/xmlenc#tripledes-cbc")),
            ("no algorithm", replacing(" Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\"", "")),
            ("another length", replacing("aes256-gcm", "aes128-gcm")),
            ("named CBC", replacing("2009/xmlenc11#aes256-gcm", "2001/04/xmlenc#aes256-cbc")),
            ("nothing", "<saml:EncryptedAssertion/>"),
            ("an assertion", try "<saml:EncryptedAssertion>\(Response().assertion())</saml:EncryptedAssertion>"),
            (
                "two",
                replacing(
                    "</xe:EncryptedData>",
                    "</xe:EncryptedData><xe:EncryptedData xmlns:xe=\"\(XMLEncryption.namespace)\"/>")
            ),
        ] {
            try #require(content != good, "\(comment)")
            try refuses(.decryption, content, comment)
        }
        // One of a few, beside the content as well as in it.
        let wrong = key.replacing("<xe:CipherValue>", with: "<xe:CipherValue>AAAA")
        for content in [
            replacing(key, wrong + key), replacing(key, wrong + wrong + wrong + key),
            replacing(key, "<ds:RetrievalMethod URI=\"#k\"/>").replacing(
                "</xe:EncryptedData>",
                with: "</xe:EncryptedData>"
                    + key.replacing(
                        "<xe:EncryptedKey>", with: "<xe:EncryptedKey xmlns:xe=\"\(XMLEncryption.namespace)\" Id=\"k\">")
            ),
        ] { #expect(try found(content).assertion?.subject.value == Response.person) }
    }

    @Test func `whatever is wrong inside is one and the same`() throws {
        let plain = try Response().assertion()
        var messages: Set<String?> = []
        let expect = { (algorithm: XMLEncryption.Algorithm, change: (inout Data) -> Void) in
            let good = try Sealed.made.get().element("EncryptedAssertion", plain, algorithm)
            let start = try #require(good.ranges(of: "<xe:CipherValue>").last).upperBound
            let end = try #require(good.ranges(of: "</xe:CipherValue>").last).lowerBound
            var content = try #require(Data(base64Encoded: String(good[start..<end])))
            change(&content)
            var response = Response()
            response.expectation.encryptionAlgorithms.insert(.aes256CBC)
            (response.holdsAssertion, response.behind) = (
                false, good.replacingCharacters(in: start..<end, with: content.base64EncodedString())
            )
            let found = try response.verify()
            #expect(found.assertion == nil && found.decrypted == nil)
            #expect(found.failure?.rule == .decryption)
            messages.insert(found.failure?.found)
        }
        for place in [0, 12, 100, -1] {
            try expect(.aes256GCM) { $0[place < 0 ? $0.count - 1 : place] ^= 1 }
        }
        try expect(.aes256GCM) { $0.removeLast(1) }
        try expect(.aes256GCM) { $0 = Data(count: 3) }
        // Padding, length, and what is no text any more.
        try expect(.aes256CBC) { $0[$0.count - 17] ^= 0x80 }
        try expect(.aes256CBC) { $0.removeLast(16) }
        try expect(.aes256CBC) { $0.removeLast(1) }
        try expect(.aes256CBC) { $0[0] ^= 1 }
        try expect(.aes256CBC) { $0[40] ^= 1 }
        var stranger = Response()
        (stranger.encryption, stranger.expectation.decryptionKeys) = (.aes256GCM, [])
        messages.insert(try stranger.verify().failure?.found)
        #expect(messages == [XMLEncryption.Problem.undecipherable.rawValue])
    }

    @Test func `an encrypted name is one name`() throws {
        let name = { (plain: String) in try sealed(plain, "EncryptedID") }
        for (text, value) in [
            (Response.name("bob"), "bob"),
            ("<saml:NameID xmlns:saml=\"\(Namespace.assertion)\">bob</saml:NameID>", "bob"),
            (Response.name("b<!-- -->ob"), "bob"), (Response.name("<![CDATA[bob]]>"), "bob"),
        ] {
            let content = try name(text)
            #expect(try Response.accepts { $0.nameID = content }.subject.value == value, "\(text)")
        }
        let (bob, eve) = (try name(Response.name("bob")), Response.name("eve"))
        for content in [
            try name(Response.name("bob") + eve), try name("<saml:EncryptedID/>"), try name(Response.name("<a/>")),
        ] {
            try Response.refuses(.subject) { $0.nameID = content }
        }
        // Nobody is named beside.
        try Response.refuses(.subject) { $0.nameID = bob + eve }
        let content = bob.replacing("<xe:EncryptedData", with: "\(eve)<xe:EncryptedData")
        try Response.refuses(.subject) { $0.nameID = content }
    }
}
