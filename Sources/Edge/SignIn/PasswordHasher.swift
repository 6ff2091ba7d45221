import CArgon2
package import Domain
import NIOPosix
import Synchronization

/// Hashes passwords with Argon2id (RFC 9106), a few at a time: each takes 46 MiB and some fifty milliseconds. Those that
/// wait are hashed in fair turns.
package final class PasswordHasher: Sendable {
    /// Kibibytes, passes and lanes, as OWASP advises.
    private static let (memory, passes, lanes): (UInt32, UInt32, UInt32) = (47_104, 1, 1)
    private static let hashBytes = 32
    private enum Outcome {
        case runs, refused, late
    }

    private let threads: NIOThreadPool
    private let queue: Mutex<HashQueue<CheckedContinuation<Outcome, Never>>>
    private let environment: Environment
    private let made = Atomic<Int>(0)

    package init(limits: HashLimits = HashLimits(), environment: Environment) {
        threads = NIOThreadPool(numberOfThreads: limits.running)
        threads.start()
        queue = Mutex(HashQueue(limits: limits))
        self.environment = environment
    }

    /// The number of passwords hashed so far.
    package var count: Int { made.load(ordering: .relaxed) }

    /// A PHC string with a salt of its own.
    ///
    /// - Throws: `throttled` when too many wait for the same account, network or tenant.
    package func hash(
        _ password: String, for client: HashingClient = .program
    ) async throws(DomainError) -> String {
        let random = environment.random()
        let salt = withUnsafeBytes(of: random.bigEndian) { Array($0) }
        return try await run(for: client) { Self.encode(Array(password.utf8), salt: salt) }
            .orThrow(.unexpected("Argon2 refused its parameters"))
    }

    /// - Parameter hash: nil when there is nobody to compare with, which takes as long.
    /// - Throws: `throttled` when too many wait for the same account, network or tenant.
    package func matches(
        _ password: String, _ hash: String?, for client: HashingClient
    ) async throws(DomainError) -> Bool {
        let reference = hash ?? Self.nobody
        let matches = try await run(for: client) { () -> Bool in
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

    private func run<Value: Sendable>(
        for client: HashingClient, _ body: @escaping @Sendable () -> Value
    ) async throws(DomainError) -> Value {
        switch await turn(of: client) {
        case .runs: break
        case .refused: throw .throttled(retryAfter: Self.pause)
        case .late: throw .unavailable(retryAfter: Self.pause)
        }
        defer { end() }
        made.add(1, ordering: .relaxed)
        do { return try await threads.runIfActive { body() } } catch { throw .unavailable(retryAfter: Self.pause) }
    }

    /// Seconds that one is told to wait who is refused.
    private static let pause = 2

    private func turn(of client: HashingClient) async -> Outcome {
        await withCheckedContinuation { continuation in
            let now = environment.now()
            switch queue.withLock({ $0.submit(continuation, of: client, now: now) }) {
            case .runs: continuation.resume(returning: .runs)
            case .waits: break
            case .refused: continuation.resume(returning: .refused)
            case .replaces(let other): other.resume(returning: .refused)
            }
        }
    }

    private func end() {
        let now = environment.now()
        let (next, late) = queue.withLock { $0.finish(now: now) }
        next?.resume(returning: .runs)
        for continuation in late { continuation.resume(returning: .late) }
    }
}

extension Optional where Wrapped: Sendable {
    fileprivate func orThrow(_ error: DomainError) throws(DomainError) -> Wrapped {
        guard let self else { throw error }
        return self
    }
}
