import Postgres
import Testing

struct PoolStateTests {
    private func pool(connections: Int = 1, depth: Int = 1, queue: Int = 2) -> PoolState<String> {
        PoolState(
            limits: .init(connections: connections, depth: depth, queue: queue), now: MonotonicTime(nanoseconds: 0))
    }

    private func at(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

    @Test func `work waits until a connection is there`() {
        var pool = pool()
        #expect(pool.submit("a", now: at(0)) == .wait)
        #expect(pool.slotsToConnect(now: at(0)) == [0])
        #expect(pool.next() == nil)
        pool.connected(0)
        let next = pool.next()
        #expect(next?.work == "a" && next?.slot == 0)
    }

    @Test func `a connection takes as much as its depth and no more`() {
        var pool = pool(depth: 2)
        _ = pool.slotsToConnect(now: at(0))
        pool.connected(0)
        #expect(pool.submit("a", now: at(0)) == .run(slot: 0))
        #expect(pool.submit("b", now: at(0)) == .run(slot: 0))
        #expect(pool.submit("c", now: at(0)) == .wait)
        pool.finished(0)
        #expect(pool.next()?.work == "c")
        #expect(pool.underWay == 2)
    }

    @Test func `work goes to the connection with least under way`() {
        var pool = pool(connections: 2, depth: 4)
        _ = pool.slotsToConnect(now: at(0))
        pool.connected(0)
        pool.connected(1)
        #expect(pool.submit("a", now: at(0)) == .run(slot: 0))
        #expect(pool.submit("b", now: at(0)) == .run(slot: 1))
        pool.finished(0)
        #expect(pool.submit("c", now: at(0)) == .run(slot: 0))
    }

    @Test func `a full queue refuses`() {
        var pool = pool(queue: 2)
        #expect(pool.submit("a", now: at(0)) == .wait)
        #expect(pool.submit("b", now: at(0)) == .wait)
        #expect(pool.submit("c", now: at(0)) == .refuse)
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
        pool.lost(0, now: at(5))
        #expect(pool.underWay == 0)
        #expect(pool.slotsToConnect(now: at(5)) == [0])
    }

    @Test func `work that had not begun goes before what waits`() {
        var pool = pool()
        _ = pool.submit("a", now: at(0))
        pool.resubmit(["first", "second"], now: at(1))
        _ = pool.slotsToConnect(now: at(1))
        pool.connected(0)
        for expected in ["first", "second", "a"] {
            #expect(pool.next()?.work == expected)
            pool.finished(0)
        }
    }

    @Test func `a retired connection takes nothing new and is closed when it is done`() {
        var pool = pool(depth: 4)
        _ = pool.slotsToConnect(now: at(0))
        pool.connected(0)
        _ = pool.submit("a", now: at(0))
        pool.retire(0)
        #expect(pool.submit("b", now: at(0)) == .wait)
        #expect(!pool.isDrained(0))
        pool.finished(0)
        #expect(pool.isDrained(0))
    }

    @Test func `a long queue is worked off in order`() {
        var pool = pool(queue: 1000)
        for number in 0..<500 { _ = pool.submit("\(number)", now: at(0)) }
        _ = pool.slotsToConnect(now: at(0))
        pool.connected(0)
        for number in 0..<500 {
            #expect(pool.next()?.work == "\(number)")
            pool.finished(0)
        }
        #expect(pool.queueLength == 0)
    }
}
