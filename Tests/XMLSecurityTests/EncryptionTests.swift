import Crypto
import Foundation
import Testing

@testable import XMLSecurity

/// Against what xmlsec1 and openssl have encrypted.
struct EncryptionTests {
    private static let all = Set(XMLEncryption.Algorithm.allCases)
    private static let mgf1 = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
    private static let oaep = "http://www.w3.org/2009/xmlenc11#rsa-oaep"

    private func keys() throws -> TestKeys { try TestKeys.made.get() }

    private func key(_ name: String = "rsa") throws -> DecryptionKey { DecryptionKey(der: try keys().privateKey(name)) }

    /// An element in which the content stands encrypted, with its key inside or beside it.
    private struct Envelope {
        var algorithm = XMLEncryption.Algorithm.aes256GCM
        var content: [UInt8] = []
        var transport = "Algorithm='\(EncryptionTests.mgf1)'"
        var parameters = ""
        var wrapped: [[UInt8]] = []
        var isBeside = false
        var value: String?

        var text: String {
            let keys = wrapped.map { bytes in
                "<xe:EncryptedKey Id='k'><xe:EncryptionMethod \(transport)>\(parameters)</xe:EncryptionMethod><xe:CipherData>"
                    + "<xe:CipherValue>\(Data(bytes).base64EncodedString())</xe:CipherValue></xe:CipherData></xe:EncryptedKey>"
            }.joined()
            let value = value ?? "<xe:CipherValue>\(Data(content).base64EncodedString())</xe:CipherValue>"
            let information = isBeside ? "<ds:RetrievalMethod URI='#k'/>" : keys
            return
                "<t:Sealed xmlns:t='urn:t' xmlns:xe='\(XMLEncryption.namespace)' xmlns:ds='\(XMLSignature.namespace)'>"
                + "<xe:EncryptedData xmlns:xe='\(XMLEncryption.namespace)' xmlns:ds='\(XMLSignature.namespace)' Type='\(XMLEncryption.namespace)Element'><xe:EncryptionMethod Algorithm='\(algorithm.rawValue)'/>"
                + "<ds:KeyInfo>\(information)</ds:KeyInfo><xe:CipherData>\(value)</xe:CipherData></xe:EncryptedData>"
                + "\(isBeside ? keys : "")</t:Sealed>"
        }
    }

    /// Sealed with AES-256-GCM, the key wrapped by openssl.
    private func envelope(
        _ plain: String = "<t:Name>ann</t:Name>", digest: String = "sha1", mask: String = "sha1",
        for key: String = "rsa"
    ) throws -> Envelope {
        let secret = SymmetricKey(data: [UInt8](repeating: 9, count: 32))
        let box = try AES.GCM.seal(Data(plain.utf8), using: secret)
        var envelope = Envelope()
        envelope.content = [UInt8](try #require(box.combined))
        envelope.wrapped = [try keys().wrap(secret.withUnsafeBytes { Array($0) }, digest, mask, for: key)]
        return envelope
    }

    private func decrypt(
        _ text: String, _ key: String = "rsa", allowing: Set<XMLEncryption.Algorithm> = all
    ) throws -> XMLElement {
        let element = try XMLReader.read(Array(text.utf8))
        return try XMLEncryption(in: element, allowing: allowing).decrypted(by: [
            try self.key("rogue"), try self.key(key),
        ])
    }

    private func problem(
        _ text: String, _ key: String = "rsa", allowing: Set<XMLEncryption.Algorithm> = all
    ) throws -> XMLEncryption.Problem? {
        do {
            _ = try decrypt(text, key, allowing: allowing)
            return nil
        } catch let problem as XMLEncryption.Problem { return problem }
    }

    @Test func `what xmlsec1 encrypts is read, by every algorithm of the list`() throws {
        for algorithm in XMLEncryption.Algorithm.allCases {
            var envelope = Envelope(algorithm: algorithm)
            envelope.wrapped = [[]]
            let sealed = try keys().encrypt(
                "<t:Name xmlns:t='urn:t'>ann &amp; ünï</t:Name>", into: envelope.text, bits: algorithm.keySize.bitCount)
            let data = try #require(sealed.firstRange(of: "<xe:EncryptedData")).lowerBound
            #expect(
                try decrypt("<t:Sealed xmlns:t='urn:t'>\(sealed[data...])</t:Sealed>").text == "ann & ünï",
                "\(algorithm)")
        }
    }

