import Synchronization

/// The servers of a database and what the connections of this process know of them.
final class Servers: Sendable {
    /// One server.
    final class Server: Sendable {
        let address: ServerAddress
        private let heardAt = Atomic<Int64>(0)
        private let silentAt = Atomic<Int64>(0)

        init(_ address: ServerAddress) { self.address = address }

        func hasAnswered(at time: MonotonicTime) { heardAt.store(time.nanoseconds, ordering: .relaxed) }

        /// The time when the server was found to answer nobody.
        var foundSilent: MonotonicTime { MonotonicTime(nanoseconds: silentAt.load(ordering: .relaxed)) }

        /// One connection has waited in vain. The server is at fault when it has answered no other one either.
        func hasNotAnswered(for duration: Duration, at time: MonotonicTime) -> Bool {
            let heard = MonotonicTime(nanoseconds: heardAt.load(ordering: .relaxed))
            if heard + duration > time { return false }
            silentAt.store(time.nanoseconds, ordering: .relaxed)
            return true
        }
    }

    private struct Ranking {
        var preferred: Int?
        var silent: Set<Int> = []
        /// The servers whose last answer was that they do not let the login in.
        var refusals: [Int: LoginRefusal] = [:]
    }

    private let all: [Server]
    private let ranking = Mutex(Ranking())

    init(_ addresses: [ServerAddress]) { all = addresses.map(Server.init) }

    /// The order in which to try them: the one that was reached last, then the others as they are listed, those that
    /// gave no answer at the end.
    var order: [Server] {
        let ranking = ranking.withLock { $0 }
        let others = all.indices.filter { $0 != ranking.preferred }
        let ordered =
            (ranking.preferred.map { [$0] } ?? []) + others.filter { !ranking.silent.contains($0) }
            + others.filter { ranking.silent.contains($0) }
        return ordered.map { all[$0] }
    }

    func reached(_ server: Server) {
        guard let index = index(server) else { return }
        ranking.withLock {
            $0.preferred = index
            $0.silent.remove(index)
            $0.refusals[index] = nil
        }
    }

    /// - Parameters:
    ///   - silently: it gave no answer at all, so that trying it costs the time that an attempt may take.
    ///   - refusal: the reason why it does not let the login in, where that is its answer.
    func failed(_ server: Server, silently: Bool, refusal: LoginRefusal? = nil) {
        guard let index = index(server) else { return }
        ranking.withLock {
            if $0.preferred == index { $0.preferred = nil }
            if silently { $0.silent.insert(index) } else { $0.silent.remove(index) }
            $0.refusals[index] = refusal
        }
    }

    /// The reason of the first server when all of them answer and none lets the login in; else nil.
    var loginRefusal: LoginRefusal? {
        let refusals = ranking.withLock { $0.refusals }
        return refusals.count == all.count ? refusals[0] : nil
    }

    private func index(_ server: Server) -> Int? { all.firstIndex { $0 === server } }
}
