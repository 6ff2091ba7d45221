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

    /// A signature by openssl, for what xmlsec1 does not know.
    private func signed(
        _ method: String, digest: DigestAlgorithm = .sha256, salt: String = "digest",
        of content: DigestAlgorithm = .sha256,
        form: String = exclusive, body: String = "<t:Name>ann@x.example</t:Name>"
    ) throws -> String {
        let bare = try XMLReader.read(Array(message("", body: body).utf8))
        let value = content.hash(CanonicalForm.bytes(of: bare, .exclusive(prefixes: [])))
        let info = template(method: "urn:m", digest: content.rawValue, form: form)
            .replacing("<ds:SignatureMethod Algorithm='urn:m'/>", with: method)
            .replacing(
                "<ds:DigestValue/>", with: "<ds:DigestValue>\(Data(value).base64EncodedString())</ds:DigestValue>")
        let element = try XMLReader.read(Array(info.utf8)).elements[0]
        let bytes = CanonicalForm.bytes(of: element, .exclusive(prefixes: []))
        let signature = try keys().pss(bytes, digest, salt)
        let filled = info.replacing(
            "<ds:SignatureValue/>",
            with: "<ds:SignatureValue>\(Data(signature).base64EncodedString())</ds:SignatureValue>")
        return message(filled, body: body)
    }

    private static let more = "http://www.w3.org/2007/05/xmldsig-more#"
    private static func method(_ algorithm: String, _ content: String = "") -> String {
        "<ds:SignatureMethod Algorithm='\(algorithm)'>\(content)</ds:SignatureMethod>"
    }

    @Test(arguments: [
        (SignatureAlgorithm.pssSHA256, DigestAlgorithm.sha256), (.pssSHA384, .sha384), (.pssSHA512, .sha512),
    ])
    func `PSS verifies by its own digest and salt`(_ algorithm: SignatureAlgorithm, _ digest: DigestAlgorithm) throws {
        let method = Self.method(algorithm.rawValue)
        #expect(try problem(signed(method, digest: digest)) == nil)
        #expect(try problem(signed(method, digest: digest), "rogue") == .key)
        #expect(try problem(signed(method, digest: digest), "p256") == .key)
        #expect(try problem(signed(method, digest: digest, salt: "0")) == .key)
        for other in [DigestAlgorithm.sha256, .sha384, .sha512] where other != digest {
            #expect(try problem(signed(method, digest: other)) == .key)
        }
        // The same with parameters that say so.
        let parameters =
            "<p:RSAPSSParams xmlns:p='\(Self.more)'><ds:DigestMethod Algorithm='\(digest.rawValue)'/>"
            + "<p:MaskGenerationFunction Algorithm='\(Self.more)MGF1'><ds:DigestMethod Algorithm='\(digest.rawValue)'/>"
            + "</p:MaskGenerationFunction><p:SaltLength>\(digest.length)</p:SaltLength>"
            + "<p:TrailerField>1</p:TrailerField></p:RSAPSSParams>"
        #expect(try problem(signed(Self.method(Self.more + "rsa-pss", parameters), digest: digest)) == nil)
        for (from, to) in [
            ("<p:SaltLength>\(digest.length)<", "<p:SaltLength>0<"), ("Field>1<", "Field>2<"), ("#MGF1", "#MGF2"),
            ("<p:RSAPSSParams", "<p:RSAPSSParams a=''"), ("<p:TrailerField>1</p:TrailerField>", "<p:More/>"),
            (
                "MGF1'><ds:DigestMethod Algorithm='\(digest.rawValue)'",
                "MGF1'><ds:DigestMethod Algorithm='\(DigestAlgorithm.sha1.rawValue)'"
            ),
            (
                "<ds:DigestMethod Algorithm='\(digest.rawValue)'",
                "<ds:DigestMethod Algorithm='\(DigestAlgorithm.sha1.rawValue)'"
            ),
        ] {
            let changed = parameters.replacing(from, with: to, maxReplacements: 1)
            #expect(changed != parameters)
            let found = try problem(signed(Self.method(Self.more + "rsa-pss", changed), digest: digest))
            #expect(found == .algorithm, "\(from)")
        }
        // Nor is there anything beside them.
        let beside = Self.method(Self.more + "rsa-pss", "text" + parameters)
        #expect(try problem(signed(beside, digest: digest)) == .algorithm)
        // Parameters belong to no other algorithm.
        #expect(try problem(signed(Self.method(algorithm.rawValue, parameters), digest: digest)) == .algorithm)
    }

    @Test func `PSS without parameters is the one with SHA-256`() throws {
        #expect(try problem(signed(Self.method(Self.more + "rsa-pss"))) == nil)
        #expect(try problem(signed(Self.method(Self.more + "rsa-pss"), digest: .sha512)) == .key)
    }

    @Test func `an algorithm that is not allowed is refused, whatever the key`() throws {
        for algorithm in SignatureAlgorithm.allCases {
            for digest in DigestAlgorithm.allCases {
                let text = message(
                    template(method: algorithm.rawValue, digest: digest.rawValue)
                        .replacing("<ds:DigestValue/>", with: "<ds:DigestValue>AAAA</ds:DigestValue>")
                        .replacing("<ds:SignatureValue/>", with: "<ds:SignatureValue>AAAA</ds:SignatureValue>"))
                let others = SignatureAlgorithm.sound.subtracting([algorithm])
                for key in ["rsa", "p256"] {
                    #expect(try problem(text, key, allowing: others) == .algorithm, "\(algorithm) \(digest)")
                }
                // SHA-1 is none of the sound ones, as a digest under a sound algorithm either.
                let isSound = algorithm != .rsaSHA1 && digest != .sha1
                #expect(try problem(text) == (isSound ? .key : .algorithm), "\(algorithm) \(digest)")
            }
        }
        for name in ["hmac-sha256", "dsa-sha1", "rsa-md5", "sha1-rsa-MGF1", "md5-rsa-MGF1", "sha224-rsa-MGF1"] {
            #expect(SignatureAlgorithm(rawValue: Self.more + name) == nil)
        }
    }

    @Test func `a SHA-1 digest under a sound signature is refused`() throws {
        let signed = try keys().sign(message(template(digest: DigestAlgorithm.sha1.rawValue)))
        #expect(try problem(signed) == .algorithm)
        #expect(try problem(signed, allowing: Set(SignatureAlgorithm.allCases)) == nil)
    }

    @Test func `forms with comments are taken where there are none`() throws {
        let method = Self.method(SignatureAlgorithm.pssSHA256.rawValue)
        for form in [Self.exclusive + "WithComments", Self.exclusive] {
            #expect(try problem(signed(method, form: form)) == nil)
        }
        let text = try keys().sign(
            message(template(form: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments")))
        #expect(try problem(text) == nil)
        let transform = message(
            template().replacing(
                "<ds:Transform Algorithm='\(Self.exclusive)'>",
                with: "<ds:Transform Algorithm='\(Self.exclusive)WithComments'>"))
        #expect(try problem(try keys().sign(transform)) == nil)
        // The target of `#id` has no comments, whatever the form (XML Signature 1.1 §4.4.3.3).
        let commented = try keys().sign(transform.replacing("ann@", with: "ann<!-- -->@"))
        #expect(try problem(commented) == nil)
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
            [enveloped, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"],
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
