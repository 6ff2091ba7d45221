import CArgon2
package import Domain
import NIOPosix

/// Hashes passwords with Argon2id (RFC 9106), a few at a time: each takes 46 MiB and some fifty milliseconds.
package final class PasswordHasher: Sendable {
    /// Kibibytes, passes and lanes, as OWASP advises.
    private static let (memory, passes, lanes): (UInt32, UInt32, UInt32) = (47_104, 1, 1)
    private static let hashBytes = 32
    /// How many wait for their turn before one is told to come back.
    private static let waiting = 32

    private let threads: NIOThreadPool
    private let queue = LimitedCount(limit: waiting)
    private let environment: Environment

    /// - Parameter concurrency: how many are hashed at once.
    package init(concurrency: Int = 2, environment: Environment) {
        threads = NIOThreadPool(numberOfThreads: concurrency)
        threads.start()
        self.environment = environment
    }

    /// A PHC string with a salt of its own.
    package func hash(_ password: String) async throws(DomainError) -> String {
        let random = environment.random()
        let salt = withUnsafeBytes(of: random.bigEndian) { Array($0) }
        return try await run { Self.encode(Array(password.utf8), salt: salt) }
            .orThrow(.unexpected("Argon2 refused its parameters"))
    }

    /// - Parameter hash: nil when there is nobody to compare with, which takes as long.
    package func matches(_ password: String, _ hash: String?) async throws(DomainError) -> Bool {
        let reference = hash ?? Self.nobody
        let matches = try await run { () -> Bool in
            let bytes = Array(password.utf8)
            return argon2id_verify(reference, bytes, bytes.count) == ARGON2_OK.rawValue
        }
        return matches && hash != nil
    }

    /// Nobody's password, of the same cost.
    private static let nobody = encode(Array("nobody".utf8), salt: [UInt8](repeating: 1, count: 16)) ?? ""

    private static func encode(_ password: [UInt8], salt: [UInt8]) -> String? {
        let capacity = argon2_encodedlen(
            passes, memory, lanes, UInt32(salt.count), UInt32(hashBytes), Argon2_id)
        var encoded = [CChar](repeating: 0, count: capacity)
        let status = argon2id_hash_encoded(
            passes, memory, lanes, password, password.count, salt, salt.count, hashBytes, &encoded, capacity)
        guard status == ARGON2_OK.rawValue else { return nil }
        return String(decoding: encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(DomainError) -> Value {
        guard queue.enter() else { throw .unavailable(retryAfter: 2) }
        defer { queue.leave() }
        do { return try await threads.runIfActive { body() } } catch { throw .unavailable(retryAfter: 2) }
    }
}

extension Optional where Wrapped: Sendable {
    fileprivate func orThrow(_ error: DomainError) throws(DomainError) -> Wrapped {
        guard let self else { throw error }
        return self
    }
}
