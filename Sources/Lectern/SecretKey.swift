import Crypto
import Edge
import Foundation

/// The keys under which secrets are sealed at rest: 32 random bytes each, as base64, a line for each key of a file that
/// only the program may read. The first key seals, and all of them open, so that a key can be exchanged while servers run.
struct SecretKey: Sendable {
    private let keys: [SymmetricKey]

    /// Reads the file; makes it when there is none and `creating` says so.
    init(file: URL, creating: Bool) throws(ConfigurationError) {
        if let data = FileManager.default.contents(atPath: file.path) {
            let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
                .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
            let bytes = lines.compactMap { Data(base64Encoded: $0) }.filter { $0.count == 32 }
            guard !bytes.isEmpty, bytes.count == lines.count else {
                throw ConfigurationError("The secret key file \(file.path) does not hold 32 bytes in base64.")
            }
            keys = bytes.map { SymmetricKey(data: $0) }
            return
        }
        if FileManager.default.fileExists(atPath: file.path) {
            throw ConfigurationError("The secret key file \(file.path) cannot be read.")
        }
        guard creating else { throw ConfigurationError("There is no secret key file \(file.path).") }
        keys = [SymmetricKey(size: .bits256)]
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        guard
            FileManager.default.createFile(
                atPath: file.path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw ConfigurationError("The secret key file \(file.path) cannot be written.") }
    }

    private init(keys: [SymmetricKey]) { self.keys = keys }

    /// A key for one purpose, which tells nothing about the keys of others (HKDF, RFC 5869).
    func derived(for purpose: String) -> [UInt8] { Self.derived(keys[0], for: purpose) }

    /// Seals with the first key and opens with all of them.
    func sealer(for purpose: String) -> Sealer {
        Sealer(
            key: derived(for: purpose), former: keys.dropFirst().map { Self.derived($0, for: purpose) })
    }

    func formToken() -> FormToken {
        FormToken(key: derived(for: "forms"), former: keys.dropFirst().map { Self.derived($0, for: "forms") })
    }

    private static func derived(_ key: SymmetricKey, for purpose: String) -> [UInt8] {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Data("lectern \(purpose)".utf8), outputByteCount: 32)
            .withUnsafeBytes { Array($0) }
    }

    /// They tell keys apart without telling what they are; the first is that of the key that seals.
    var fingerprints: [String] {
        keys.map { key in
            HMAC<SHA256>.authenticationCode(for: Data("lectern secret key".utf8), using: key)
                .prefix(16).map { String($0 >> 4, radix: 16) + String($0 & 0xF, radix: 16) }.joined()
        }
    }

    // MARK: Exchanging

    /// The same keys and a new one, which only opens.
    func adding(_ bytes: [UInt8]) -> SecretKey { SecretKey(keys: keys + [SymmetricKey(data: bytes)]) }

    /// The last key is the one that seals.
    func usingLast() -> SecretKey { SecretKey(keys: Array(keys.suffix(1)) + keys.dropLast()) }

    /// Only the key that seals.
    func keepingFirst() -> SecretKey { SecretKey(keys: Array(keys.prefix(1))) }

    /// Puts the keys in the place of those in the file, as a whole.
    func write(to file: URL) throws(ConfigurationError) {
        let new = file.deletingLastPathComponent().appendingPathComponent(".\(file.lastPathComponent).new")
        let made = FileManager.default.createFile(
            atPath: new.path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard made, rename(new.path, file.path) == 0 else {
            throw ConfigurationError("The secret key file \(file.path) cannot be written.")
        }
    }

    private var text: String {
        keys.map { key in key.withUnsafeBytes { Data($0).base64EncodedString() } + "\n" }.joined()
    }
}
