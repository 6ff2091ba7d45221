/// The attempts to open one connection.
///
/// Each server gets an attempt of its own with a deadline of its own. They begin one shortly after the other, at once
/// when the attempt before has failed, and the first that succeeds is taken: a server that gives no answer delays none
/// that does. Lives on the thread of one reactor.
final class ConnectionRace {
    struct Start {
        let server: Servers.Server
        let sessionKind: String
    }

    private(set) var attempts: [PipelineConnection] = []
    /// Servers that have not been tried, in the order of trying, for each kind of session that is left.
    private var rounds: [[Start]]
    private var nextStart: MonotonicTime
    private var failures: [String] = []

    /// How long one server may keep the next one waiting.
    static let stagger = Duration.milliseconds(250)

    init(servers: [Servers.Server], sessionKinds: [String], now: MonotonicTime) {
        rounds = sessionKinds.map { kind in servers.map { Start(server: $0, sessionKind: kind) } }
        nextStart = now
    }

    /// The attempt that is to begin now.
    func nextAttempt(now: MonotonicTime) -> Start? {
        if rounds.first?.isEmpty == true {
            // The next kind of session is a second choice: it waits for the end of the first.
            guard attempts.isEmpty else { return nil }
            rounds.removeFirst()
        }
        guard !rounds.isEmpty, attempts.isEmpty || nextStart <= now else { return nil }
        nextStart = now + Self.stagger
        return rounds[0].removeFirst()
    }

    func began(_ attempt: PipelineConnection) { attempts.append(attempt) }

    func failed(_ attempt: PipelineConnection, because reason: String, now: MonotonicTime) {
        attempts.removeAll { $0 === attempt }
        nextStart = now
        failures.append(reason)
    }

    /// Every server has been tried, and none is left that might still answer.
    var isLost: Bool { attempts.isEmpty && rounds.allSatisfy(\.isEmpty) }

    var reason: String { failures.joined(separator: "; ") }

    /// When something has to be done although nothing happens.
    var nextDeadline: MonotonicTime? {
        let starts = rounds.first?.isEmpty == false ? [nextStart] : []
        return (attempts.compactMap(\.oldestDeadline) + starts).min()
    }
}
