import CLibPQ
import DequeModule
import Glibc

/// One libpq connection in pipeline mode, never blocking; lives on the thread of its reactor.
///
/// Transactions that are there together go out together, with one synchronisation point behind them. PostgreSQL skips
/// what follows an error up to that point, a `COMMIT` too, so the connection then sends a `ROLLBACK` of its own;
/// transactions behind the failed one have not begun and are handed back to run again.
///
/// The commits of writes that go out together share one flush of the log: all but the last are asynchronous, and none
/// counts before the last one's flush, which covers the log of all of them, is confirmed.
final class PipelineConnection {
    enum Event {
        case connected
        case finished(Exchange)
        /// Not begun: an earlier transaction on this connection failed. Safe to run again.
        case bounced(Exchange)
        /// The statements that were sent together have ended.
        case ended
        /// The statements that followed an error have ended too.
        case recovered
        case lost(PostgresError, [Exchange])
    }

    private enum Phase {
        case connecting
        case ready
        case closed
    }

    private let connection: OpaquePointer
    private var phase = Phase.connecting
    /// On their way, oldest first.
    private var stretches = Deque<Stretch>()
    private var names: [StatementText: [CChar]] = [:]
    private var statementsPrepared = 0
    private var writing = false
    private let preparesStatements: Bool
    private var parameters = ParameterBuffer()
    /// The last error message of libpq.
    private var lastMessage: String { String(cString: PQerrorMessage(connection)).trimmed }

    /// The reason why the server does not let the login in; nil unless that ended the attempt to connect.
    private(set) var loginRefusal: LoginRefusal?

    let server: Servers.Server
    let openedAt: MonotonicTime
    private let connectDeadline: MonotonicTime
    /// The last sign of life from the server on this connection.
    private(set) var heardAt: MonotonicTime
    /// The events that epoll watches for at present. The pool maintains it.
    var watched: (descriptor: Int32, writing: Bool)?

    init(
        parameters: [(key: String, value: String)], to server: Servers.Server, preparesStatements: Bool,
        timeout: Duration, now: MonotonicTime
    ) {
        self.preparesStatements = preparesStatements
        self.server = server
        heardAt = now
        openedAt = now
        connectDeadline = now + timeout
        connection = withCStrings(parameters.map(\.key)) { keys in
            withCStrings(parameters.map(\.value)) { values in PQconnectStartParams(keys, values, 1)! }
        }
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        // While connecting, only a verbose message holds the SQLSTATE.
        PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
    }

    deinit { PQfinish(connection) }

    var isConnecting: Bool { phase == .connecting }

    /// Nothing is on its way, not even what follows an error.
    var isIdle: Bool { stretches.isEmpty }

    var oldestDeadline: MonotonicTime? {
        phase == .connecting ? connectDeadline : stretches.lazy.compactMap { $0.exchanges.first?.deadline }.first
    }

