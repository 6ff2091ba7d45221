import Crypto
import Foundation
import Testing

@testable import SAML
@testable import XMLSecurity

/// Ways in which service providers were deceived, one by one. What is signed here is signed by the provider's key, so
/// that nothing but the rule that is meant can refuse it.
struct ResponseAttackTests {
    private typealias Response = ResponseBuilder

    private func changed(_ text: String, _ from: String, _ to: String, _ count: Int = .max) throws -> String {
        let other = text.replacing(from, with: to, maxReplacements: count)
        try #require(other != text, "\(from) is not there")
        return other
    }

    private func signature(in text: String) throws -> String {
        let start = try #require(text.firstRange(of: "<ds:Signature ")).lowerBound
        let end = try #require(text.firstRange(of: "</ds:Signature>")).upperBound
        return String(text[start..<end])
    }

    private func refusesSignature(_ comment: String = "", _ change: (inout SignatureText) -> Void) throws {
        var signature = SignatureText()
        change(&signature)
        try Response.refuses(.assertionSignature, of: comment) { $0.assertionSignature = signature }
    }

    // MARK: Signatures

    @Test func `signatures by hand are taken, so that what is wrong with others is what they say`() throws {
        try Response.accepts { $0.assertionSignature = SignatureText() }
        try Response.accepts { $0.assertionSignature = SignatureText(behindValue: "<ds:KeyInfo>x</ds:KeyInfo>") }
        let listed = "<ec:InclusiveNamespaces xmlns:ec=\"\(XMLSignature.exclusive)\" PrefixList=\"saml\"/>"
        try Response.accepts { response in
            let transform = SignatureText.exclusive.replacing("/>", with: ">\(listed)</ds:Transform>")
            response.assertionSignature = SignatureText(
                transforms: SignatureText.enveloped + transform, prefixes: ["saml"])
        }
    }

    @Test func `a signature that is missing, empty or only looks like one is none`() throws {
        let good = try Response().text()
        let signature = try signature(in: good)
        for other in [
            "", "<!-- \(signature) -->",
            signature.replacing(Namespace.signature, with: "http://www.w3.org/2000/09/xmldsig"),
            signature.replacing("<ds:Signature ", with: "<ds:signature ").replacing(
                "</ds:Signature>", with: "</ds:signature>"),
        ] {
            let found = try Response().verify(good.replacing(signature, with: other))
            #expect(found.assertion == nil)
            #expect([.coverage, .assertionLayout].contains(found.failure?.rule))
        }
        let value = try #require(signature.firstRange(of: "<ds:SignatureValue>")).upperBound
        let end = try #require(signature.firstRange(of: "</ds:SignatureValue>")).lowerBound
        for other in [
            "<ds:Signature xmlns:ds=\"\(Namespace.signature)\"/>",
            signature.replacingCharacters(in: value..<end, with: ""),
            signature.replacingCharacters(in: value..<end, with: Data(count: 256).base64EncodedString()),
            signature.replacing("</ds:SignedInfo>", with: "</ds:SignedInfo><ds:SignedInfo/>"),
            signature + signature, signature + "<ds:Signature xmlns:ds=\"\(Namespace.signature)\"/>",
        ] { try Response.refuses(.assertionSignature, text: good.replacing(signature, with: other), of: other) }
        // One that is good does not make up for one that is not.
        var both = Response()
        both.signed = [.assertion, .response]
        let text = try both.text()
        let outer = try self.signature(in: text)
        try Response.accepts { $0.signed = both.signed }
        for other in [
            outer.replacing("<ds:SignatureValue>", with: "<ds:SignatureValue>AAAA"),
            "<ds:Signature xmlns:ds=\"\(Namespace.signature)\"/>", try self.signature(in: good),
        ] { try Response.refuses(.responseSignature, text: text.replacing(outer, with: other), of: other) }
        // In the place of the response's, that of the assertion speaks for nothing.
        let moved = good.replacing(signature, with: "")
            .replacing("</saml:Issuer><samlp:Status>", with: "</saml:Issuer>\(signature)<samlp:Status>")
        try Response.refuses(.responseSignature, text: moved)
    }

