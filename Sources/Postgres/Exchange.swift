/// One transaction on its way: its statements, what has come back, and who waits for it.
///
/// Lives on the thread of one reactor.
final class Exchange: PoolWork {
    enum Lane: Int, CaseIterable {
        /// Short reads: run again when a connection is lost.
        case read
        /// Reads that may take long, so that the short ones need not wait behind them.
        case scan
        case write
        /// Writes that may change a good part of a tenant's rows, so that the others need not wait behind them.
        case longWrite

        /// Whether nobody knows what became of it when its connection is lost.
        var writes: Bool { self == .write || self == .longWrite }
    }

    let lane: Lane
    let statements: [PostgresQuery]
    /// Begins and ends a transaction of its own, so others may follow it before the next synchronisation point.
    let isTransaction: Bool
    let deadline: MonotonicTime
    private let complete: (Result<[PostgresRows], PostgresError>) -> Void

    var results: [PostgresRows] = []
    var failure: PostgresError?
    /// How often it was started again after a connection was spoilt under it.
    var restarts = 0

    init(
        lane: Lane, statements: [PostgresQuery], deadline: MonotonicTime,
        complete: @escaping (Result<[PostgresRows], PostgresError>) -> Void
    ) {
        self.lane = lane
        self.statements = statements
        isTransaction =
            statements.first?.beginsTransaction == true && statements.last?.text == PostgresQuery.commit.text
        self.deadline = deadline
        self.complete = complete
        results.reserveCapacity(statements.count)
    }

    var runsAlone: Bool { !isTransaction }

    func finish() {
        if let failure {
            complete(.failure(failure))
        } else if results.count != statements.count {
            complete(.failure(.unexpectedResult("\(results.count) results for \(statements.count) statements")))
        } else if isTransaction, results.last?.tag != "COMMIT" {
            complete(.failure(.rolledBack))
        } else {
            complete(.success(results))
        }
    }

    /// It never began, because the transaction before it on its connection had failed.
    var isBounced: Bool { results.isEmpty && failure?.sqlState == .inFailedTransaction }

    /// Its commit waited for the flush of the log: PostgreSQL does not flush for a transaction without changes.
    var hasWritten: Bool { results.last?.tag == "COMMIT" && results.contains { $0.changesRows } }

    func fail(_ error: PostgresError) {
        failure = error
        complete(.failure(error))
    }

    func restart() {
        restarts += 1
        results.removeAll(keepingCapacity: true)
        failure = nil
    }
}

extension PostgresQuery {
    package static let begin: PostgresQuery = "begin"
    package static let beginReadOnly: PostgresQuery = "begin read only"
    package static let commit: PostgresQuery = "commit"
    package static let rollback: PostgresQuery = "rollback"
    /// Goes with the deadline of long writes.
    package static let mayTakeLong: PostgresQuery = "set local statement_timeout = '60s'"
    /// The transaction's commit does not wait for the flush of the log.
    static let relaxCommit: PostgresQuery = "set local synchronous_commit = off"
    /// A commit of its own with something in the log, so that everything before it gets to the disk.
    static let flushLog: PostgresQuery = "select pg_logical_emit_message(true, 'lectern', '')"

    fileprivate var beginsTransaction: Bool { text == Self.begin.text || text == Self.beginReadOnly.text }
}
