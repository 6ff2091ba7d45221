import Foundation
import Testing
import XMLSecurity

@testable import SAML

/// The meaning of a signature on metadata, and its limits.
struct MetadataSignatureTests {
    private let keys = try! MetadataKeys.made.get()
    private let now = Date()

    private func read(_ bytes: [UInt8], trusting names: String...) throws -> MetadataDocument {
        try MetadataDocument(bytes, trusting: try names.map { try keys.verificationKey($0) }, at: now)
    }

    private func problem(_ bytes: [UInt8], trusting names: String...) throws -> MetadataProblem? {
        let known = try names.map { try keys.verificationKey($0) }
        do throws(MetadataProblem) {
            _ = try MetadataDocument(bytes, trusting: known, at: now)
            return nil
        } catch { return error }
    }

    private func changed(_ bytes: [UInt8], _ from: String, _ to: String) throws -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        let other = text.replacingOccurrences(of: from, with: to)
        try #require(other != text, "\(from) is not there")
        return Array(other.utf8)
    }

    @Test func `a document that its own key has signed is whole, but nobody's yet`() throws {
        let found = try read(try keys.sign(try MetadataText().text, with: "idp"))
        #expect(found.isSigned && !found.isTrusted && found.warnings.isEmpty)
        #expect(found.providers.map(\.entityID) == ["https://idp.example/metadata"])
    }

    @Test func `a key that is known makes it trusted, also for other keys than its own`() throws {
        let signed = try keys.sign(try MetadataText().text, with: "idp")
        let known = try read(signed, trusting: "next", "idp")
        #expect(known.isSigned && known.isTrusted && known.warnings.isEmpty)
        let rolled = try read(try keys.sign(try MetadataText().text, with: "next"), trusting: "next")
        #expect(rolled.isSigned && rolled.isTrusted && rolled.warnings.isEmpty)
    }

    @Test func `a key that is not known is said`() throws {
        let own = try read(try keys.sign(try MetadataText().text, with: "idp"), trusting: "next")
        #expect(own.isSigned && !own.isTrusted && own.warnings == [.signedButKeyUnknown])
        let other = try read(try keys.sign(try MetadataText().text, with: "rogue"))
        #expect(!other.isSigned && !other.isTrusted && other.warnings == [.signedButKeyUnknown])
    }

    @Test func `an aggregate is signed as a whole`() throws {
        var two = try MetadataText()
        two.entityID = "urn:two"
        let text = MetadataText.aggregate([
            try MetadataText().text.replacingOccurrences(of: "m1", with: "m2"), two.text,
        ])
        #expect(try read(try keys.sign(text, with: "rogue"), trusting: "rogue").isTrusted)
        #expect(try read(try keys.sign(text, with: "idp")).isSigned)
        // The signature of a part speaks for nothing else.
        let part = String(decoding: try keys.sign(two.text, with: "idp"), as: UTF8.self)
        let found = try read(Array(MetadataText.aggregate([part]).utf8), trusting: "idp")
        #expect(!found.isSigned && !found.isTrusted && found.warnings.isEmpty)
    }

    @Test func `a signature that is wrong refuses the document`() throws {
        let signed = try keys.sign(try MetadataText().text, with: "idp")
        #expect(try problem(signed) == nil)
        for (from, to) in [
            ("https://idp.example/sso", "https://evil.example/sso"), ("URI=\"#m1\"", "URI=\"\""),
            ("<ds:SignatureValue>", "<ds:SignatureValue>A"), ("</ds:SignedInfo>", "<x/></ds:SignedInfo>"),
            ("<md:IDPSSODescriptor ", "<md:IDPSSODescriptor ID=\"m1\" "),
            // Nothing but the identifier is against this one, which is not part of what was signed.
            ("<ds:SignatureValue>", "<ds:SignatureValue Id=\"m1\">"),
        ] {
            let touched = try changed(signed, from, to)
            #expect(try problem(touched) == .badSignature, "\(from)")
            #expect(try problem(touched, trusting: "idp") == .badSignature, "\(from)")
        }
        let text = String(decoding: signed, as: UTF8.self)
        let start = try #require(text.range(of: "<ds:Signature "))
        let end = try #require(text.range(of: "</ds:Signature>"))
        let signature = String(text[start.lowerBound..<end.upperBound])
        #expect(try problem(try changed(signed, signature, signature + signature)) == .badSignature)
        let moved = try changed(try changed(signed, signature, ""), "</md:EntityD", signature + "</md:EntityD")
        #expect(try problem(moved) == .badSignature)
    }

    @Test func `an algorithm that is not taken counts as no signature`() throws {
        let signed = try keys.sign(try MetadataText().text, with: "idp")
        let old = try changed(
            signed, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#rsa-sha1")
        let found = try read(old, trusting: "idp")
        #expect(!found.isSigned && !found.isTrusted && found.warnings == [.signatureAlgorithm])
    }
}
