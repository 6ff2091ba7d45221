import Crypto
import Foundation
import SwiftASN1
import X509

@testable import XMLSecurity

/// The keys of both sides, made once and kept: what was found with them is found again with no others.
struct Keys: Codable {
    struct Pair: Codable {
        /// In DER.
        let key: [UInt8]
        let certificate: [UInt8]
    }

    /// The provider's: the only ones whose word counts.
    let provider: Pair
    let curve: Pair
    /// Of somebody else who calls himself the provider.
    let stranger: Pair
    /// Ours.
    let service: Pair

    static let kept = try! Keys(of: URL(fileURLWithPath: Files.kept).appendingPathComponent("keys.json"))

    /// When they hold; nobody asks.
    private static let (begin, end) = (Date(timeIntervalSince1970: 1_600_000_000), Date(timeIntervalSince1970: 4e9))

    private init() throws {
        provider = try Self.rsa()
        curve = try Self.curve()
        stranger = try Self.rsa()
        service = try Self.rsa()
    }

    private init(of file: URL) throws {
        if !FileManager.default.fileExists(atPath: file.path) {
            let made = file.appendingPathExtension(String(ProcessInfo.processInfo.processIdentifier))
            try JSONEncoder().encode(try Keys()).write(to: made)
            // Another run may have been faster: then its keys are the ones.
            try? FileManager.default.moveItem(at: made, to: file)
        }
        self = try JSONDecoder().decode(Keys.self, from: try Data(contentsOf: file))
    }

    private static func rsa() throws -> Pair {
        let pair = try KeyPair.make(name: "idp.example", serialNumber: [1, 2, 3], notBefore: begin, notAfter: end)
        return Pair(key: pair.privateKey, certificate: pair.certificate)
    }

    private static func curve() throws -> Pair {
        let key = P256.Signing.PrivateKey()
        let (name, issuer) = (try DistinguishedName { CommonName("curve.example") }, Certificate.PrivateKey(key))
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(bytes: [4, 5, 6]), publicKey: issuer.publicKey, notValidBefore: begin,
            notValidAfter: end, issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions(), issuerPrivateKey: issuer)
        var serializer = DER.Serializer()
        try certificate.serialize(into: &serializer)
        return Pair(key: [UInt8](key.derRepresentation), certificate: serializer.serializedBytes)
    }
}

extension Keys.Pair {
    var verification: VerificationKey { try! VerificationKey(certificate: certificate) }
    var decryption: DecryptionKey { DecryptionKey(der: key) }
    var signing: SigningKey { SigningKey(der: key)! }
}