    /// The events that epoll should watch for; nil when the socket is closed or abandoned.
    var interest: (descriptor: Int32, writing: Bool)? {
        if phase == .closed { return nil }
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
            PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
            writing = false
            phase = .ready
            noteAnswer()
            report(.connected)
        default:
            loginRefusal = LoginRefusal(
                libpqMessage: String(cString: PQerrorMessage(connection)),
                lacksPassword: PQconnectionNeedsPassword(connection) == 1)
            lose(.unavailable(lastMessage), report)
        }
    }

    func begin(_ report: (Event) -> Void) {
        if PQstatus(connection) == CONNECTION_BAD { lose(.unavailable(lastMessage), report) } else { writing = true }
    }

    // MARK: Sending

    /// Sends transactions in one piece.
    func send(_ exchanges: [Exchange], _ report: (Event) -> Void) {
        let sharesFlush = exchanges.count > 1 && exchanges.allSatisfy { $0.lane == .write }
        let stretch = Stretch(.transactions(exchanges), sharesFlush: sharesFlush)
        let sent = prepareNew(exchanges, needsRelaxing: sharesFlush)
        stretches.append(stretch)
        guard sent else { return lose(.connectionLost(lastMessage), report) }
        for (index, exchange) in exchanges.enumerated() {
            let isRelaxed = stretch.isRelaxed(index, of: exchanges.count)
            for (place, statement) in exchange.statements.enumerated() {
                guard submit(statement), place > 0 || !isRelaxed || submit(.relaxCommit) else {
                    return lose(.connectionLost(lastMessage), report)
                }
            }
        }
        synchronise(report)
    }

    private func send(_ queries: [PostgresQuery], committed: [Exchange], _ report: (Event) -> Void) {
        stretches.append(Stretch(.recovery(queries, committed: committed)))
        guard queries.allSatisfy(submit) else { return lose(.connectionLost(lastMessage), report) }
        synchronise(report)
    }

    private func synchronise(_ report: (Event) -> Void) {
        guard PQpipelineSync(connection) == 1 else { return lose(.connectionLost(lastMessage), report) }
        writing = PQflush(connection) == 1
    }

    /// Prepares what this connection has not seen yet, behind a synchronisation point of its own, so that a failing
    /// transaction cannot take the preparation of another's statement with it.
    private func prepareNew(_ exchanges: [Exchange], needsRelaxing: Bool) -> Bool {
        guard preparesStatements else { return true }
        var new: [(text: StatementText, for: Exchange)] = []
        for exchange in exchanges {
            for statement in exchange.statements where isNew(statement) {
                guard prepare(statement) else { return false }
                new.append((statement.text, exchange))
            }
        }
        if needsRelaxing, isNew(.relaxCommit) {
            guard prepare(.relaxCommit) else { return false }
            new.append((PostgresQuery.relaxCommit.text, exchanges[0]))
        }
        if new.isEmpty { return true }
        stretches.append(Stretch(.preparation(new)))
        return PQpipelineSync(connection) == 1
    }

    private func isNew(_ statement: PostgresQuery) -> Bool {
        switch statement.preparation {
        case .always: names[statement.text] == nil
        case .whileRoom: names.count < Self.roomForStatements && names[statement.text] == nil
        case .never: false
        }
    }

    private static let roomForStatements = 256

    private func prepare(_ statement: PostgresQuery) -> Bool {
        statementsPrepared += 1
        let name = Array("s\(statementsPrepared)".utf8CString)
        names[statement.text] = name
        let types = statement.binds.map(\.type.rawValue)
        return PQsendPrepare(connection, name, statement.text.description, Int32(types.count), types) == 1
    }

    private func submit(_ statement: PostgresQuery) -> Bool {
        let name = statement.preparation == .never ? nil : names[statement.text]
        return parameters.withParameters(statement.binds) { count, types, values, lengths, formats in
            if let name {
                PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1) == 1
            } else {
                PQsendQueryParams(
                    connection, statement.text.description, count, types, values, lengths, formats, 1) == 1
            }
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
        while phase == .ready, let stretch = stretches.first, PQisBusy(connection) == 0 {
            if let result = PQgetResult(connection) {
                receive(result, of: stretch, report)
            } else if PQstatus(connection) == CONNECTION_BAD || stretch.isAnswered {
                // libpq has nothing more to give, now or ever; whoever reads the socket next finds out which.
                break
            } else {
                // NULL ends the results of one statement; a synchronisation point has none.
                stretch.advance()
            }
        }
    }

    private func noteAnswer() {
        heardAt = Reactor.now()
        server.hasAnswered(at: heardAt)
    }

    private func receive(_ result: OpaquePointer, of stretch: Stretch, _ report: (Event) -> Void) {
        switch PQresultStatus(result) {
        case PGRES_PIPELINE_SYNC:
            noteAnswer()
            PQclear(result)
            stretches.removeFirst()
            conclude(stretch, report)
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK: stretch.accept(PostgresRows(taking: result))
        case PGRES_FATAL_ERROR:
            if let text = stretch.fail(serverError(result, statement: stretch.statement)) { names[text] = nil }
            PQclear(result)
        default:
            if let text = stretch.skippedPreparation { names[text] = nil }
            PQclear(result)
        }
    }

    private func conclude(_ stretch: Stretch, _ report: (Event) -> Void) {
        switch stretch.content {
        case .preparation: break
        case .transactions(let exchanges): conclude(exchanges, sharesFlush: stretch.sharesFlush, report)
        case .recovery(_, let committed):
            if let failure = stretch.failure {
                for exchange in committed { exchange.failure = .connectionLost("not known to be on disk: \(failure)") }
            }
            for exchange in committed { report(.finished(exchange)) }
            report(.recovered)
        }
    }

    private func conclude(_ exchanges: [Exchange], sharesFlush: Bool, _ report: (Event) -> Void) {
        let failed = exchanges.firstIndex { $0.failure != nil } ?? exchanges.count
        let committed = Array(exchanges[..<failed])
        let lacksFlush = sharesFlush && !committed.isEmpty && exchanges.last?.hasWritten != true
        let isSpoilt = failed < exchanges.count && !exchanges[failed].isBounced
        if lacksFlush || isSpoilt {
            send(
                (isSpoilt ? [.rollback] : []) + (lacksFlush ? [.flushLog] : []), committed: lacksFlush ? committed : [],
                report)
        }
        if !lacksFlush { for exchange in committed { report(.finished(exchange)) } }
        if failed < exchanges.count {
            for exchange in exchanges[(failed + 1)...] { report(.bounced(exchange)) }
            concludeFailed(exchanges[failed], report)
        }
        report(.ended)
    }

    private func concludeFailed(_ exchange: Exchange, _ report: (Event) -> Void) {
        if exchange.isBounced { return report(.bounced(exchange)) }
        let state = exchange.failure?.sqlState
        if state == .invalidStatementName {
            // A pooler gave us another server session, or the session was reset: prepare again.
            names.removeAll()
            if exchange.restarts == 0 { return report(.bounced(exchange)) }
        }
        report(.finished(exchange))
        if let failure = exchange.failure, state?.endsConnection == true { lose(.connectionLost("\(failure)"), report) }
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
        let open = stretches.flatMap(\.exchanges)
        stretches.removeAll()
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
