/// Decides which transaction runs on which connection, which waits, which is refused, and when to connect again.
///
/// Pure: it is told what happened and the time, and answers what to do. `Work` is whatever stands for a transaction.
package struct PoolState<Work> {
    package struct Limits: Sendable {
        /// Connections kept open.
        package var connections: Int
        /// Transactions that one connection may have under way at once.
        package var depth: Int
        /// Transactions that may wait for a connection.
        package var queue: Int
        /// How long one may wait before it is refused.
        package var wait: Duration
        /// First and longest pause before connecting again; it doubles in between.
        package var backoff: ClosedRange<Duration>

        package init(
            connections: Int, depth: Int, queue: Int, wait: Duration = .seconds(1),
            backoff: ClosedRange<Duration> = .milliseconds(50) ... .seconds(1)
        ) {
            self.connections = connections
            self.depth = depth
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

    package enum Admission: Equatable {
        case run(slot: Int)
        case wait
        case refuse
    }

    private struct Waiting {
        var work: Work
        var until: MonotonicTime
    }

    package let limits: Limits
    private(set) var slots: [Slot]
    private var waiting: [Waiting] = []
    private var firstWaiting = 0

    package init(limits: Limits, now: MonotonicTime) {
        self.limits = limits
        let absent = Slot.absent(retryAt: now, pause: limits.backoff.lowerBound)
        slots = Array(repeating: absent, count: limits.connections)
    }

    package var queueLength: Int { waiting.count - firstWaiting }

    package var readyConnections: Int {
        slots.count { if case .ready = $0 { true } else { false } }
    }

    package var underWay: Int {
        slots.reduce(0) { sum, slot in
            switch slot {
            case .ready(let count), .closing(let count): sum + count
            case .absent, .connecting: sum
            }
        }
    }

    /// A new transaction asks to run.
    package mutating func submit(_ work: Work, now: MonotonicTime) -> Admission {
        if queueLength == 0, let slot = leastBusySlot() {
            start(on: slot)
            return .run(slot: slot)
        }
        if queueLength >= limits.queue { return .refuse }
        waiting.append(Waiting(work: work, until: now + limits.wait))
        return .wait
    }

    /// Transactions that had not begun when their connection was spoilt go before what waits, in their old order.
    package mutating func resubmit(_ work: [Work], now: MonotonicTime) {
        waiting.insert(contentsOf: work.map { Waiting(work: $0, until: now + limits.wait) }, at: firstWaiting)
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

    /// A transaction on this slot is over and its connection can take another.
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

    /// The next waiting transaction that can run, with its slot.
    package mutating func next() -> (work: Work, slot: Int)? {
        guard queueLength > 0, let slot = leastBusySlot() else { return nil }
        let work = waiting[firstWaiting].work
        dropFirstWaiting()
        start(on: slot)
        return (work, slot)
    }

    /// Transactions that waited too long.
    package mutating func expired(now: MonotonicTime) -> [Work] {
        var late: [Work] = []
        while queueLength > 0, waiting[firstWaiting].until <= now {
            late.append(waiting[firstWaiting].work)
            dropFirstWaiting()
        }
        return late
    }

    /// Everything that still waits, for shutting down.
    package mutating func drain() -> [Work] {
        defer {
            waiting = []
            firstWaiting = 0
        }
        return waiting[firstWaiting...].map(\.work)
    }

    /// When something has to be looked at again although nothing happens.
    package var nextDeadline: MonotonicTime? {
        var next = queueLength > 0 ? waiting[firstWaiting].until : nil
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

    /// Moves the head and gives the memory back now and then, so that neither costs time per element.
    private mutating func dropFirstWaiting() {
        firstWaiting += 1
        if firstWaiting > 64, firstWaiting * 2 > waiting.count {
            waiting.removeFirst(firstWaiting)
            firstWaiting = 0
        }
    }
}