    @Test func `keys never come from the message`() throws {
        let keys = try MetadataKeys.made.get()
        let certificate = try keys.base64("rogue")
        for information in [
            "<ds:X509Data><ds:X509Certificate>\(certificate)</ds:X509Certificate></ds:X509Data>",
            "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus></ds:RSAKeyValue></ds:KeyValue>",
            "<ds:KeyName>idp</ds:KeyName>", "<ds:RetrievalMethod URI=\"http://127.0.0.1:9/key\"/>",
            "<ds:RetrievalMethod URI=\"#key\"/>",
        ] {
            let content = "<ds:KeyInfo>\(information)</ds:KeyInfo>"
            try refusesSignature(information) { ($0.key, $0.behindValue) = ("rogue", content) }
            // Nor do they matter beside one that is ours.
            try Response.accepts(information) { $0.assertionSignature = SignatureText(behindValue: content) }
        }
    }

    @Test func `a public key is no shared secret, and an algorithm is one of the list`() throws {
        let keys = try MetadataKeys.made.get()
        let secrets = [try keys.bytes("idp.pem"), try keys.bytes("idp.der"), [], [0]]
        for secret in secrets {
            for name in [SignatureAlgorithm.rsaSHA256.rawValue, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"] {
                for length in [
                    "", "<ds:HMACOutputLength>0</ds:HMACOutputLength>", "<ds:HMACOutputLength>8</ds:HMACOutputLength>",
                ] {
                    try refusesSignature(name) { signature in
                        signature.method = "<ds:SignatureMethod Algorithm=\"\(name)\">\(length)</ds:SignatureMethod>"
                        signature.value = { info in
                            let code = HMAC<SHA256>.authenticationCode(for: info, using: SymmetricKey(data: secret))
                            return length.contains(">8<") ? Array(code.prefix(1)) : Array(code)
                        }
                    }
                }
            }
        }
        for name in [
            "", "none", "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-md5", "http://www.w3.org/2001/04/xmldsig-more#rsa-ripemd160",
            "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", "\(SignatureAlgorithm.rsaSHA256.rawValue) ",
            SignatureAlgorithm.ecdsaSHA256.rawValue, SignatureAlgorithm.rsaSHA512.rawValue,
        ] { try refusesSignature(name) { $0.method = "<ds:SignatureMethod Algorithm=\"\(name)\"/>" } }
        try refusesSignature("none") { $0.method = "<ds:SignatureMethod/>" }
        try refusesSignature("of its own namespace") { signature in
            signature.method = "<ds:SignatureMethod ds:Algorithm=\"\(SignatureAlgorithm.rsaSHA256.rawValue)\"/>"
        }
    }

    @Test func `a reference is one, to the element that holds it`() throws {
        for uri in [
            nil, "", "#", "a1", "#r1", "#a2", "#xpointer(/)", "#xpointer(id('a1'))", "http://127.0.0.1:9/#a1", "#a1 ",
            "# a1",
        ] {
            try refusesSignature(uri ?? "none") { $0.uri = uri }
        }
        let method = "<ds:DigestMethod Algorithm=\"\(DigestAlgorithm.sha256.rawValue)\"/>"
        let more = "<ds:Reference URI=\"#a1\">\(method)<ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>"
        try refusesSignature("two") { $0.moreReferences = more }
        try refusesSignature("many") { $0.moreReferences = String(repeating: more, count: 100) }
        try refusesSignature("manifest") { $0.moreReferences = "<ds:Manifest>\(more)</ds:Manifest>" }
        for content in [
            "<ds:Object/>", "<ds:Object><ds:Manifest>\(more)</ds:Manifest></ds:Object>", "<ds:KeyInfo/><ds:Object/>",
            "<ds:KeyInfo/><ds:KeyInfo/>", "<ds:SignatureValue>AAAA</ds:SignatureValue>",
        ] {
            try refusesSignature(content) { $0.behindValue = content }
        }
    }

