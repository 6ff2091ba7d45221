import Synchronization

/// The connections of one lane of one reactor: does what `PoolState` decides. Lives on the reactor's thread.
final class ConnectionPool: Reactor.Watcher {
    private let reactor: Reactor
    private let configuration: PostgresConfiguration
    private let servers: Servers
    private var state: PoolState<Exchange>
    private var connections: [PipelineConnection?]
    private var races: [ConnectionRace?]
    private var closing = false
    private var underWay = 0
    /// Not begun on a spoilt connection; they go back into the queue together, in order.
    private var bounced: [Exchange] = []
    private let statistics: PoolStatistics.Counters
    /// The reason why the last connection could not be opened, for transactions that are refused because of it.
    private var lastFailure = "no connection yet"

    init(
        reactor: Reactor, configuration: PostgresConfiguration, servers: Servers,
        limits: PoolState<Exchange>.Limits, statistics: PoolStatistics.Counters
    ) {
        self.reactor = reactor
        self.configuration = configuration
        self.servers = servers
        self.statistics = statistics
        state = PoolState(limits: limits, now: Reactor.now())
        connections = Array(repeating: nil, count: limits.connections)
        races = Array(repeating: nil, count: limits.connections)
    }

    func run(_ exchange: Exchange) {
        if closing { return exchange.fail(.closed) }
        // It goes out with whatever else comes in this turn of the reactor.
        if !state.submit(exchange, now: Reactor.now()) {
            refuse(exchange, "the queue for a database connection is full")
        }
    }

    /// Refuses what waits and closes each connection once what is under way on it is over.
    func close() {
        closing = true
        for exchange in state.drain() { exchange.fail(.closed) }
        for slot in connections.indices {
            races[slot]?.attempts.forEach(unwatch)
            races[slot] = nil
            state.retire(slot)
            closeIfDrained(slot)
        }
    }

    // MARK: Watcher

    func end() {
        close()
        for slot in connections.indices {
            connections[slot]?.lose(.closed) { event in
                if case .lost(let error, let exchanges) = event { for exchange in exchanges { exchange.fail(error) } }
            }
            drop(slot)
        }
    }

    func ready(_ descriptor: Int32) {
        if let slot = connections.firstIndex(where: { $0?.watched?.descriptor == descriptor }) {
            connections[slot]?.ready { self.handle($0, slot) }
            settle(connections[slot])
        } else {
            for (slot, race) in races.enumerated() {
                guard let attempt = race?.attempts.first(where: { $0.watched?.descriptor == descriptor }) else {
                    continue
                }
                attempt.ready { self.handle($0, of: attempt, slot) }
                settle(attempt)
                advance(slot, now: Reactor.now())
                break
            }
        }
        startWaiting()
        publish()
    }

    func tick(now: MonotonicTime) -> MonotonicTime? {
        for exchange in state.expired(now: now) { refuse(exchange, lastFailure) }
        for slot in connections.indices {
            giveUpAttempts(slot, now: now)
            examine(slot, now: now)
        }
        if !closing {
            for slot in state.slotsToConnect(now: now) {
                races[slot] = ConnectionRace(
                    servers: servers.order, sessionKinds: configuration.parts.sessionKinds, now: now)
            }
            for slot in races.indices { advance(slot, now: now) }
        }
        startWaiting()
        publish()
        let deadlines = connections.compactMap { $0?.oldestDeadline }
        if closing { return deadlines.min() }
        return (deadlines + races.compactMap { $0?.nextDeadline } + [state.nextDeadline].compactMap { $0 }).min()
    }

    /// Looks whether a connection is late, leads to a server that answers nobody, or is old.
    private func examine(_ slot: Int, now: MonotonicTime) {
        guard let connection = connections[slot] else { return }
        let server = connection.server
        if let deadline = connection.oldestDeadline, deadline <= now {
            if server.hasNotAnswered(for: configuration.silence, at: now) { servers.failed(server, silently: true) }
            connection.lose(.connectionLost("no answer in time")) { self.handle($0, slot) }
        } else if server.foundSilent > connection.heardAt, !configuration.isPatient || connection.isIdle {
            // A transaction that is sent on this connection now would wait for its own deadline.
            connection.lose(.connectionLost("the server gives no answer")) { self.handle($0, slot) }
        } else if connection.openedAt + configuration.connectionLife(slot: slot) <= now {
            state.retire(slot)
            closeIfDrained(slot)
        }
    }

    // MARK: Connecting

    /// Begins the attempts that are due, and ends a race that nothing can win any more.
    private func advance(_ slot: Int, now: MonotonicTime) {
        guard let race = races[slot] else { return }
        while let start = race.nextAttempt(now: now) {
            let attempt = PipelineConnection(
                parameters: configuration.libpqParameters(start.server.address, sessionKind: start.sessionKind),
                to: start.server, preparesStatements: configuration.preparesStatements,
                timeout: configuration.attemptTimeout, now: now)
            race.began(attempt)
            attempt.begin { self.handle($0, of: attempt, slot) }
            settle(attempt)
        }
        if races[slot] === race, race.isLost {
            lastFailure = race.reason
            races[slot] = nil
            statistics.connectionsLost.add(1, ordering: .relaxed)
            state.lost(slot, now: now)
        }
    }

