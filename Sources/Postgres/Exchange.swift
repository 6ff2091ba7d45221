/// One transaction on its way: its statements, what has come back, and who waits for it.
///
/// Lives on the thread of one reactor.
final class Exchange {
    enum Lane: Int, CaseIterable {
        /// Many at once on few connections; run again when a connection is lost.
        case read
        /// One at a time on a connection, so that PostgreSQL can group the flushes of their commits.
        case write
    }

    let lane: Lane
    let statements: [PostgresQuery]
    /// The place of `COMMIT` in `statements`, if it has one.
    let commit: Int?
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
        self.commit = statements.lastIndex { $0.sql == PostgresQuery.commit.sql }
        self.deadline = deadline
        self.complete = complete
    }

    func finish() {
        if let failure {
            complete(.failure(failure))
        } else if results.count != statements.count {
            complete(.failure(.unexpectedResult("\(results.count) results for \(statements.count) statements")))
        } else if let commit, results[commit].tag != "COMMIT" {
            complete(.failure(.rolledBack))
        } else {
            complete(.success(results))
        }
    }

    func fail(_ error: PostgresError) {
        failure = error
        complete(.failure(error))
    }

    func restart() {
        restarts += 1
        results = []
        failure = nil
    }
}

extension PostgresQuery {
    package static let begin: PostgresQuery = "begin"
    package static let beginReadOnly: PostgresQuery = "begin read only"
    package static let commit: PostgresQuery = "commit"
    static let rollback: PostgresQuery = "rollback"
}
