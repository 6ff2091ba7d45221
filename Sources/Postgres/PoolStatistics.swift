import Synchronization

/// The statistics of a `Database`'s pools, summed over its reactors.
package struct PoolStatistics: Sendable, Hashable {
    package var connectionsReady = 0
    package var underWay = 0
    package var waiting = 0
    package var transactions = 0
    package var roundTrips = 0
    package var errors = 0
    package var refusals = 0
    package var connectionsLost = 0

    /// The counters of one pool: written by its reactor, read by anyone.
    final class Counters: Sendable {
        let ready = Atomic<Int>(0)
        let underWay = Atomic<Int>(0)
        let waiting = Atomic<Int>(0)
        let transactions = Atomic<Int>(0)
        let roundTrips = Atomic<Int>(0)
        let errors = Atomic<Int>(0)
        let refusals = Atomic<Int>(0)
        let connectionsLost = Atomic<Int>(0)
    }

    mutating func add(_ counters: Counters) {
        connectionsReady += counters.ready.load(ordering: .relaxed)
        underWay += counters.underWay.load(ordering: .relaxed)
        waiting += counters.waiting.load(ordering: .relaxed)
        transactions += counters.transactions.load(ordering: .relaxed)
        roundTrips += counters.roundTrips.load(ordering: .relaxed)
        errors += counters.errors.load(ordering: .relaxed)
        refusals += counters.refusals.load(ordering: .relaxed)
        connectionsLost += counters.connectionsLost.load(ordering: .relaxed)
    }
}
