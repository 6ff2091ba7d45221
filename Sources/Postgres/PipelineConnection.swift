import CLibPQ
import Glibc

/// One libpq connection in pipeline mode, never blocking; lives on the thread of its reactor.
///
/// Each transaction ends with one synchronisation point. PostgreSQL skips the rest of a transaction after an error,
/// its `COMMIT` included, so the connection then sends a `ROLLBACK` of its own; transactions that were already on
/// their way behind the failed one have not begun and are handed back to run again.
final class PipelineConnection {
    enum Event {
        case connected
        case finished(Exchange)
        /// Not begun: an earlier transaction on this connection failed. Safe to run again.
        case bounced(Exchange)
        case lost(PostgresError, [Exchange])
    }

    private enum Expectation {
        case prepare(String)
        case prepareEnd
        case statement(Int, of: Exchange)
        case end(of: Exchange)
        case rollback
        case rollbackEnd
    }

    private enum Phase {
        case connecting
        case ready
        case closed
    }

    private let connection: OpaquePointer
    private var phase = Phase.connecting
    private var expectations: [Expectation] = []
    private var firstExpectation = 0
    private var names: [String: String] = [:]
    private var statementsPrepared = 0
    private var writing = false
    private let preparesStatements: Bool
    private var scratch: [UInt8] = []
    /// Where libpq says why the last thing went wrong.
    private var lastMessage: String { String(cString: PQerrorMessage(connection)).trimmed }

    let openedAt: MonotonicTime
    private let connectDeadline: MonotonicTime
    private(set) var roundTrips = 0
    /// The transactions under way, oldest first.
    private var exchanges: [Exchange] = []

    init(parameters: [(key: String, value: String)], preparesStatements: Bool, timeout: Duration, now: MonotonicTime) {
        self.preparesStatements = preparesStatements
        openedAt = now
        connectDeadline = now + timeout
        connection = withCStrings(parameters.map(\.key)) { keys in
            withCStrings(parameters.map(\.value)) { values in PQconnectStartParams(keys, values, 1)! }
        }
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
    }

    deinit { PQfinish(connection) }

    var isConnecting: Bool { phase == .connecting }

    var oldestDeadline: MonotonicTime? {
        phase == .connecting ? connectDeadline : exchanges.first?.deadline
    }

    /// What epoll should watch for; nil when the socket is gone.
    var interest: (descriptor: Int32, writing: Bool)? {
        let socket = PQsocket(connection)
        return socket < 0 ? nil : (socket, writing)
    }

    // MARK: Connecting

    /// Begins or goes on with connecting.
    func poll(_ report: (Event) -> Void) {
        guard phase == .connecting else { return }
        switch PQconnectPoll(connection) {
        case PGRES_POLLING_READING: writing = false
        case PGRES_POLLING_WRITING: writing = true
        case PGRES_POLLING_OK:
            guard PQsetnonblocking(connection, 1) == 0, PQenterPipelineMode(connection) == 1 else {
                return lose(.unavailable(lastMessage), report)
            }
            writing = false
            phase = .ready
            report(.connected)
        default: lose(.unavailable(lastMessage), report)
        }
    }

    func begin(_ report: (Event) -> Void) {
        if PQstatus(connection) == CONNECTION_BAD { lose(.unavailable(lastMessage), report) } else { writing = true }
    }

    // MARK: Sending

    func send(_ exchange: Exchange, _ report: (Event) -> Void) {
        exchanges.append(exchange)
        guard prepareNew(exchange.statements) else { return lose(.connectionLost(lastMessage), report) }
        for (index, statement) in exchange.statements.enumerated() {
            guard submit(statement) else { return lose(.connectionLost(lastMessage), report) }
            expectations.append(.statement(index, of: exchange))
        }
        guard PQpipelineSync(connection) == 1 else { return lose(.connectionLost(lastMessage), report) }
        roundTrips += 1
        expectations.append(.end(of: exchange))
        writing = PQflush(connection) == 1
    }