    @Test func `transforms are the two that there are`() throws {
        let (enveloped, exclusive) = (SignatureText.enveloped, SignatureText.exclusive)
        let other = { (name: String, content: String) in "<ds:Transform Algorithm=\"\(name)\">\(content)</ds:Transform>"
        }
        let xpath = "<ds:XPath>not(ancestor-or-self::saml:NameID)</ds:XPath>"
        let sheet = "<xsl:stylesheet xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" version=\"1.0\"/>"
        for transforms in [
            "", enveloped, exclusive, exclusive + enveloped, enveloped + exclusive + exclusive,
            enveloped + enveloped + exclusive,
            enveloped + other("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", ""),
            enveloped + other("http://www.w3.org/2006/12/xml-c14n11", ""),
            other("http://www.w3.org/TR/1999/REC-xslt-19991116", sheet) + exclusive,
            enveloped + other("http://www.w3.org/TR/1999/REC-xpath-19991116", xpath) + exclusive,
            other("http://www.w3.org/TR/1999/REC-xpath-19991116", xpath) + exclusive,
            other("http://www.w3.org/2002/06/xmldsig-filter2", xpath) + exclusive,
            other("\(XMLSignature.namespace)base64", "") + exclusive,
            other(XMLSignature.enveloped, xpath) + exclusive, enveloped + other(XMLSignature.exclusive, xpath),
            String(repeating: exclusive, count: 1000),
        ] { try refusesSignature(String(transforms.prefix(200))) { $0.transforms = transforms } }
        // A form that makes nothing of a document, and so the same of every document.
        let empty = Data(DigestAlgorithm.sha256.hash([])).base64EncodedString()
        let good = try Response().text()
        let digest = try #require(good.firstRange(of: "<ds:DigestValue>")).upperBound
        let end = try #require(good.firstRange(of: "</ds:DigestValue>")).lowerBound
        try Response.refuses(.assertionSignature, text: good.replacingCharacters(in: digest..<end, with: empty))
    }

    // MARK: Documents

    @Test func `text is whole, however it was cut`() throws {
        let cut = "ann@example.org.evil.example"
        var response = Response()
        response.nameID = Response.name(cut)
        response.statements = Response.authentication() + Response.attribute("mail", cut)
        let good = try response.text()
        for (piece, isTaken) in [
            ("<!-- -->", true), ("<!---->", true), ("<![CDATA[]]>", true), ("<?a b?>", false), ("<a/>", false),
            ("&#0;", false), ("&e;", false),
        ] {
            let text = try changed(good, "ann@example.org.evil", "ann@example.org\(piece).evil")
            let found = try Response().verify(text)
            #expect((found.assertion != nil) == isTaken, "\(piece)")
            if isTaken {
                #expect(found.assertion?.subject.value == cut && found.assertion?.attributes[0].values == [cut])
            }
        }
        let section = try changed(good, ".evil.example", "<![CDATA[.evil.example]]>")
        #expect(try Response().verify(section).assertion?.subject.value == cut)
        // Also who speaks and who is spoken to.
        for part in [">https://idp.example", ">https://sp.example"] {
            let text = try changed(try Response().text(), part, part + "<!-- -->.evil.example<!-- -->")
            #expect(try Response().verify(text).assertion == nil, "\(part)")
        }
        try Response.refuses(.issuer) {
            $0.assertionIssuer = Response.issuer(Response.issuer + "<!-- -->.evil.example")
        }
        try Response.refuses(.audience) { response in
            response.conditions = Response.conditions(Response.audience(Response.audience + "<!-- -->.evil.example"))
        }
    }

    @Test func `nothing is declared, expanded, included or fetched`() throws {
        let good = try Response().text()
        for type in [
            "<!DOCTYPE a>", "<!DOCTYPE a SYSTEM \"http://127.0.0.1:9/a.dtd\">",
            "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>",
            "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:9/\"> %p;]>",
            "<!DOCTYPE a [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>",
            "<!DOCTYPE a [<!ATTLIST saml:Assertion ID ID #IMPLIED>]>",
            "<!-- --><!DOCTYPE a>", "\n<!DOCTYPE a>", "<!doctype a>",
        ] {
            try Response.refuses(.document, text: type + good, of: type)
            try Response.refuses(
                .document, text: try changed(good, "<samlp:Status>", type + "<samlp:Status>"), of: type)
            try Response.refuses(.decryption, of: type) { response in
                (response.encryption, response.plain) = (.aes256GCM, type + (try! Response().assertion()))
            }
        }
        for text in ["&e;", "&lt", "&#x110000;", "&#xD800;", "&#xFFFE;", "&#0;", "&#x;", "&amp"] {
            try Response.refuses(.document, text: try changed(good, "<saml:Issuer>", "<saml:Issuer>\(text)"), of: text)
        }
        let include =
            "<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/passwd\" parse=\"text\"/>"
        try Response.refuses(.subject) { $0.nameID = Response.name(include) }
        // A hint where the schema is, which nobody follows.
        try Response.accepts { response in
            response.attributes =
                " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
                + " xsi:schemaLocation=\"urn:x http://127.0.0.1:9/\""
        }
    }

