import Synchronization

/// PostgreSQL, as seen by the rest of the product: runs whole transactions, each in one round trip.
///
/// A transaction is a list of statements that is known before the first of them runs, so none is ever open while
/// the program thinks. Transactions that come together go out together, see `PipelineConnection`; reads that may
/// take long have connections of their own.
package final class Database: Sendable {
    package let configuration: PostgresConfiguration
    private let reactors: [Reactor]
    private let pools: [Pools]
    private let counters: [PoolStatistics.Counters]
    private let servers: Servers
    private let turn = Atomic<Int>(0)

    /// The pools of one reactor, one per lane; touched on its thread only.
    private struct Pools: @unchecked Sendable {
        let all: [ConnectionPool]

        subscript(lane: Exchange.Lane) -> ConnectionPool { all[lane.rawValue] }
    }

    /// Connects at once, in the background.
    package init(configuration: PostgresConfiguration, reactors: [Reactor]) {
        precondition(!reactors.isEmpty)
        self.configuration = configuration
        self.reactors = reactors
        let servers = Servers(configuration.parts.addresses)
        self.servers = servers
        var pools: [Pools] = []
        var counters: [PoolStatistics.Counters] = []
        for reactor in reactors {
            pools.append(
                Pools(
                    all: Exchange.Lane.allCases.map { lane in
                        let statistics = PoolStatistics.Counters()
                        counters.append(statistics)
                        return ConnectionPool(
                            reactor: reactor, configuration: configuration.settings(of: lane), servers: servers,
                            limits: configuration.limits(of: lane), statistics: statistics)
                    }))
        }
        self.pools = pools
        self.counters = counters
        for (reactor, pools) in zip(reactors, pools) {
            reactor.submit { for pool in pools.all { reactor.add(pool) } }
        }
    }

    /// Runs statements that change nothing. A connection that is lost meanwhile is no failure: it asks again.
    ///
    /// - Parameter mayTakeLong: the number of rows it looks at has no small bound.
    package func read(
        _ statements: [PostgresQuery], mayTakeLong: Bool = false
    ) async throws(PostgresError) -> [PostgresRows] {
        try await run(mayTakeLong ? .scan : .read, statements)
    }

    /// Runs a transaction. `PostgresError.connectionLost` means that nobody knows whether it was committed.
    ///
    /// - Parameter mayTakeLong: the number of rows it changes has no small bound.
    package func write(
        _ statements: [PostgresQuery], mayTakeLong: Bool = false
    ) async throws(PostgresError) -> [PostgresRows] {
        try await run(mayTakeLong ? .longWrite : .write, statements)
    }

    /// The reason why no server lets the login in; nil as long as one of them does, or gives no such answer.
    package var loginRefusal: LoginRefusal? { servers.loginRefusal }

    package var statistics: PoolStatistics {
        counters.reduce(into: PoolStatistics()) { $0.add($1) }
    }

    /// Refuses new transactions and closes the connections when theirs are over.
    package func close() {
        for (reactor, pools) in zip(reactors, pools) {
            reactor.submit { for pool in pools.all { pool.close() } }
        }
    }

    private func run(
        _ lane: Exchange.Lane, _ statements: [PostgresQuery]
    ) async throws(PostgresError) -> [PostgresRows] {
        let outage = RequestOutage.current
        if outage?.hasHappened == true {
            throw .unavailable("an earlier transaction of the request was not answered")
        }
        let index = reactors.firstIndex(where: \.isCurrent) ?? turn.add(1, ordering: .relaxed).newValue % reactors.count
        let (reactor, pools) = (reactors[index], pools[index])
        let deadline =
            Reactor.now() + (lane == .longWrite ? configuration.longExchangeTimeout : configuration.exchangeTimeout)
        let result = await withCheckedContinuation { continuation in
            reactor.submit {
                pools[lane].run(
                    Exchange(lane: lane, statements: statements, deadline: deadline) {
                        continuation.resume(returning: $0)
                    })
            }
        }
        if case .failure(let error) = result { outage?.note(error) }
        return try result.get()
    }
}

extension PostgresConfiguration {
    /// Short transactions find few rows by an index, whatever they look for; how many rows the others meet differs.
    fileprivate func settings(of lane: Exchange.Lane) -> PostgresConfiguration {
        var settings = self
        settings.plansOnce = lane == .read || lane == .write
        settings.isPatient = lane == .longWrite
        return settings
    }

    fileprivate func limits(of lane: Exchange.Lane) -> PoolState<Exchange>.Limits {
        let (connections, depth, batch) =
            switch lane {
            case .read: (readConnections, readDepth, readBatch)
            case .scan: (scanConnections, 1, 1)
            case .write: (writeConnections, 1, sharesFlush ? writeBatch : 1)
            case .longWrite: (longWriteConnections, 1, 1)
            }
        return .init(connections: connections, depth: depth, batch: batch, queue: queue, wait: queueWait)
    }
}
