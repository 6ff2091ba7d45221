/// The statements that are sent to PostgreSQL up to one synchronisation point, and how much of them has been answered.
final class Stretch {
    enum Content {
        /// Statements that a connection has not seen yet, each for the exchange that needs it first.
        case preparation([(text: StatementText, for: Exchange)])
        case transactions([Exchange])
        /// The statements that follow an error, or commits that have not been flushed to disk yet.
        case recovery([PostgresQuery], committed: [Exchange])
    }

    let content: Content
    /// The transactions before the last one leave the flush of the log to the last one's commit.
    let sharesFlush: Bool
    private var exchange = 0
    private var step = 0
    /// Of a statement that is nobody's.
    var failure: PostgresError?

    init(_ content: Content, sharesFlush: Bool = false) {
        self.content = content
        self.sharesFlush = sharesFlush
    }

    /// True when the synchronisation point is what comes next.
    var isAnswered: Bool {
        switch content {
        case .preparation(let statements): step == statements.count
        case .transactions(let exchanges): exchange == exchanges.count
        case .recovery(let queries, _): step == queries.count
        }
    }

    /// The place, in its transaction, of the statement that is being answered; -1 when there is none.
    var statement: Int {
        if case .transactions(let exchanges) = content, !isAnswered { exchanges[exchange].results.count } else { -1 }
    }

    var exchanges: [Exchange] {
        switch content {
        case .preparation: []
        case .transactions(let exchanges), .recovery(_, let exchanges): exchanges
        }
    }

    /// Does the exchange at this place leave its flush to a later one?
    func isRelaxed(_ index: Int, of count: Int) -> Bool { sharesFlush && index < count - 1 }

    /// The statement in question is answered completely.
    func advance() {
        step += 1
        guard case .transactions(let exchanges) = content else { return }
        let extra = isRelaxed(exchange, of: exchanges.count) ? 1 : 0
        if step == exchanges[exchange].statements.count + extra {
            exchange += 1
            step = 0
        }
    }

    func accept(_ rows: PostgresRows) {
        guard case .transactions(let exchanges) = content, !isAnswered else { return }
        // An exchange with a relaxed commit has one more statement, after its first.
        if isRelaxed(exchange, of: exchanges.count), step == 1 { return }
        exchanges[exchange].results.append(rows)
    }

    /// - Returns: the text of a statement that could not be prepared.
    func fail(_ error: PostgresError) -> StatementText? {
        switch content {
        case .preparation(let statements) where !isAnswered:
            statements[step].for.failure = error
            return statements[step].text
        case .transactions(let exchanges):
            // An exchange without an explicit COMMIT can still fail at the synchronisation point.
            let failed = exchanges[min(exchange, exchanges.count - 1)]
            if failed.failure == nil { failed.failure = error }
        case .preparation, .recovery: failure = error
        }
        return nil
    }

    /// Nothing before it went wrong, yet PostgreSQL skipped it.
    var skippedPreparation: StatementText? {
        if case .preparation(let statements) = content, !isAnswered { statements[step].text } else { nil }
    }
}
