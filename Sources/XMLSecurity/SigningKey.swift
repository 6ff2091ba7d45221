import Crypto
import CryptoExtras
import Foundation

/// A private key of one's own to sign with: RSA with PKCS #1 v1.5 and SHA-256 (RFC 9231 §2.3.2), which every identity
/// provider verifies.
public struct SigningKey: Sendable {
    private let key: _RSA.Signing.PrivateKey

    package static let algorithm = SignatureAlgorithm.rsaSHA256

    /// The key in DER; nil unless it is an RSA key of 2048 bits or more.
    ///
    /// - Parameter der: PKCS #1 or PKCS #8.
    public init?(der: [UInt8]) {
        guard let key = try? _RSA.Signing.PrivateKey(derRepresentation: der), key.keySizeInBits >= 2048 else {
            return nil
        }
        self.key = key
    }

    package func signature(of bytes: [UInt8]) throws -> [UInt8] {
        let signature = try key.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
        return [UInt8](signature.rawRepresentation)
    }
}