    /// Prepares what this connection has not seen yet, behind a synchronisation point of its own, so that a failing
    /// transaction cannot take the preparation of another's statement with it.
    private func prepareNew(_ statements: [PostgresQuery]) -> Bool {
        guard preparesStatements else { return true }
        var anyNew = false
        for statement in statements where statement.prepared && names[statement.sql] == nil {
            statementsPrepared += 1
            let name = "s\(statementsPrepared)"
            let types = statement.binds.map(\.type.rawValue)
            guard PQsendPrepare(connection, name, statement.sql, Int32(types.count), types) == 1 else { return false }
            names[statement.sql] = name
            expectations.append(.prepare(statement.sql))
            anyNew = true
        }
        guard anyNew else { return true }
        expectations.append(.prepareEnd)
        return PQpipelineSync(connection) == 1
    }

    private func submit(_ statement: PostgresQuery) -> Bool {
        let count = statement.binds.count
        if count == 0 {
            return submit(statement, count: 0, types: nil, values: nil, lengths: nil, formats: nil)
        }
        scratch.removeAll(keepingCapacity: true)
        var ends: [Int] = []
        ends.reserveCapacity(count)
        for bind in statement.binds {
            bind.append(to: &scratch)
            ends.append(scratch.count)
        }
        let types = statement.binds.map(\.type.rawValue)
        let formats = statement.binds.map(\.format)
        var lengths: [Int32] = []
        lengths.reserveCapacity(count)
        scratch.append(0)  // so that an empty value has an address too
        return scratch.withUnsafeBufferPointer { buffer in
            let base = UnsafeRawPointer(buffer.baseAddress!).assumingMemoryBound(to: CChar.self)
            var values: [UnsafePointer<CChar>?] = []
            values.reserveCapacity(count)
            var start = 0
            for (index, end) in ends.enumerated() {
                if case .null = statement.binds[index] { values.append(nil) } else { values.append(base + start) }
                lengths.append(Int32(end - start))
                start = end
            }
            return submit(
                statement, count: Int32(count), types: types, values: values, lengths: lengths, formats: formats)
        }
    }