    @Test func `a namespace is an absolute URI, and names mean what it says`() throws {
        let good = try Response().text()
        for uri in ["x", "./x", "//x", "", "urn:\u{E9}", "urn: x", "1:x", "http://www.w3.org/2000/xmlns/"] {
            let text = try changed(good, "<samlp:Response ", "<samlp:Response xmlns:x=\"\(uri)\" ")
            try Response.refuses(.document, text: text, of: uri)
        }
        for (from, to, rule) in [
            (
                "xmlns:saml=\"\(Namespace.assertion)\" ID", "xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\" ID",
                Rule.response
            ),
            ("xmlns:saml=\"\(Namespace.assertion)\" ID", "xmlns:saml=\"\(Namespace.assertion)/\" ID", .response),
            ("<ds:SignedInfo>", "<ds:SignedInfo xmlns:ds=\"urn:x\">", .assertionSignature),
            ("<saml:Subject>", "<saml:Subject xmlns:saml=\"urn:x\">", .assertionSignature),
            ("<saml:Conditions ", "<saml:Conditions xmlns=\"urn:x\" xmlns:y=\"urn:y\" ", nil),
        ] as [(String, String, Rule?)] {
            #expect(try Response().verify(try changed(good, from, to)).failure?.rule == rule, "\(to)")
        }
        // Attributes of a namespace are others.
        try Response.refuses(.correlation, .confirmation) { response in
            response.confirmations = response.confirmations.replacing("InResponseTo", with: "saml:InResponseTo")
        }
        try Response.refuses(.confirmation) {
            $0.confirmations = $0.confirmations.replacing("Recipient", with: "saml:Recipient")
        }
        try Response.refuses(.authentication) {
            $0.statements = $0.statements.replacing("AuthnInstant", with: "saml:AuthnInstant")
        }
        // One prefix or another, or none, is all the same.
        try Response.accepts {
            $0.statements = $0.statements.replacing("saml:", with: "s:").replacing(
                "<s:AuthnStatement", with: "<s:AuthnStatement xmlns:s=\"\(Namespace.assertion)\""
            ).replacing("<s:AttributeStatement", with: "<s:AttributeStatement xmlns:s=\"\(Namespace.assertion)\"")
        }
    }

    @Test func `an assertion that came along as advice is nobody's`() throws {
        var other = Response()
        other.assertionID = "a2"
        other.nameID = Response.name("admin@example.org")
        let signed = try other.assertion()
        let advice = "<saml:Advice>\(signed)</saml:Advice>"
        try Response.refuses(.coverage) { $0.advice = advice }
        try Response.refuses(.coverage) { ($0.advice, $0.signed) = (advice, [.response]) }
        other.signed = []
        let found = try Response.accepts { $0.advice = "<saml:Advice>\(other.bareAssertion)</saml:Advice>" }
        #expect(found.subject.value == Response.person)
    }

    // MARK: Names that look the same

    @Test func `what looks the same is not the same`() throws {
        for (ours, theirs) in [
            ("https://\u{E9}.example/", "https://e\u{301}.example/"), ("urn:K", "urn:\u{212A}"),
            ("urn:;", "urn:\u{37E}"),
        ] {
            try Response.refuses(.issuer, of: theirs) { response in
                response.expectation.issuer = ours
                (response.responseIssuer, response.assertionIssuer) = ("", Response.issuer(theirs))
            }
            try Response.refuses(.audience, of: theirs) { response in
                response.expectation.audience = ours
                response.conditions = Response.conditions(Response.audience(theirs))
            }
            try Response.refuses(.destination, .confirmation, of: theirs) { response in
                response.expectation.recipient = ours
                response.destination = theirs
                response.confirmations = Response.confirmation(recipient: theirs)
            }
            try Response.refuses(.subject, of: theirs) { response in
                response.expectation.audience = ours
                response.conditions = Response.conditions(Response.audience(ours))
                response.nameID = Response.name("ann", " SPNameQualifier=\"\(theirs)\"")
            }
        }
        for name in ["e\u{301}", "\u{E9}", "\u{212A}"] {
            let found = try Response.accepts { $0.nameID = Response.name(name) }
            #expect(Array(found.subject.value.utf8) == Array(name.utf8))
        }
    }
}
