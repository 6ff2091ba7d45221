import Crypto
import CryptoExtras

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
    /// RSA, PSS without parameters (RFC 6931 §2.3.10), with SHA-256: the mask is made with the same digest, and the salt is
    /// as long as the digest.
    case pssSHA256 = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
    /// RSA, PSS without parameters, with SHA-384.
    case pssSHA384 = "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1"
    /// RSA, PSS without parameters, with SHA-512.
    case pssSHA512 = "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1"
    /// RSA, PKCS #1 v1.5, with SHA-1, which is broken for who can choose what is signed: only where it is allowed for
    /// a while.
    case rsaSHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"

    /// The padding of an RSA signature; nil for another kind of key.
    var padding: _RSA.Signing.Padding? {
        switch self {
        case .rsaSHA256, .rsaSHA384, .rsaSHA512, .rsaSHA1: .insecurePKCS1v1_5
        case .pssSHA256, .pssSHA384, .pssSHA512: .PSS
        case .ecdsaSHA256, .ecdsaSHA384, .ecdsaSHA512: nil
        }
    }

    var digest: DigestAlgorithm {
        switch self {
        case .rsaSHA256, .ecdsaSHA256, .pssSHA256: .sha256
        case .rsaSHA384, .ecdsaSHA384, .pssSHA384: .sha384
        case .rsaSHA512, .ecdsaSHA512, .pssSHA512: .sha512
        case .rsaSHA1: .sha1
        }
    }

    /// The algorithms that need no permission: all but the one with SHA-1.
    public static let sound: Set<SignatureAlgorithm> = Set(allCases).subtracting([.rsaSHA1])
}

/// The method of a signature as its `SignatureMethod` names it.
enum SignatureMethod {
    /// PSS with parameters (RFC 6931 §2.3.9).
    private static let pss = more + "rsa-pss"
    private static let more = "http://www.w3.org/2007/05/xmldsig-more#"

    /// Nil for an algorithm that is not in the list, and for parameters other than those that the algorithms without
    /// parameters have: one digest for content and mask, a salt as long as the digest, and the usual trailer.
    static func algorithm(of element: XMLElement) -> SignatureAlgorithm? {
        guard element.attribute("Algorithm") == pss else {
            return element.elements.isEmpty
                ? element.attribute("Algorithm").flatMap { SignatureAlgorithm(rawValue: $0) } : nil
        }
        guard element.elements.count <= 1, element.holdsOnlyElements else { return nil }
        guard let parameters = element.elements.first else { return .pssSHA256 }
        guard parameters.is("RSAPSSParams", in: more), parameters.holdsOnlyElements, parameters.attributes.isEmpty
        else {
            return nil
        }
        var rest = parameters.elements[...]
        let digest = take("DigestMethod", XMLSignature.namespace, &rest)
        let mask = take("MaskGenerationFunction", more, &rest)
        let (salt, trailer) = (take("SaltLength", more, &rest), take("TrailerField", more, &rest))
        let named = digest.map { $0.attribute("Algorithm") ?? "" } ?? DigestAlgorithm.sha256.rawValue
        guard rest.isEmpty, let content = DigestAlgorithm(rawValue: named), content != .sha1,
            mask.map({ uses($0, content) }) ?? true,
            salt.map({ $0.text == "\(content.length)" }) ?? (content == .sha256),
            trailer.map({ $0.text == "1" }) ?? true
        else { return nil }
        return [.pssSHA256, .pssSHA384, .pssSHA512].first { $0.digest == content }
    }

    private static func take(
        _ name: String, _ namespace: String, _ rest: inout ArraySlice<XMLElement>
    ) -> XMLElement? {
        guard let next = rest.first, next.is(name, in: namespace) else { return nil }
        rest.removeFirst()
        return next
    }

    /// MGF1 is the only function. Its digest is that of the content unless it says otherwise.
    private static func uses(_ mask: XMLElement, _ digest: DigestAlgorithm) -> Bool {
        guard mask.attribute("Algorithm") == more + "MGF1", mask.elements.count <= 1 else { return false }
        guard let named = mask.elements.first else { return true }
        return named.is("DigestMethod", in: XMLSignature.namespace) && named.attribute("Algorithm") == digest.rawValue
    }
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

    /// In bytes.
    var length: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    func hash(_ bytes: [UInt8]) -> [UInt8] { Array(digest(of: bytes)) }
}