    private func submit(
        _ statement: PostgresQuery, count: Int32, types: UnsafePointer<UInt32>?,
        values: UnsafePointer<UnsafePointer<CChar>?>?, lengths: UnsafePointer<Int32>?, formats: UnsafePointer<Int32>?
    ) -> Bool {
        if let name = names[statement.sql] {
            PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1) == 1
        } else {
            PQsendQueryParams(connection, statement.sql, count, types, values, lengths, formats, 1) == 1
        }
    }

    // MARK: Receiving

    /// The socket has something, or takes something.
    func ready(_ report: (Event) -> Void) {
        if phase == .connecting { return poll(report) }
        guard phase == .ready else { return }
        if PQconsumeInput(connection) == 0 {
            collect(report)
            return lose(.connectionLost(lastMessage), report)
        }
        collect(report)
        if phase == .ready {
            if PQstatus(connection) == CONNECTION_BAD { return lose(.connectionLost(lastMessage), report) }
            let flushed = PQflush(connection)
            if flushed < 0 { return lose(.connectionLost(lastMessage), report) }
            writing = flushed == 1
        }
    }

    private func collect(_ report: (Event) -> Void) {
        while phase == .ready, firstExpectation < expectations.count, PQisBusy(connection) == 0 {
            if let result = PQgetResult(connection) {
                receive(result, report)
            } else if PQstatus(connection) == CONNECTION_BAD || !completeStatement() {
                // libpq has nothing more to give, now or ever; whoever reads the socket next finds out which.
                break
            }
        }
        if firstExpectation > 256, firstExpectation * 2 > expectations.count {
            expectations.removeFirst(firstExpectation)
            firstExpectation = 0
        }
    }

    /// NULL ends the results of one statement. False where none was expected: a synchronisation point has no NULL.
    private func completeStatement() -> Bool {
        switch expectations[firstExpectation] {
        case .prepare, .statement, .rollback:
            firstExpectation += 1
            return true
        case .prepareEnd, .end, .rollbackEnd: return false
        }
    }

    private func receive(_ result: OpaquePointer, _ report: (Event) -> Void) {
        let status = PQresultStatus(result)
        switch (expectations[firstExpectation], status) {
        case (.end(let exchange), PGRES_PIPELINE_SYNC):
            PQclear(result)
            firstExpectation += 1
            conclude(exchange, report)
        case (.prepareEnd, PGRES_PIPELINE_SYNC), (.rollbackEnd, PGRES_PIPELINE_SYNC):
            PQclear(result)
            firstExpectation += 1
        case (.statement(let index, let exchange), PGRES_TUPLES_OK),
            (.statement(let index, let exchange), PGRES_COMMAND_OK):
            let rows = PostgresRows(taking: result)
            if exchange.results.count == index { exchange.results.append(rows) }
        case (.statement(let index, let exchange), PGRES_FATAL_ERROR):
            let error = serverError(result, statement: index)
            PQclear(result)
            if exchange.failure == nil { exchange.failure = error }
        case (.prepare(let sql), PGRES_FATAL_ERROR):
            let error = serverError(result, statement: -1)
            PQclear(result)
            names[sql] = nil
            failExchange(withNextStatement: error)
        case (.prepare(let sql), PGRES_PIPELINE_ABORTED):
            PQclear(result)
            names[sql] = nil
        default: PQclear(result)
        }
    }

    /// The transaction whose statement could not be prepared gets the reason.
    private func failExchange(withNextStatement error: PostgresError) {
        for expectation in expectations[firstExpectation...] {
            if case .statement(_, let exchange) = expectation {
                if exchange.failure == nil { exchange.failure = error }
                return
            }
        }
    }

    private func conclude(_ exchange: Exchange, _ report: (Event) -> Void) {
        exchanges.removeFirst()
        guard let failure = exchange.failure else { return report(.finished(exchange)) }
        if exchange.results.isEmpty, failure.sqlState == .inFailedTransaction { return report(.bounced(exchange)) }
        if failure.sqlState == .invalidStatementName {
            // A pooler gave us another server session, or the session was reset: prepare again.
            names.removeAll()
            if exchange.restarts == 0 {
                rollBack(report)
                return report(.bounced(exchange))
            }
        }
        rollBack(report)
        report(.finished(exchange))
        if failure.sqlState?.endsConnection == true { lose(.connectionLost("\(failure)"), report) }
    }

    /// Leaves the failed transaction, behind whatever is already on its way.
    private func rollBack(_ report: (Event) -> Void) {
        guard phase == .ready else { return }
        guard submit(.rollback), PQpipelineSync(connection) == 1 else {
            return lose(.connectionLost(lastMessage), report)
        }
        expectations.append(.rollback)
        expectations.append(.rollbackEnd)
        writing = PQflush(connection) == 1
    }

    private func serverError(_ result: OpaquePointer, statement: Int) -> PostgresError {
        guard let state = PQresultErrorField(result, Int32(UInt8(ascii: "C"))) else {
            return .connectionLost(String(cString: PQresultErrorMessage(result)).trimmed)
        }
        let message = PQresultErrorField(result, Int32(UInt8(ascii: "M"))).map { String(cString: $0) } ?? ""
        return .server(SQLState(rawValue: String(cString: state)), message: message, statement: statement)
    }

    // MARK: Ending

    /// Gives up the connection; what was under way is reported with it.
    func lose(_ error: PostgresError, _ report: (Event) -> Void) {
        guard phase != .closed else { return }
        phase = .closed
        let open = exchanges
        exchanges = []
        expectations = []
        firstExpectation = 0
        report(.lost(error, open))
    }
}

/// A null-terminated array of C strings, valid during the call.
private func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    let pointers = copies.map { UnsafePointer<CChar>($0) } + [nil]
    return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
}

extension String {
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text.split(separator: "\n", maxSplits: 1).first ?? "")
    }
}
