import Crypto
import CryptoExtras
import Foundation
import SwiftASN1
import X509

/// A key of a provider, RSA or on one of NIST's curves, known by a certificate that was given: the only kind of key
/// that a signature is held against.
public struct VerificationKey: Sendable {
    /// Why a certificate gives no key.
    public enum Problem: Error, Sendable, Hashable {
        /// The bytes are no certificate.
        case unreadable
        /// RSA below 2048 bits, or a kind of key that no algorithm here uses.
        case unusable
    }

    private enum Key: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
        case p521(P521.Signing.PublicKey)
    }

    private let key: Key

    static let rsaBits = 2048

    /// The key of a certificate.
    ///
    /// - Parameter certificate: in DER. Who issued it and until when does not matter: it is trusted because it was
    ///   given.
    /// - Throws: `unreadable`, `unusable`.
    public init(certificate: [UInt8]) throws(Problem) {
        guard let certificate = try? Certificate(derEncoded: certificate) else { throw .unreadable }
        if let key = _RSA.Signing.PublicKey(certificate.publicKey) {
            guard key.keySizeInBits >= Self.rsaBits else { throw .unusable }
            self.key = .rsa(key)
        } else if let key = P256.Signing.PublicKey(certificate.publicKey) {
            self.key = .p256(key)
        } else if let key = P384.Signing.PublicKey(certificate.publicKey) {
            self.key = .p384(key)
        } else if let key = P521.Signing.PublicKey(certificate.publicKey) {
            self.key = .p521(key)
        } else {
            throw .unusable
        }
    }

    /// False also when the algorithm is none of this kind of key.
    package func verifies(_ signature: [UInt8], of bytes: [UInt8], _ algorithm: SignatureAlgorithm) -> Bool {
        let digest = algorithm.digest.digest(of: bytes)
        switch key {
        case .rsa(let key):
            let signature = _RSA.Signing.RSASignature(rawRepresentation: Data(signature))
            return algorithm.padding.map { key.isValidSignature(signature, for: digest, padding: $0) } ?? false
        // With curves, the two numbers one after the other (RFC 6931 §2.3.6).
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return algorithm.padding == nil && key.isValidSignature(signature, for: digest)
        case .p384(let key):
            guard let signature = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return algorithm.padding == nil && key.isValidSignature(signature, for: digest)
        case .p521(let key):
            guard let signature = try? P521.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return algorithm.padding == nil && key.isValidSignature(signature, for: digest)
        }
    }
}
