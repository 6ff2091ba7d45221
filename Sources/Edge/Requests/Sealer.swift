import Crypto
import Foundation

/// Seals what a client keeps for us and shows again: it can neither read nor change it, nor use it elsewhere.
///
/// AES-256-GCM; the text is base64 for URLs (RFC 4648 §5) without padding.
package struct Sealer: Sendable {
    private let key: SymmetricKey
    private let former: [SymmetricKey]

    /// - Parameters:
    ///   - key: 32 bytes.
    ///   - former: keys that opened and sealed before this one, and still open.
    package init(key: [UInt8], former: [[UInt8]] = []) {
        self.key = SymmetricKey(data: key)
        self.former = former.map { SymmetricKey(data: $0) }
    }

    /// - Parameter context: what the bytes are for; they can be opened for the same only.
    package func seal(_ bytes: [UInt8], for context: String) -> String {
        guard
            let box = try? AES.GCM.seal(bytes, using: key, authenticating: Data(context.utf8)),
            let sealed = box.combined
        else { preconditionFailure("a key of 256 bits seals anything") }
        return Base64URL.encode(sealed)
    }

    package enum Resealed: Sendable, Hashable {
        /// It is sealed with the key already.
        case current
        /// A former key had sealed it.
        case anew(String)
        /// None of the keys has sealed it for this context.
        case unreadable
    }

    /// The same secret, sealed with the key.
    package func resealed(_ text: String, for context: String) -> Resealed {
        if Self.open(text, with: key, for: context) != nil { return .current }
        guard let bytes = open(text, for: context) else { return .unreadable }
        return .anew(seal(bytes, for: context))
    }

    /// Nil for anything but what was sealed with one of the keys for this context.
    package func open(_ text: String, for context: String) -> [UInt8]? {
        ([key] + former).lazy.compactMap { Self.open(text, with: $0, for: context) }.first
    }

    private static func open(_ text: String, with key: SymmetricKey, for context: String) -> [UInt8]? {
        guard text.utf8.count <= maximumBytes, let sealed = Base64URL.decode(text),
            let box = try? AES.GCM.SealedBox(combined: sealed),
            let bytes = try? AES.GCM.open(box, using: key, authenticating: Data(context.utf8))
        else { return nil }
        return [UInt8](bytes)
    }

    /// The longest text that is looked at.
    private static let maximumBytes = 8192
}
