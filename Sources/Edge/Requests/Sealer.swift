import Crypto
import Foundation

/// Seals what a client keeps for us and shows again: it can neither read nor change it, nor use it elsewhere.
///
/// AES-256-GCM; the text is base64 for URLs (RFC 4648 §5) without padding.
package struct Sealer: Sendable {
    private let key: SymmetricKey

    /// - Parameter key: 32 bytes.
    package init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    /// - Parameter context: what the bytes are for; they can be opened for the same only.
    package func seal(_ bytes: [UInt8], for context: String) -> String {
        guard
            let box = try? AES.GCM.seal(bytes, using: key, authenticating: Data(context.utf8)),
            let sealed = box.combined
        else { preconditionFailure("a key of 256 bits seals anything") }
        return Base64URL.encode(sealed)
    }

    /// Nil for anything but what was sealed with this key for this context.
    package func open(_ text: String, for context: String) -> [UInt8]? {
        guard text.utf8.count <= Self.maximumBytes, let sealed = Base64URL.decode(text),
            let box = try? AES.GCM.SealedBox(combined: sealed),
            let bytes = try? AES.GCM.open(box, using: key, authenticating: Data(context.utf8))
        else { return nil }
        return [UInt8](bytes)
    }

    /// The longest text that is looked at.
    private static let maximumBytes = 8192
}