    private func giveUpAttempts(_ slot: Int, now: MonotonicTime) {
        for attempt in races[slot]?.attempts ?? [] {
            guard let deadline = attempt.oldestDeadline, deadline <= now else { continue }
            let reason = "connection to \(attempt.server.address.description) failed: no answer in time"
            attempt.lose(.unavailable(reason)) { self.handle($0, of: attempt, slot) }
            servers.failed(attempt.server, silently: true)
        }
    }

    private func handle(_ event: PipelineConnection.Event, of attempt: PipelineConnection, _ slot: Int) {
        switch event {
        case .connected:
            races[slot]?.attempts.filter { $0 !== attempt }.forEach(unwatch)
            races[slot] = nil
            connections[slot] = attempt
            servers.reached(attempt.server)
            state.connected(slot)
        case .lost(let error, _):
            unwatch(attempt)
            servers.failed(attempt.server, silently: false, refusal: attempt.loginRefusal)
            races[slot]?.failed(attempt, because: error.reason, now: Reactor.now())
        case .finished, .bounced, .ended, .recovered: break
        }
    }

    // MARK: Connections

    private func send(_ batch: [Exchange], on slot: Int) {
        statistics.transactions.add(batch.count, ordering: .relaxed)
        statistics.roundTrips.add(1, ordering: .relaxed)
        underWay += batch.count
        connections[slot]?.send(batch) { self.handle($0, slot) }
        settle(connections[slot])
    }

    private func handle(_ event: PipelineConnection.Event, _ slot: Int) {
        let now = Reactor.now()
        switch event {
        case .connected: break
        case .ended:
            state.finished(slot)
            closeIfDrained(slot)
        case .recovered: closeIfDrained(slot)
        case .finished(let exchange):
            underWay -= 1
            if exchange.failure != nil { statistics.errors.add(1, ordering: .relaxed) }
            exchange.finish()
        case .bounced(let exchange):
            underWay -= 1
            again(exchange)
        case .lost(let error, let exchanges):
            lastFailure = error.reason
            statistics.connectionsLost.add(1, ordering: .relaxed)
            drop(slot)
            state.lost(slot, now: now)
            underWay -= exchanges.count
            for exchange in exchanges {
                // A lost read is simply asked again, once; a write may have been committed.
                if !exchange.lane.writes, exchange.restarts == 0, exchange.deadline > now, !closing {
                    again(exchange)
                } else {
                    statistics.errors.add(1, ordering: .relaxed)
                    exchange.fail(error)
                }
            }
        }
    }

    private func again(_ exchange: Exchange) {
        if closing { return exchange.fail(.closed) }
        if exchange.restarts >= Self.restartLimit { return refuse(exchange, "the connection kept failing") }
        exchange.restart()
        bounced.append(exchange)
    }

    /// More than a connection's depth: each failure ahead of a transaction can bounce it once.
    private static let restartLimit = 100

    private func refuse(_ exchange: Exchange, _ reason: String) {
        statistics.refusals.add(1, ordering: .relaxed)
        exchange.fail(.unavailable(reason))
    }

    private func startWaiting() {
        if !bounced.isEmpty {
            state.resubmit(bounced, now: Reactor.now())
            bounced = []
        }
        while let (batch, slot) = state.next() { send(batch, on: slot) }
    }

    private func closeIfDrained(_ slot: Int) {
        guard state.isDrained(slot), connections[slot]?.isIdle == true else { return }
        drop(slot)
        state.lost(slot, now: Reactor.now())
    }

    private func drop(_ slot: Int) {
        if let connection = connections[slot] { unwatch(connection) }
        connections[slot] = nil
    }

    private func unwatch(_ connection: PipelineConnection) {
        if let old = connection.watched { reactor.unwatch(old.descriptor) }
        connection.watched = nil
    }

    /// Brings what epoll watches in line with what the connection waits for.
    private func settle(_ connection: PipelineConnection?) {
        guard let connection, let interest = connection.interest else { return }
        if let old = connection.watched {
            if old == interest, !connection.isConnecting { return }
            if old.descriptor != interest.descriptor { reactor.unwatch(old.descriptor) }
        }
        connection.watched = interest
        reactor.watch(interest.descriptor, writing: interest.writing, by: self)
    }

    private func publish() {
        statistics.ready.store(state.readyConnections, ordering: .relaxed)
        statistics.underWay.store(underWay, ordering: .relaxed)
        statistics.waiting.store(state.queueLength, ordering: .relaxed)
    }
}