    @Test func `keys are unwrapped with every digest and mask`() throws {
        let masks = ["sha1": "mgf1sha1", "sha256": "mgf1sha256", "sha384": "mgf1sha384", "sha512": "mgf1sha512"]
        let digests = [
            "sha1": DigestAlgorithm.sha1, "sha256": .sha256, "sha384": .sha384, "sha512": .sha512,
        ]
        for (digest, named) in digests {
            for (mask, function) in masks {
                var envelope = try envelope(digest: digest, mask: mask)
                envelope.transport = "Algorithm='\(Self.oaep)'"
                envelope.parameters =
                    "<ds:DigestMethod Algorithm='\(named.rawValue)'/><e:MGF xmlns:e='http://www.w3.org/2009/xmlenc11#' "
                    + "Algorithm='http://www.w3.org/2009/xmlenc11#\(function)'/>"
                #expect(try decrypt(envelope.text).text == "ann", "\(digest) \(mask)")
            }
        }
        // Without words for it the digest and the mask are SHA-1; the older method's mask always is.
        #expect(try decrypt(try envelope().text).text == "ann")
        var older = try envelope(digest: "sha256")
        older.parameters = "<ds:DigestMethod Algorithm='\(DigestAlgorithm.sha256.rawValue)'/>"
        #expect(try decrypt(older.text).text == "ann")
    }

    @Test func `the key may stand beside the content, and be one of a few`() throws {
        var envelope = try envelope()
        envelope.isBeside = true
        #expect(try decrypt(envelope.text).text == "ann")
        envelope.wrapped.insert([UInt8](repeating: 1, count: 256), at: 0)
        #expect(try decrypt(envelope.text.replacing("Id='k'", with: "")).text == "ann")
        envelope.wrapped += envelope.wrapped + envelope.wrapped
        #expect(try problem(envelope.text) == .layout)
        envelope.wrapped = []
        #expect(try problem(envelope.text) == .layout)
    }

    @Test func `prefixes mean inside what they mean around it, and nothing gets out`() throws {
        #expect(try decrypt(try envelope("<t:Name/>").text).name.namespace == "urn:t")
        for plain in [
            "<u:Name/>", "</t:Sealed><t:Evil/>", "<t:Name/></t:Sealed><t:Sealed>", "<t:Name/><t:Name/>", "ann", "",
            "<!DOCTYPE t:Name><t:Name/>",
        ] { #expect(try problem(try envelope(plain).text) == .undecipherable, "\(plain)") }
    }

    @Test func `whatever is wrong behind the shape is one problem`() throws {
        let good = try envelope()
        #expect(try problem(good.text, "rogue2") == .undecipherable)
        var changed = good
        changed.content[20] ^= 1
        #expect(try problem(changed.text) == .undecipherable)
        changed = good
        changed.wrapped[0][5] ^= 1
        #expect(try problem(changed.text) == .undecipherable)
        changed = good
        changed.content = Array(good.content.prefix(20))
        #expect(try problem(changed.text) == .undecipherable)
        var chained = Envelope(algorithm: .aes128CBC)
        chained.wrapped = [try keys().wrap([UInt8](repeating: 9, count: 16), "sha1", "sha1", for: "rsa")]
        for length in [15, 16, 32, 33, 48] {
            chained.content = [UInt8](repeating: 7, count: length)
            #expect(try problem(chained.text) == .undecipherable, "\(length)")
        }
        // A key of another length than the algorithm's.
        var long = good
        long.algorithm = .aes128GCM
        #expect(try problem(long.text) == .undecipherable)
    }

    @Test func `what is not taken is refused before a key is used`() throws {
        let good = try envelope()
        var chained = good
        chained.algorithm = .aes256CBC
        #expect(try problem(chained.text, allowing: XMLEncryption.Algorithm.sound) == .algorithm)
        for transport in [
            "Algorithm='http://www.w3.org/2001/04/xmlenc#rsa-1_5'", "Algorithm='urn:unknown'", "",
            "Algorithm='http://www.w3.org/2001/04/xmlenc#kw-aes256'",
        ] {
            var other = good
            other.transport = transport
            #expect(try problem(other.text) == .algorithm, "\(transport)")
        }
        for parameters in [
            "<xe:OAEPparams>AAAA</xe:OAEPparams>", "<ds:DigestMethod Algorithm='urn:md5'/>",
            "<e:MGF xmlns:e='http://www.w3.org/2009/xmlenc11#' Algorithm='http://www.w3.org/2009/xmlenc11#mgf1sha256'/>",
        ] {
            var other = good
            other.parameters = parameters
            #expect(try problem(other.text) == .algorithm, "\(parameters)")
        }
        var referring = good
        referring.value = "<xe:CipherReference URI='http://127.0.0.1:9/x'/>"
        #expect(try problem(referring.text) == .layout)
        #expect(
            try problem(good.text.replacing("#Element'", with: "#Content'")) == .layout)
        #expect(try problem("<t:Sealed xmlns:t='urn:t'/>") == .layout)
        let tripleDES = good.text.replacing(
            good.algorithm.rawValue, with: "http://www.w3.org/2001/04/xmlenc#tripledes-cbc")
        #expect(try problem(tripleDES) == .algorithm)
    }
}
