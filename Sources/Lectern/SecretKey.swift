import Crypto
import Foundation

/// The key under which secrets are sealed at rest: 32 random bytes in a file only we may read, as base64.
struct SecretKey: Sendable {
    private let key: SymmetricKey

    /// Reads the file; makes it when there is none and `creating` says so.
    init(file: URL, creating: Bool) throws(ConfigurationError) {
        if let data = FileManager.default.contents(atPath: file.path) {
            let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            guard let bytes = Data(base64Encoded: text), bytes.count == 32 else {
                throw ConfigurationError("The secret key file \(file.path) does not hold 32 bytes in base64.")
            }
            key = SymmetricKey(data: bytes)
            return
        }
        if FileManager.default.fileExists(atPath: file.path) {
            throw ConfigurationError("The secret key file \(file.path) cannot be read.")
        }
        guard creating else { throw ConfigurationError("There is no secret key file \(file.path).") }
        key = SymmetricKey(size: .bits256)
        let text = key.withUnsafeBytes { Data($0).base64EncodedString() } + "\n"
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let made = FileManager.default.createFile(
            atPath: file.path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard made else { throw ConfigurationError("The secret key file \(file.path) cannot be written.") }
    }

    /// A key for one purpose, which tells nothing about the keys of others (HKDF, RFC 5869).
    func derived(for purpose: String) -> [UInt8] {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Data("lectern \(purpose)".utf8), outputByteCount: 32)
            .withUnsafeBytes { Array($0) }
    }

    /// Tells keys apart without telling what they are.
    var fingerprint: String {
        HMAC<SHA256>.authenticationCode(for: Data("lectern secret key".utf8), using: key)
            .prefix(16).map { String($0 >> 4, radix: 16) + String($0 & 0xF, radix: 16) }.joined()
    }
}
