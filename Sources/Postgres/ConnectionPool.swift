import Synchronization

/// The connections of one lane of one reactor: does what `PoolState` decides. Lives on the reactor's thread.
final class ConnectionPool: Reactor.Watcher {
    private let reactor: Reactor
    private let configuration: PostgresConfiguration
    private var state: PoolState<Exchange>
    private var connections: [PipelineConnection?]
    private var watched: [(descriptor: Int32, writing: Bool)?]
    private var closing = false
    private var underWay = 0
    /// Not begun on a spoilt connection; they go back into the queue together, in order.
    private var bounced: [Exchange] = []
    private let statistics: PoolStatistics.Counters
    /// Why the last connection could not be opened, for whoever is refused because of it.
    private var lastFailure = "no connection yet"

    init(
        reactor: Reactor, configuration: PostgresConfiguration, limits: PoolState<Exchange>.Limits,
        statistics: PoolStatistics.Counters
    ) {
        self.reactor = reactor
        self.configuration = configuration
        self.statistics = statistics
        state = PoolState(limits: limits, now: Reactor.now())
        connections = Array(repeating: nil, count: limits.connections)
        watched = Array(repeating: nil, count: limits.connections)
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
            state.retire(slot)
            closeIfDrained(slot)
        }
    }

    // MARK: Watcher

    func ready(_ descriptor: Int32) {
        guard let slot = watched.firstIndex(where: { $0?.descriptor == descriptor }) else { return }
        connections[slot]?.ready { self.handle($0, slot) }
        settle(slot)
        startWaiting()
        publish()
    }

    func tick(now: MonotonicTime) -> MonotonicTime? {
        for exchange in state.expired(now: now) { refuse(exchange, lastFailure) }
        for slot in connections.indices {
            guard let connection = connections[slot] else { continue }
            if let deadline = connection.oldestDeadline, deadline <= now {
                connection.lose(.connectionLost("no answer in time")) { self.handle($0, slot) }
            } else if connection.openedAt + configuration.connectionLife(slot: slot) <= now {
                state.retire(slot)
                closeIfDrained(slot)
            }
        }
        if !closing { for slot in state.slotsToConnect(now: now) { open(slot, now: now) } }
        startWaiting()
        publish()
        let deadlines = connections.compactMap { $0?.oldestDeadline }
        if closing { return deadlines.min() }
        return (deadlines + [state.nextDeadline].compactMap { $0 }).min()
    }

    // MARK: Connections

    private func open(_ slot: Int, now: MonotonicTime) {
        let connection = PipelineConnection(
            parameters: configuration.libpqParameters, preparesStatements: configuration.preparesStatements,
            timeout: configuration.connectTimeout, now: now)
        connections[slot] = connection
        connection.begin { self.handle($0, slot) }
        settle(slot)
    }

    private func send(_ batch: [Exchange], on slot: Int) {
        statistics.transactions.add(batch.count, ordering: .relaxed)
        statistics.roundTrips.add(1, ordering: .relaxed)
        underWay += batch.count
        connections[slot]?.send(batch) { self.handle($0, slot) }
        settle(slot)
    }

    private func handle(_ event: PipelineConnection.Event, _ slot: Int) {
        let now = Reactor.now()
        switch event {
        case .connected: state.connected(slot)
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
            if case .unavailable(let reason) = error { lastFailure = reason }
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
        if let old = watched[slot] { reactor.unwatch(old.descriptor) }
        watched[slot] = nil
        connections[slot] = nil
    }

    /// Brings what epoll watches in line with what the connection waits for.
    private func settle(_ slot: Int) {
        guard let interest = connections[slot]?.interest else { return }
        if let old = watched[slot] {
            if old == interest, !(connections[slot]?.isConnecting ?? false) { return }
            if old.descriptor != interest.descriptor { reactor.unwatch(old.descriptor) }
        }
        watched[slot] = interest
        reactor.watch(interest.descriptor, writing: interest.writing, by: self)
    }

    private func publish() {
        statistics.ready.store(state.readyConnections, ordering: .relaxed)
        statistics.underWay.store(underWay, ordering: .relaxed)
        statistics.waiting.store(state.queueLength, ordering: .relaxed)
    }
}
