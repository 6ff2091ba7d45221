package import Domain
import Synchronization

/// Holds requests back while their tenant has more than its share: by rate, and by how many run at once.
package final class TenantTurns: Sendable {
    private enum Outcome {
        case runs, refused, late
    }

    private let rate: RateLimit<TenantID?>
    private let environment: Environment
    private let queue: Mutex<FairQueue<CheckedContinuation<Outcome, Never>>>

    /// Seconds that a client is told to wait whose tenant's line is full.
    private static let pause = 1
    /// A refusal is delayed by this time, which slows down a client that ignores refusals: its asking again at once
    /// would cost more than the answer is worth.
    private static let refusalTakes = Duration.milliseconds(100)

    /// - Parameter rate: of each tenant; nil is no limit.
    package init(rate: RequestRate?, limits: FairLimits, environment: Environment) {
        self.rate = RateLimit(rate)
        self.environment = environment
        queue = Mutex(FairQueue(limits: limits))
    }

    /// Returns when a request of the tenant may run; it has to be followed by `end`.
    ///
    /// - Throws: `throttled` when the tenant sends too much, `unavailable` when others do.
    package func begin(_ tenant: TenantID) async throws(DomainError) {
        let now = environment.now()
        do throws(DomainError) { try rate.count(tenant, now: now) } catch {
            try? await Task.sleep(for: Self.refusalTakes)
            throw error
        }
        if queue.withLock({ $0.start(tenant, now: now) }) { return }
        let outcome = await withCheckedContinuation { continuation in
            switch queue.withLock({ $0.submit(continuation, of: tenant, now: now) }) {
            case .runs: continuation.resume(returning: .runs)
            case .refused: continuation.resume(returning: .refused)
            case .waits: break
            }
        }
        switch outcome {
        case .runs: return
        case .refused: throw .throttled(retryAfter: Self.pause)
        case .late: throw .unavailable(retryAfter: Self.pause)
        }
    }

    package func end(_ tenant: TenantID) {
        let now = environment.now()
        let (start, late) = queue.withLock { $0.finish(tenant, now: now) }
        for continuation in start { continuation.resume(returning: .runs) }
        for continuation in late { continuation.resume(returning: .late) }
    }
}
