import Crypto
import CryptoExtras
package import Foundation

/// Encrypted content (XML Encryption 1.1 §3): one `EncryptedData`, and the `EncryptedKey` that its key came in, either
/// inside its `KeyInfo` or beside it.
///
/// Encryption proves nothing about who wrote the content: anybody has our certificate. Whatever goes wrong behind the
/// shape, the wrapping of the key, the padding, the tag or the content, is one and the same problem, reached by the same
/// steps, so that nobody learns from the difference (Jager and Somorovsky, 2011).
public struct XMLEncryption: Sendable {
    package static let namespace = "http://www.w3.org/2001/04/xmlenc#"
    private static let namespace11 = "http://www.w3.org/2009/xmlenc11#"
    private static let signature = XMLSignature.namespace

    package enum Problem: String, Error, Sendable, Hashable {
        case layout = "the encrypted content has another shape than the one that is taken"
        case algorithm = "the encryption is not one that is taken"
        case undecipherable = "the content cannot be decrypted with a key of the connection"
    }

    /// How content is encrypted (XML Encryption 1.1 §5.2), by its URI: what is not in this list does not exist.
    public enum Algorithm: String, Sendable, Hashable, CaseIterable {
        /// AES with 256 bits in Galois/Counter Mode.
        case aes256GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
        /// AES with 192 bits in Galois/Counter Mode.
        case aes192GCM = "http://www.w3.org/2009/xmlenc11#aes192-gcm"
        /// AES with 128 bits in Galois/Counter Mode.
        case aes128GCM = "http://www.w3.org/2009/xmlenc11#aes128-gcm"
        /// AES with 256 bits in Cipher Block Chaining. What is encrypted so can be changed by who has no key: only
        /// where it is allowed.
        case aes256CBC = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
        /// AES with 192 bits in Cipher Block Chaining; likewise only where it is allowed.
        case aes192CBC = "http://www.w3.org/2001/04/xmlenc#aes192-cbc"
        /// AES with 128 bits in Cipher Block Chaining; likewise only where it is allowed.
        case aes128CBC = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"

        var isCBC: Bool {
            switch self {
            case .aes256GCM, .aes192GCM, .aes128GCM: false
            case .aes256CBC, .aes192CBC, .aes128CBC: true
            }
        }

        var keySize: SymmetricKeySize {
            switch self {
            case .aes256GCM, .aes256CBC: .bits256
            case .aes192GCM, .aes192CBC: .bits192
            case .aes128GCM, .aes128CBC: .bits128
            }
        }

        /// The algorithms that are accepted only if it is allowed: Cipher Block Chaining.
        public static let chaining: Set<Algorithm> = Set(allCases.filter(\.isCBC))
        /// The algorithms that detect a change of the content: Galois/Counter Mode.
        public static let sound: Set<Algorithm> = Set(allCases.filter { !$0.isCBC })
    }

    /// A key as it came along.
    private struct WrappedKey {
        let bytes: [UInt8]
        let digest: DigestAlgorithm
        let mask: DigestAlgorithm
    }

    private let element: XMLElement
    private let algorithm: Algorithm
    private let content: [UInt8]
    private let keys: [WrappedKey]

    /// How many keys may come along: each costs an operation with our private key.
    private static let mostKeys = 4

    // MARK: Shape

    /// Reads the encrypted content of an element such as `EncryptedAssertion` or `EncryptedID` (SAML 2.0 Core §2.2.4),
    /// if it has the accepted shape.
    package init(in element: XMLElement, allowing algorithms: Set<Algorithm>) throws(Problem) {
        let parts = element.elements
        guard let data = parts.first, data.is("EncryptedData", in: Self.namespace),
            parts.dropFirst().allSatisfy({ $0.is("EncryptedKey", in: Self.namespace) })
        else { throw .layout }
        self.element = data
        let type = data.attribute("Type")
        guard type == nil || type == Self.namespace + "Element" else { throw .layout }
        let (method, information, value) = try Self.parts(of: data)
        guard let algorithm = method.attribute("Algorithm").flatMap({ Algorithm(rawValue: $0) }),
            algorithms.contains(algorithm)
        else { throw .algorithm }
        self.algorithm = algorithm
        content = value
        let inside = information?.elements.filter { $0.is("EncryptedKey", in: Self.namespace) } ?? []
        let keys = inside + parts.dropFirst()
        guard !keys.isEmpty, keys.count <= Self.mostKeys else { throw .layout }
        var wrapped: [WrappedKey] = []
        for key in keys { wrapped.append(try Self.key(key)) }
        self.keys = wrapped
    }

