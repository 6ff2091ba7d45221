import Synchronization

/// Whether the database has given no answer to a request before.
///
/// A request sends several transactions, one after the other, and each may wait for its own deadline. Once one has waited
/// in vain, those behind it in the same request fail at once, so that a request waits for a silent database only once.
package final class RequestOutage: Sendable {
    @TaskLocal static var current: RequestOutage?

    private let flag = Atomic<Bool>(false)

    /// Runs what belongs to one request.
    package static func tracked<Result>(_ request: () async -> Result) async -> Result {
        await $current.withValue(RequestOutage()) { await request() }
    }

    var hasHappened: Bool { flag.load(ordering: .relaxed) }

    func note(_ error: PostgresError) {
        switch error {
        case .unavailable, .connectionLost: flag.store(true, ordering: .relaxed)
        case .server, .rolledBack, .unexpectedResult, .closed: break
        }
    }
}
