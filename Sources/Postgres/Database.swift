import Synchronization

/// PostgreSQL, as seen by the rest of the product: runs whole transactions, each in one round trip.
///
/// A transaction is a list of statements that is known before the first of them runs, so none is ever open while
/// the program thinks. Reads share a few connections, many under way on each; writes have a connection to
/// themselves until their commit is confirmed.
package final class Database: Sendable {
    package let configuration: PostgresConfiguration
    private let reactors: [Reactor]
    private let pools: [Pools]
    private let counters: [PoolStatistics.Counters]
    private let turn = Atomic<Int>(0)

    /// The pools of one reactor; touched on its thread only.
    private struct Pools: @unchecked Sendable {
        let read: ConnectionPool
        let write: ConnectionPool

        subscript(lane: Exchange.Lane) -> ConnectionPool {
            switch lane {
            case .read: read
            case .write: write
            }
        }
    }

    /// Connects at once, in the background.
    package init(configuration: PostgresConfiguration, reactors: [Reactor]) {
        precondition(!reactors.isEmpty)
        self.configuration = configuration
        self.reactors = reactors
        var pools: [Pools] = []
        var counters: [PoolStatistics.Counters] = []
        for reactor in reactors {
            let statistics = (PoolStatistics.Counters(), PoolStatistics.Counters())
            let read = ConnectionPool(
                reactor: reactor, configuration: configuration,
                limits: .init(
                    connections: configuration.readConnections, depth: configuration.readDepth,
                    queue: configuration.queue, wait: configuration.queueWait),
                statistics: statistics.0)
            let write = ConnectionPool(
                reactor: reactor, configuration: configuration,
                limits: .init(
                    connections: configuration.writeConnections, depth: 1, queue: configuration.queue,
                    wait: configuration.queueWait),
                statistics: statistics.1)
            pools.append(Pools(read: read, write: write))
            counters += [statistics.0, statistics.1]
        }
        self.pools = pools
        self.counters = counters
        for (reactor, pools) in zip(reactors, pools) {
            reactor.submit {
                reactor.add(pools.read)
                reactor.add(pools.write)
            }
        }
    }

    /// Runs statements that change nothing. A connection that is lost meanwhile is no failure: it asks again.
    package func read(_ statements: [PostgresQuery]) async throws(PostgresError) -> [PostgresRows] {
        try await run(.read, statements)
    }

    /// Runs a transaction. `PostgresError.connectionLost` means that nobody knows whether it was committed.
    package func write(_ statements: [PostgresQuery]) async throws(PostgresError) -> [PostgresRows] {
        try await run(.write, statements)
    }

    package var statistics: PoolStatistics {
        counters.reduce(into: PoolStatistics()) { $0.add($1) }
    }

    /// Refuses new transactions and closes the connections when theirs are over.
    package func close() {
        for (reactor, pools) in zip(reactors, pools) {
            reactor.submit {
                pools.read.close()
                pools.write.close()
            }
        }
    }

    private func run(
        _ lane: Exchange.Lane, _ statements: [PostgresQuery]
    ) async throws(PostgresError) -> [PostgresRows] {
        let index = reactors.firstIndex { $0.isCurrent } ?? turn.add(1, ordering: .relaxed).newValue % reactors.count
        let (reactor, pools) = (reactors[index], pools[index])
        let deadline = Reactor.now() + configuration.exchangeTimeout
        let result = await withCheckedContinuation { continuation in
            reactor.submit {
                pools[lane].run(
                    Exchange(lane: lane, statements: statements, deadline: deadline) {
                        continuation.resume(returning: $0)
                    })
            }
        }
        return try result.get()
    }
}
