import Crypto
import CryptoExtras
public import Foundation
import SwiftASN1
import X509

/// The facts about a certificate (RFC 5280) that a person compares with those that the other side shows.
public struct CertificateSummary: Sendable, Hashable {
    /// The kind of public key.
    public enum Key: Sendable, Hashable, CustomStringConvertible {
        /// RSA, by the length of its modulus.
        case rsa(bits: Int)
        /// By the curve's name: `P-256`, `P-384` or `P-521`.
        case curve(String)
        /// A kind that no algorithm here uses.
        case other

        /// For people: `RSA 2048`, `EC P-256` or `other`.
        public var description: String {
            switch self {
            case .rsa(let bits): "RSA \(bits)"
            case .curve(let name): "EC \(name)"
            case .other: "other"
            }
        }
    }

    /// The subject's common name; nil when it has none.
    public let commonName: String?
    /// The serial number, in upper-case hexadecimal digits.
    public let serialNumber: String
    /// When it begins to be valid.
    public let notBefore: Date
    /// The last moment at which it is valid.
    public let notAfter: Date
    /// The SHA-1 fingerprint of the whole certificate, as upper-case hexadecimal digits with colons; Microsoft Entra ID
    /// calls it the thumbprint.
    public let sha1: String
    /// The SHA-256 fingerprint, likewise.
    public let sha256: String
    /// The kind of its public key.
    public let key: Key

    /// Reads a certificate.
    ///
    /// - Parameter der: one certificate, with nothing behind it.
    /// - Throws: `unusable` for RSA below 2048 bits, which cannot even be shown; `unreadable`.
    public init(_ der: [UInt8]) throws(VerificationKey.Problem) {
        guard let certificate = try? Certificate(derEncoded: der) else {
            throw Self.rsaBits(der).map { $0 < VerificationKey.rsaBits } == true ? .unusable : .unreadable
        }
        commonName = certificate.subject.lazy.flatMap { $0 }
            .first { $0.type == .RDNAttributeType.commonName }.map { String($0.value) ?? $0.value.description }
        serialNumber = Self.hexadecimal(certificate.serialNumber.bytes).joined()
        notBefore = certificate.notValidBefore
        notAfter = certificate.notValidAfter
        sha1 = Self.hexadecimal(Insecure.SHA1.hash(data: der)).joined(separator: ":")
        sha256 = Self.fingerprint(of: der)
        key = Self.key(certificate.publicKey)
    }

    /// The `sha256` of any bytes, also of those that are no certificate.
    public static func fingerprint(of der: [UInt8]) -> String {
        hexadecimal(SHA256.hash(data: der)).joined(separator: ":")
    }

    private static func key(_ key: Certificate.PublicKey) -> Key {
        if let key = _RSA.Signing.PublicKey(key) { return .rsa(bits: key.keySizeInBits) }
        if P256.Signing.PublicKey(key) != nil { return .curve("P-256") }
        if P384.Signing.PublicKey(key) != nil { return .curve("P-384") }
        if P521.Signing.PublicKey(key) != nil { return .curve("P-521") }
        return .other
    }

    /// The length of an RSA key; nil for what holds none. The library reads no certificate with a short key: what is wrong
    /// with it is found by hand (RFC 5280 §4.1).
    private static func rsaBits(_ der: [UInt8]) -> Int? {
        guard let certificate = try? DER.parse(der), let body = children(certificate).first else { return nil }
        let fields = children(body).drop { $0.identifier.tagClass == .contextSpecific }
        guard let info = fields.dropFirst(5).first,
            let algorithm = children(info).first.flatMap({ children($0).first }),
            (try? ASN1ObjectIdentifier(derEncoded: algorithm)) == .AlgorithmIdentifier.rsaEncryption,
            let bits = children(info).last, let text = try? ASN1BitString(derEncoded: bits),
            let key = try? DER.parse(text.bytes), let modulus = children(key).first,
            case .primitive(let number) = modulus.content
        else { return nil }
        let digits = number.drop { $0 == 0 }
        return digits.first.map { digits.count * 8 - $0.leadingZeroBitCount }
    }

    private static func children(_ node: ASN1Node) -> [ASN1Node] {
        if case .constructed(let nodes) = node.content { Array(nodes) } else { [] }
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> [String] {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
    }
}
