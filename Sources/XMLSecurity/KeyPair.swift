import Crypto
import CryptoExtras
package import Foundation
import SwiftASN1
import X509

/// A private key of ours and the certificate by which others know it. Nobody issues it: whoever trusts it got it from
/// us.
package struct KeyPair: Sendable {
    /// In PKCS #8.
    package let privateKey: [UInt8]
    /// In DER.
    package let certificate: [UInt8]

    /// RSA with 2048 bits: what every provider verifies and encrypts for.
    ///
    /// - Parameters:
    ///   - name: the subject's and issuer's common name.
    ///   - serialNumber: at most 20 bytes (RFC 5280 §4.1.2.2).
    package static func make(
        name: String, serialNumber: [UInt8], notBefore: Date, notAfter: Date
    ) throws -> KeyPair {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let subject = try DistinguishedName { CommonName(name) }
        let issuer = Certificate.PrivateKey(key)
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(bytes: [serialNumber[0] & 0x7F | 0x40] + serialNumber.dropFirst()),
            publicKey: issuer.publicKey, notValidBefore: notBefore, notValidAfter: notAfter, issuer: subject,
            subject: subject, signatureAlgorithm: .sha256WithRSAEncryption,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                KeyUsage(digitalSignature: true, keyEncipherment: true)
            }, issuerPrivateKey: issuer)
        var serializer = DER.Serializer()
        try certificate.serialize(into: &serializer)
        return KeyPair(
            privateKey: [UInt8](key.pkcs8DERRepresentation), certificate: serializer.serializedBytes)
    }
}
