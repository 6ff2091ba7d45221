import Foundation
import LecternTesting
import Testing

@testable import XMLSecurity

/// Against signatures that xmlsec1 has made.
struct SignatureTests {
    private func keys() throws -> TestKeys { try TestKeys.made.get() }

    private static let dsig = XMLSignature.namespace
    private static let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"

    private func template(
        method: String = SignatureAlgorithm.rsaSHA256.rawValue, digest: String = DigestAlgorithm.sha256.rawValue,
        uri: String = "#m1", form: String = exclusive, prefixes: String? = nil
    ) -> String {
        let list = ["\(Self.dsig)enveloped-signature", Self.exclusive]
        let parameters =
            prefixes.map { "<ec:InclusiveNamespaces xmlns:ec='\(Self.exclusive)' PrefixList='\($0)'/>" } ?? ""
        let steps = list.map { algorithm in
            let inner = algorithm == Self.exclusive ? parameters : ""
            return "<ds:Transform Algorithm='\(algorithm)'>\(inner)</ds:Transform>"
        }.joined()
        return """
            <ds:Signature xmlns:ds='\(Self.dsig)'><ds:SignedInfo>
            <ds:CanonicalizationMethod Algorithm='\(form)'/><ds:SignatureMethod Algorithm='\(method)'/>
            <ds:Reference URI='\(uri)'><ds:Transforms>\(steps)</ds:Transforms>
            <ds:DigestMethod Algorithm='\(digest)'/><ds:DigestValue/></ds:Reference></ds:SignedInfo>
            <ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature>
            """
    }

    private func message(_ signature: String, body: String = "<t:Name>ann@x.example</t:Name>") -> String {
        "<t:Message xmlns:t='urn:t' xmlns:xs='http://www.w3.org/2001/XMLSchema' ID='m1'><t:Issuer>idp</t:Issuer>"
            + "\(signature)\n  \(body)</t:Message>"
    }

    private func verify(
        _ text: String, _ key: String = "rsa", allowing: Set<SignatureAlgorithm> = SignatureAlgorithm.sound
    ) throws -> XMLElement {
        let document = try XMLReader.read(Array(text.utf8))
        try XMLSignature.checkIdentifiers(in: document)
        return try XMLSignature(of: document, after: "urn:t", allowing: allowing).verified(by: [try keys().key(key)])
    }

    private func problem(
        _ text: String, _ key: String = "rsa", allowing: Set<SignatureAlgorithm> = SignatureAlgorithm.sound
    ) throws -> XMLSignature.Problem? {
        do {
            _ = try verify(text, key, allowing: allowing)
            return nil
        } catch let problem as XMLSignature.Problem { return problem }
    }

    // MARK: Good ones

    @Test func `every algorithm of the list verifies, and gives what was signed`() throws {
        for (algorithm, key) in [
            (SignatureAlgorithm.rsaSHA256, "rsa"), (.rsaSHA384, "rsa"), (.rsaSHA512, "rsa"), (.ecdsaSHA256, "p256"),
            (.ecdsaSHA384, "p384"), (.ecdsaSHA512, "p521"),
        ] {
            for digest in [DigestAlgorithm.sha256, .sha384, .sha512] {
                let signed = try keys().sign(
                    message(template(method: algorithm.rawValue, digest: digest.rawValue)), key)
                let content = try verify(signed, key)
                #expect(content.elements.map(\.name.local) == ["Issuer", "Name"], "\(algorithm) \(digest)")
                #expect(content.elements[1].text == "ann@x.example")
                #expect(try problem(signed, key == "rsa" ? "rogue" : "rsa") == .key)
            }
        }
    }