    /// The parts that `EncryptedData` and `EncryptedKey` have in common; content elsewhere is never fetched.
    private static func parts(
        of element: XMLElement
    ) throws(Problem) -> (method: XMLElement, information: XMLElement?, value: [UInt8]) {
        let parts = element.elements
        guard let method = parts.first, method.is("EncryptionMethod", in: namespace) else { throw .layout }
        let information = parts.dropFirst().first.flatMap { $0.is("KeyInfo", in: signature) ? $0 : nil }
        let place = information == nil ? 1 : 2
        guard parts.count > place, parts[place].is("CipherData", in: namespace), parts[place].elements.count == 1,
            parts.dropFirst(place + 1).allSatisfy({
                $0.is("ReferenceList", in: namespace) || $0.is("CarriedKeyName", in: namespace)
            }),
            parts[place].elements[0].is("CipherValue", in: namespace),
            let value = parts[place].elements[0].text.flatMap(base64)
        else { throw .layout }
        return (method, information, value)
    }

    private static func key(_ element: XMLElement) throws(Problem) -> WrappedKey {
        let (method, _, value) = try parts(of: element)
        var (digest, mask) = (DigestAlgorithm.sha1, DigestAlgorithm.sha1)
        switch method.attribute("Algorithm") {
        case namespace + "rsa-oaep-mgf1p", namespace11 + "rsa-oaep": break
        default: throw .algorithm
        }
        for parameter in method.elements {
            if parameter.is("DigestMethod", in: signature) {
                guard let named = parameter.attribute("Algorithm").flatMap({ DigestAlgorithm(rawValue: $0) }) else {
                    throw .algorithm
                }
                digest = named
            } else if parameter.is("MGF", in: namespace11), method.attribute("Algorithm") == namespace11 + "rsa-oaep" {
                guard let named = parameter.attribute("Algorithm").flatMap({ masks[$0] }) else { throw .algorithm }
                mask = named
            } else if !parameter.is("KeySize", in: namespace) {
                throw .algorithm
            }
        }
        return WrappedKey(bytes: value, digest: digest, mask: mask)
    }

    private static let masks: [String: DigestAlgorithm] = [
        namespace11 + "mgf1sha1": .sha1, namespace11 + "mgf1sha256": .sha256, namespace11 + "mgf1sha384": .sha384,
        namespace11 + "mgf1sha512": .sha512,
    ]

    private static func base64(_ text: String) -> [UInt8]? { Data(base64Text: text).map { [UInt8]($0) } }

    // MARK: Decryption

    /// The element that was encrypted, with the meaning that prefixes have around it.
    ///
    /// - Parameter original: the same element before it was read again from signed bytes, where prefixes that are used
    ///   only by what is encrypted are no longer declared. What the signed bytes declare goes before.
    package func decrypted(
        by ours: [DecryptionKey], from original: XMLElement? = nil, limits: XMLLimits = XMLLimits()
    ) throws(Problem) -> XMLElement {
        // Without a key it goes on with one that is nobody's, and ends where a wrong key ends.
        let key = unwrapped(by: ours).map { SymmetricKey(data: $0) } ?? SymmetricKey(size: algorithm.keySize)
        let plain = algorithm.isCBC ? withoutChaining(key) : withoutCounter(key)
        do throws(XMLError) {
            let outer = original?.elements.first?.scope ?? element.scope
            return try XMLReader.read(plain ?? [], in: outer.adding(element.scope.all), limits: limits)
        } catch {
            throw .undecipherable
        }
    }

    private func unwrapped(by ours: [DecryptionKey]) -> [UInt8]? {
        for wrapped in keys {
            for key in ours {
                guard let found = key.unwrap(wrapped.bytes, digest: wrapped.digest, mask: wrapped.mask),
                    found.count * 8 == algorithm.keySize.bitCount
                else { continue }
                return found
            }
        }
        return nil
    }

    /// Nonce of 12 bytes, content, tag of 16 bytes (XML Encryption 1.1 §5.2.4).
    private func withoutCounter(_ key: SymmetricKey) -> [UInt8]? {
        guard let box = try? AES.GCM.SealedBox(combined: content), let plain = try? AES.GCM.open(box, using: key) else {
            return nil
        }
        return [UInt8](plain)
    }

    /// Initial vector of a block, content; the last byte says how many bytes to take off (XML Encryption 1.1 §5.2.3).
    private func withoutChaining(_ key: SymmetricKey) -> [UInt8]? {
        let block = 16
        guard content.count >= 2 * block, content.count.isMultiple(of: block),
            let vector = try? AES._CBC.IV(ivBytes: content.prefix(block)),
            let plain = try? AES._CBC.decrypt(content.dropFirst(block), using: key, iv: vector, noPadding: true),
            let padding = plain.last, (1...block).contains(Int(padding))
        else { return nil }
        return plain.dropLast(Int(padding))
    }
}

extension Data {
    /// Base64 with white space anywhere, and whole: the decoder alone takes what is cut off.
    package init?(base64Text text: String) {
        var letters = Array(text.utf8)
        letters.removeAll { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        let end = letters.firstIndex(of: UInt8(ascii: "=")) ?? letters.endIndex
        guard !letters.isEmpty, letters.count.isMultiple(of: 4), letters.count - end <= 2,
            letters[end...].allSatisfy({ $0 == UInt8(ascii: "=") })
        else { return nil }
        self.init(base64Encoded: Data(letters))
    }
}
