import DequeModule

/// The properties by which a pool combines transactions.
package protocol PoolWork {
    /// Must have a connection to itself while it is under way.
    var runsAlone: Bool { get }
}

/// Decides which transaction runs on which connection, which waits, which is refused, and when to connect again.
///
/// Pure: it is told what happened and the time, and answers what to do. `Work` is whatever stands for a transaction.
package struct PoolState<Work: PoolWork> {
    package struct Limits: Sendable {
        /// Connections kept open.
        package var connections: Int
        /// Batches that one connection may have under way at once.
        package var depth: Int
        /// Transactions that may go out together.
        package var batch: Int
        /// Transactions that may wait for a connection.
        package var queue: Int
        /// How long one may wait before it is refused.
        package var wait: Duration
        /// First and longest pause before connecting again; it doubles in between.
        package var backoff: ClosedRange<Duration>

        package init(
            connections: Int, depth: Int, batch: Int, queue: Int, wait: Duration = .seconds(1),
            backoff: ClosedRange<Duration> = .milliseconds(50) ... .seconds(1)
        ) {
            self.connections = connections
            self.depth = depth
            self.batch = batch
            self.queue = queue
            self.wait = wait
            self.backoff = backoff
        }
    }

    enum Slot: Hashable {
        case absent(retryAt: MonotonicTime, pause: Duration)
        case connecting(pause: Duration)
        case ready(underWay: Int)
        case closing(underWay: Int)
    }

    private struct Waiting {
        var work: Work
        var until: MonotonicTime
    }

    package let limits: Limits
    private(set) var slots: [Slot]
    private var waiting: Deque<Waiting> = []

    package init(limits: Limits, now: MonotonicTime) {
        self.limits = limits
        let absent = Slot.absent(retryAt: now, pause: limits.backoff.lowerBound)
        slots = Array(repeating: absent, count: limits.connections)
    }

    package var queueLength: Int { waiting.count }

    package var readyConnections: Int {
        slots.count { if case .ready = $0 { true } else { false } }
    }

    /// A new transaction asks to run.
    ///
    /// - Returns: false when it is refused, because the queue is full.
    package mutating func submit(_ work: Work, now: MonotonicTime) -> Bool {
        if waiting.count >= limits.queue { return false }
        waiting.append(Waiting(work: work, until: now + limits.wait))
        return true
    }

    /// Transactions that had not begun when their connection was spoilt go before what waits, in their old order.
    package mutating func resubmit(_ work: [Work], now: MonotonicTime) {
        waiting.prepend(contentsOf: work.map { Waiting(work: $0, until: now + limits.wait) })
    }

    /// The slots whose connection should be opened now.
    package mutating func slotsToConnect(now: MonotonicTime) -> [Int] {
        var due: [Int] = []
        for index in slots.indices {
            if case .absent(let retryAt, let pause) = slots[index], retryAt <= now {
                slots[index] = .connecting(pause: pause)
                due.append(index)
            }
        }
        return due
    }

    package mutating func connected(_ slot: Int) {
        slots[slot] = .ready(underWay: 0)
    }

    /// A batch on this slot is over and its connection can take another.
    package mutating func finished(_ slot: Int) {
        switch slots[slot] {
        case .ready(let count): slots[slot] = .ready(underWay: count - 1)
        case .closing(let count): slots[slot] = .closing(underWay: count - 1)
        case .absent, .connecting: break
        }
    }

    /// The connection should take nothing new: it is old, or leads to the wrong server.
    package mutating func retire(_ slot: Int) {
        if case .ready(let count) = slots[slot] { slots[slot] = .closing(underWay: count) }
    }

    /// True when a retired connection has nothing under way and can be closed.
    package func isDrained(_ slot: Int) -> Bool { slots[slot] == .closing(underWay: 0) }

    /// The connection is gone, or could not be opened.
    package mutating func lost(_ slot: Int, now: MonotonicTime) {
        switch slots[slot] {
        case .connecting(let pause):
            slots[slot] = .absent(retryAt: now + pause, pause: min(pause * 2, limits.backoff.upperBound))
        case .ready, .closing:
            slots[slot] = .absent(retryAt: now, pause: limits.backoff.lowerBound)
        case .absent: break
        }
    }

    /// The transactions that can go out next, in their order, and where.
    package mutating func next() -> (batch: [Work], slot: Int)? {
        guard !waiting.isEmpty, let slot = leastBusySlot() else { return nil }
        var batch = [waiting.removeFirst().work]
        if !batch[0].runsAlone {
            while batch.count < limits.batch, let next = waiting.first, !next.work.runsAlone {
                batch.append(next.work)
                waiting.removeFirst()
            }
        }
        start(on: slot)
        return (batch, slot)
    }

    /// Transactions that waited too long.
    package mutating func expired(now: MonotonicTime) -> [Work] {
        var late: [Work] = []
        while let first = waiting.first, first.until <= now { late.append(waiting.removeFirst().work) }
        return late
    }

    /// Everything that still waits, for shutting down.
    package mutating func drain() -> [Work] {
        defer { waiting.removeAll() }
        return waiting.map(\.work)
    }

    /// When something has to be looked at again although nothing happens.
    package var nextDeadline: MonotonicTime? {
        var next = waiting.first?.until
        for case .absent(let retryAt, _) in slots { next = next.map { min($0, retryAt) } ?? retryAt }
        return next
    }

    private func leastBusySlot() -> Int? {
        var best: (slot: Int, count: Int)?
        for (index, slot) in slots.enumerated() {
            if case .ready(let count) = slot, count < limits.depth, count < (best?.count ?? .max) {
                best = (index, count)
                if count == 0 { break }
            }
        }
        return best?.slot
    }

    private mutating func start(on slot: Int) {
        if case .ready(let count) = slots[slot] { slots[slot] = .ready(underWay: count + 1) }
    }
}
