import Postgres
import Testing

/// A transaction by its name; one that ends in an exclamation mark runs alone.
private struct Work: PoolWork, Hashable, ExpressibleByStringLiteral {
    let name: String

    init(_ name: String) { self.name = name }
    init(stringLiteral name: String) { self.name = name }

    var runsAlone: Bool { name.hasSuffix("!") }
}

struct PoolStateTests {
    private func pool(connections: Int = 1, depth: Int = 1, batch: Int = 1, queue: Int = 2) -> PoolState<Work> {
        PoolState(
            limits: .init(connections: connections, depth: depth, batch: batch, queue: queue),
            now: MonotonicTime(nanoseconds: 0))
    }

    /// A pool whose connections are open.
    private func connected(connections: Int = 1, depth: Int = 1, batch: Int = 1, queue: Int = 9) -> PoolState<Work> {
        var pool = pool(connections: connections, depth: depth, batch: batch, queue: queue)
        for slot in pool.slotsToConnect(now: at(0)) { pool.connected(slot) }
        return pool
    }

    private func submit(_ work: Work, _ pool: inout PoolState<Work>) -> Bool { pool.submit(work, now: at(0)) }

    private func at(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

    @Test func `work waits until a connection is there`() {
        var pool = pool()
        #expect(submit("a", &pool))
        #expect(pool.slotsToConnect(now: at(0)) == [0])
        #expect(pool.next() == nil)
        pool.connected(0)
        let next = pool.next()
        #expect(next?.batch == ["a"] && next?.slot == 0)
    }

    @Test func `a connection takes as many batches as its depth and no more`() {
        var pool = connected(depth: 2)
        for work: Work in ["a", "b", "c"] { _ = pool.submit(work, now: at(0)) }
        #expect(pool.next()?.batch == ["a"])
        #expect(pool.next()?.batch == ["b"])
        #expect(pool.next() == nil)
        pool.finished(0)
        #expect(pool.next()?.batch == ["c"])
    }

    @Test func `what waits together goes out together, in order, up to the limit`() {
        var pool = connected(depth: 2, batch: 3)
        for work: Work in ["a", "b", "c", "d"] { _ = pool.submit(work, now: at(0)) }
        #expect(pool.next()?.batch == ["a", "b", "c"])
        #expect(pool.next()?.batch == ["d"])
    }

    @Test func `what must run alone does, and nothing overtakes it`() {
        var pool = connected(depth: 9, batch: 9)
        for work: Work in ["a", "b!", "c", "d"] { _ = pool.submit(work, now: at(0)) }
        #expect(pool.next()?.batch == ["a"])
        #expect(pool.next()?.batch == ["b!"])
        #expect(pool.next()?.batch == ["c", "d"])
    }

    @Test func `work goes to the connection with least under way`() {
        var pool = connected(connections: 2, depth: 4)
        for work: Work in ["a", "b", "c"] { _ = pool.submit(work, now: at(0)) }
        #expect(pool.next()?.slot == 0)
        #expect(pool.next()?.slot == 1)
        pool.finished(0)
        #expect(pool.next()?.slot == 0)
    }

    @Test func `a full queue refuses`() {
        var pool = pool(queue: 2)
        #expect(submit("a", &pool))
        #expect(submit("b", &pool))
        #expect(!submit("c", &pool))
    }

    @Test func `who waits too long is named, in order, and the others stay`() {
        var pool = pool(queue: 5)
        _ = pool.submit("a", now: at(0))
        _ = pool.submit("b", now: at(400))
        #expect(pool.expired(now: at(999)) == [])
        #expect(pool.expired(now: at(1000)) == ["a"])
        #expect(pool.queueLength == 1)
        #expect(pool.nextDeadline == at(0))
    }

    @Test func `connecting again waits longer each time, up to a second`() {
        var pool = pool()
        var now: Int64 = 0
        var pauses: [Int64] = []
        for _ in 0..<8 {
            #expect(pool.slotsToConnect(now: at(now)) == [0])
            pool.lost(0, now: at(now))
            let retry = pool.nextDeadline!.nanoseconds / 1_000_000
            pauses.append(retry - now)
            #expect(pool.slotsToConnect(now: at(retry - 1)) == [])
            now = retry
        }
        #expect(pauses == [50, 100, 200, 400, 800, 1000, 1000, 1000])
    }

    @Test func `a connection lost in use is opened again at once`() {
        var pool = pool()
        _ = pool.slotsToConnect(now: at(0))
        pool.connected(0)
        _ = pool.submit("a", now: at(0))
        _ = pool.next()
        pool.lost(0, now: at(5))
        #expect(pool.slotsToConnect(now: at(5)) == [0])
    }

    @Test func `work that had not begun goes before what waits`() {
        var pool = pool()
        _ = pool.submit("a", now: at(0))
        pool.resubmit(["first", "second"], now: at(1))
        _ = pool.slotsToConnect(now: at(1))
        pool.connected(0)
        for expected: Work in ["first", "second", "a"] {
            #expect(pool.next()?.batch == [expected])
            pool.finished(0)
        }
    }

    @Test func `a retired connection takes nothing new and is closed when it is done`() {
        var pool = connected(depth: 4)
        _ = pool.submit("a", now: at(0))
        _ = pool.next()
        pool.retire(0)
        _ = pool.submit("b", now: at(0))
        #expect(pool.next() == nil)
        #expect(!pool.isDrained(0))
        pool.finished(0)
        #expect(pool.isDrained(0))
    }

    @Test func `a long queue is worked off in order`() {
        var pool = pool(queue: 1000)
        for number in 0..<500 { _ = pool.submit(Work("\(number)"), now: at(0)) }
        _ = pool.slotsToConnect(now: at(0))
        pool.connected(0)
        for number in 0..<500 {
            #expect(pool.next()?.batch == [Work("\(number)")])
            pool.finished(0)
        }
        #expect(pool.queueLength == 0)
    }
}
