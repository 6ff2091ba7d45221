import Crypto

/// How a signature is made (RFC 9231 §2.3), by its URI: what is not in this list does not exist.
public enum SignatureAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// RSA, PKCS #1 v1.5, with SHA-256.
    case rsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    /// RSA, PKCS #1 v1.5, with SHA-384.
    case rsaSHA384 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"
    /// RSA, PKCS #1 v1.5, with SHA-512.
    case rsaSHA512 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"
    /// ECDSA with SHA-256.
    case ecdsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
    /// ECDSA with SHA-384.
    case ecdsaSHA384 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"
    /// ECDSA with SHA-512.
    case ecdsaSHA512 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512"
    /// RSA, PKCS #1 v1.5, with SHA-1, which is broken for who can choose what is signed: only where it is allowed for
    /// a while.
    case rsaSHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"

    var isRSA: Bool {
        switch self {
        case .rsaSHA256, .rsaSHA384, .rsaSHA512, .rsaSHA1: true
        case .ecdsaSHA256, .ecdsaSHA384, .ecdsaSHA512: false
        }
    }

    var digest: DigestAlgorithm {
        switch self {
        case .rsaSHA256, .ecdsaSHA256: .sha256
        case .rsaSHA384, .ecdsaSHA384: .sha384
        case .rsaSHA512, .ecdsaSHA512: .sha512
        case .rsaSHA1: .sha1
        }
    }

    /// Those that need no permission: all but the one with SHA-1.
    public static let sound: Set<SignatureAlgorithm> = Set(allCases).subtracting([.rsaSHA1])
}

package enum DigestAlgorithm: String, Sendable, Hashable, CaseIterable {
    case sha256 = "http://www.w3.org/2001/04/xmlenc#sha256"
    case sha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384"
    case sha512 = "http://www.w3.org/2001/04/xmlenc#sha512"
    case sha1 = "http://www.w3.org/2000/09/xmldsig#sha1"

    func digest(of bytes: [UInt8]) -> any Digest {
        switch self {
        case .sha256: SHA256.hash(data: bytes)
        case .sha384: SHA384.hash(data: bytes)
        case .sha512: SHA512.hash(data: bytes)
        case .sha1: Insecure.SHA1.hash(data: bytes)
        }
    }

    func hash(_ bytes: [UInt8]) -> [UInt8] { Array(digest(of: bytes)) }
}