    @Test func `prefix lists and the inclusive form of the signed information are understood`() throws {
        for signature in [
            template(prefixes: "xs t #default"), template(form: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        ] { #expect(try verify(try keys().sign(message(signature))).elements.count == 2) }
    }

    @Test func `SHA-1 is taken only where it is allowed`() throws {
        let signed = try keys().sign(
            message(template(method: SignatureAlgorithm.rsaSHA1.rawValue, digest: DigestAlgorithm.sha1.rawValue)))
        #expect(try problem(signed) == .algorithm)
        #expect(try problem(signed, allowing: Set(SignatureAlgorithm.allCases)) == nil)
    }

    @Test func `a key is good enough or none`() throws {
        #expect(throws: VerificationKey.Problem.self) { try keys().key("short") }
        #expect(throws: VerificationKey.Problem.unreadable) { try VerificationKey(certificate: [1, 2, 3]) }
    }

    // MARK: Bad ones

    @Test func `content and signature that were touched are refused`() throws {
        let signed = try keys().sign(message(template()))
        #expect(try problem(signed) == nil)
        for (from, to, expected) in [
            ("ann@x.example", "eve@x.example", XMLSignature.Problem.digest), ("<t:Name>", "<t:Name a=''>", .digest),
            ("ann@x.example", "ann@x.<!-- -->example", nil),
            ("<ds:SignatureValue>", "<ds:SignatureValue>A", .encoding),
            ("<ds:DigestValue>", "<ds:DigestValue><b/>", .layout),
            ("</ds:SignedInfo>", "<ds:Reference URI=''/></ds:SignedInfo>", .layout),
            ("</ds:Signature>", "<ds:Object/></ds:Signature>", .layout),
            ("URI=\"#m1\"", "URI=\"\"", .reference), ("URI=\"#m1\"", "", .reference),
            ("URI=\"#m1\"", "URI=\"#m2\"", .reference), ("URI=\"#m1\"", "URI=\"http://x.example/\"", .reference),
            ("URI=\"#m1\"", "URI=\"#xpointer(id('m1'))\"", .reference),
            ("<ds:Signature ", "x<ds:Signature ", .digest), ("<ds:SignedInfo>", "x<ds:SignedInfo>", .layout),
            ("rsa-sha256", "hmac-sha256", .algorithm), ("rsa-sha256", "rsa-sha512", .key),
            ("xmlenc#sha256", "xmlenc#sha512", .key), ("ID=\"m1\"", "ID=\"m2\"", .reference),
        ] as [(String, String, XMLSignature.Problem?)] {
            let touched = signed.replacingOccurrences(of: from, with: to)
            #expect(touched != signed, "\(from) is not there")
            #expect(try problem(touched) == expected, "\(from) → \(to)")
        }
    }

    @Test func `no other content has the digest`() throws {
        let signed = try keys().sign(message(template()))
        for number in 0..<600 {
            let touched = signed.replacingOccurrences(of: "ann@x.example", with: "ann\(number)@x.example")
            #expect(try problem(touched) == .digest, "\(number)")
        }
    }

    @Test func `transforms are the two, in their order`() throws {
        let (enveloped, exclusive) = ("\(Self.dsig)enveloped-signature", Self.exclusive)
        let signed = try keys().sign(message(template()))
        let start = try #require(signed.range(of: "<ds:Transforms>")).upperBound
        let end = try #require(signed.range(of: "</ds:Transforms>")).lowerBound
        for list in [
            [], [exclusive], [enveloped], [exclusive, enveloped], [enveloped, exclusive, exclusive],
            [enveloped, exclusive + "WithComments"], [enveloped, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"],
            ["http://www.w3.org/TR/1999/REC-xslt-19991116", exclusive], [enveloped, "\(Self.dsig)base64"],
            ["http://www.w3.org/TR/1999/REC-xpath-19991116", exclusive],
        ] {
            let steps = list.map { "<ds:Transform Algorithm='\($0)'/>" }.joined()
            let found = try problem(signed.replacingCharacters(in: start..<end, with: steps))
            #expect(found == .layout || found == .algorithm, "\(list)")
        }
    }

    @Test func `a signature that is wrapped, doubled or elsewhere is refused`() throws {
        let signed = try keys().sign(message(template()))
        let start = try #require(signed.range(of: "<ds:Signature "))
        let end = try #require(signed.range(of: "</ds:Signature>"))
        let signature = String(signed[start.lowerBound..<end.upperBound])
        let bare = signed.replacingOccurrences(of: signature, with: "")
        let root = try #require(bare.range(of: "<t:Message")).lowerBound
        let original = String(signed[try #require(signed.range(of: "<t:Message")).lowerBound...])
        let evil = "<t:Message xmlns:t='urn:t' ID='evil'><t:Issuer>idp</t:Issuer>"
        for (text, expected) in [
            (bare, XMLSignature.Problem.missing),
            (signed.replacingOccurrences(of: signature, with: signature + signature), .several),
            (evil + signature + "<t:Name>eve@x.example</t:Name>" + bare[root...] + "</t:Message>", .reference),
            (evil + "<t:Name>eve@x.example</t:Name>" + original + "</t:Message>", .missing),
            (
                evil.replacingOccurrences(of: "evil", with: "m1") + signature + "<t:Name>eve</t:Name>" + bare[root...]
                    + "</t:Message>", .duplicateID
            ),
            (bare.replacingOccurrences(of: "</t:Message>", with: signature + "</t:Message>"), .position),
            (bare.replacingOccurrences(of: "<t:Issuer>", with: signature + "<t:Issuer>"), nil),
        ] as [(String, XMLSignature.Problem?)] {
            #expect(try problem(text) == expected, "\(text)")
        }
        #expect(XMLSignature.count(in: try XMLReader.read(Array((evil + original + "</t:Message>").utf8))) == 1)
    }

    @Test func `what we sign, xmlsec1 and we verify`() throws {
        let keys = try keys()
        let der = keys.folder.appendingPathComponent("signing.der")
        try TestKeys.run(
            "openssl",
            ["rsa", "-in", "\(keys.folder.path)/rsa.key", "-traditional", "-outform", "DER", "-out", der.path])
        let key = try #require(SigningKey(der: [UInt8](try Data(contentsOf: der))))
        for body in ["<t:Issuer>idp</t:Issuer>", "<t:Issuer>idp</t:Issuer><t:Name>Ä &amp; B</t:Name>", "", "<t:Name/>"]
        {
            let text = "<t:Message xmlns:t='urn:t' xmlns:u='urn:u' u:a='1' ID='a&amp;\"b'>\n\(body)</t:Message>"
            let signed = try XMLSignature.signing(
                try XMLReader.read(Array(text.replacingOccurrences(of: "a&amp;\"b", with: "m1").utf8)), with: key)
            let content = try verify(String(decoding: signed, as: UTF8.self))
            #expect(content.elements.allSatisfy { $0.name.local != "Signature" })
            let file = keys.folder.appendingPathComponent("\(UUID().uuidString).xml")
            try Data(signed).write(to: file)
            try TestKeys.run(
                "xmlsec1",
                [
                    "--verify", "--pubkey-cert-pem", "\(keys.folder.path)/rsa.pem", "--id-attr:ID", "urn:t:Message",
                    file.path,
                ])
        }
        let bare = try XMLReader.read(Array("<a/>".utf8))
        #expect(throws: XMLSignature.CreationProblem.noIdentifier) { try XMLSignature.signing(bare, with: key) }
        #expect(SigningKey(der: [1, 2, 3]) == nil)
    }
}
