import Domain
import Edge
import Synchronization
import Testing

/// The queue behind a reference, for expectations to call it.
private final class TestQueue<Work> {
    private var queue: FairQueue<Work>

    init(_ limits: FairLimits) { queue = FairQueue(limits: limits) }

    func start(_ tenant: TenantID, now: Timestamp) -> Bool { queue.start(tenant, now: now) }

    func submit(_ work: Work, of tenant: TenantID, now: Timestamp) -> FairQueue<Work>.Decision {
        queue.submit(work, of: tenant, now: now)
    }

    func finish(_ tenant: TenantID, now: Timestamp) -> (start: [Work], late: [Work]) {
        queue.finish(tenant, now: now)
    }
}

struct FairQueueTests {
    private let loud = TenantID(rawValue: 1)
    private let quiet = TenantID(rawValue: 2)

    private func limits(total: Int = 8, share: Int = 2, waiting: Int = 100) -> FairLimits {
        var limits = FairLimits()
        limits.total = total
        limits.share = share
        limits.waiting = waiting
        return limits
    }

    private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(microseconds: milliseconds * 1000) }

    @Test func `a tenant that is alone may use everything, and no more`() {
        let queue = TestQueue<Int>(limits())
        for _ in 0..<8 { #expect(queue.start(loud, now: at(0))) }
        #expect(queue.submit(9, of: loud, now: at(0)) == .waits)
        let started1 = queue.finish(loud, now: at(1)).start
        #expect(started1 == [9])
    }

    @Test func `beside another tenant it has its share`() {
        let queue = TestQueue<Int>(limits())
        #expect(queue.start(quiet, now: at(0)))
        _ = queue.finish(quiet, now: at(1))
        for _ in 0..<2 { #expect(queue.start(loud, now: at(2))) }
        #expect(queue.start(loud, now: at(3)) == false)
        #expect(queue.submit(1, of: loud, now: at(3)) == .waits)
        #expect(queue.start(quiet, now: at(4)))
        // A second after the other's last request it is alone again.
        _ = queue.finish(quiet, now: at(5))
        let started2 = queue.finish(loud, now: at(6)).start
        #expect(started2 == [1])
        #expect(queue.start(loud, now: at(1003)) == false)
        #expect(queue.start(loud, now: at(1004)))
    }

    @Test func `a tenant is not alone while another's requests run, however long ago they came`() {
        let queue = TestQueue<Int>(limits())
        #expect(queue.start(quiet, now: at(0)))
        for _ in 0..<2 { #expect(queue.start(loud, now: at(5000))) }
        #expect(queue.start(loud, now: at(5000)) == false)
    }

    @Test func `lines take turns, so that who has one request does not wait for those who have many`() {
        let queue = TestQueue<String>(limits(total: 1, share: 1))
        #expect(queue.start(loud, now: at(0)))
        for name in ["a1", "a2", "a3"] { #expect(queue.submit(name, of: loud, now: at(0)) == .waits) }
        for name in ["b1", "b2"] { #expect(queue.submit(name, of: quiet, now: at(0)) == .waits) }
        #expect(queue.submit("c1", of: TenantID(rawValue: 3), now: at(0)) == .waits)
        var order: [String] = []
        var running = loud
        for _ in 0..<6 {
            let started = queue.finish(running, now: at(1)).start
            order += started
            running = started[0].hasPrefix("a") ? loud : started[0].hasPrefix("b") ? quiet : TenantID(rawValue: 3)
        }
        #expect(order == ["a1", "b1", "c1", "a2", "b2", "a3"])
        let started3 = queue.finish(loud, now: at(1)).start
        #expect(started3 == [])
        #expect(queue.start(quiet, now: at(2)))
    }

    @Test func `nobody overtakes those of its own tenant that wait`() {
        let queue = TestQueue<Int>(limits(total: 2, share: 1))
        for tenant in [loud, quiet] { #expect(queue.start(tenant, now: at(0))) }
        #expect(queue.submit(1, of: loud, now: at(0)) == .waits)
        #expect(queue.start(loud, now: at(9000)) == false)
    }

    @Test func `a full line refuses`() {
        let queue = TestQueue<Int>(limits(total: 1, waiting: 2))
        #expect(queue.start(loud, now: at(0)))
        let decisions = (0..<3).map { queue.submit($0, of: loud, now: at(0)) }
        #expect(decisions == [.waits, .waits, .refused])
        #expect(queue.submit(4, of: quiet, now: at(0)) == .waits)
    }

    @Test func `who waits too long is given up`() {
        let queue = TestQueue<Int>(limits(total: 1))
        #expect(queue.start(loud, now: at(0)))
        #expect(queue.submit(1, of: loud, now: at(0)) == .waits)
        #expect(queue.submit(2, of: loud, now: at(3000)) == .waits)
        #expect(queue.submit(3, of: quiet, now: at(10)) == .waits)
        let (start, late) = queue.finish(loud, now: at(5005))
        #expect(start == [2] && late == [1])
        let last = queue.finish(loud, now: at(5010))
        #expect(last.start == [] && last.late == [3])
    }

    @Test func `whatever comes, the limits hold and everything ends`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            let queue = TestQueue<Int>(limits(total: 5, share: 2, waiting: 7))
            var (running, waiting): ([TenantID], [Int: TenantID]) = ([], [:])
            for step in 0..<400 {
                let (tenant, now) = (
                    TenantID(rawValue: UInt128.random(in: 1...4, using: &random)), at(Int64(step * 20))
                )
                if Bool.random(using: &random) || running.isEmpty {
                    switch queue.submit(step, of: tenant, now: now) {
                    case .runs: running.append(tenant)
                    case .waits: waiting[step] = tenant
                    case .refused: #expect(waiting.values.count { $0 == tenant } == 7)
                    }
                } else {
                    let over = running.remove(at: Int.random(in: running.indices, using: &random))
                    let (start, late) = queue.finish(over, now: now)
                    for work in start { running.append(waiting.removeValue(forKey: work)!) }
                    for work in late { waiting[work] = nil }
                }
                #expect(running.count <= 5)
                // Nobody waits for nothing.
                #expect(waiting.isEmpty || !running.isEmpty)
            }
            while let over = running.popLast() {
                let (start, late) = queue.finish(over, now: at(8000))
                for work in start { running.append(waiting.removeValue(forKey: work)!) }
                for work in late { waiting[work] = nil }
            }
            #expect(waiting.isEmpty)
        }
    }
}

struct RateLimitTests {
    private let one = TenantID(rawValue: 1)
    private let other = TenantID(rawValue: 2)

    private func count(_ limit: RateLimit<TenantID>, _ tenant: TenantID, _ milliseconds: Int64) -> DomainError? {
        do throws(DomainError) {
            try limit.count(tenant, now: Timestamp(microseconds: milliseconds * 1000))
            return nil
        } catch { return error }
    }

    @Test func `after a burst requests come through at the rate`() {
        let limit = RateLimit<TenantID>(RequestRate(perSecond: 10, burst: 3))
        for _ in 0..<3 { #expect(count(limit, one, 0) == nil) }
        #expect(count(limit, one, 0) == .throttled(retryAfter: 1))
        #expect(count(limit, other, 0) == nil)
        #expect(count(limit, one, 99) != nil)
        #expect(count(limit, one, 100) == nil && count(limit, one, 100) != nil)
        for _ in 0..<3 { #expect(count(limit, one, 10_000_000) == nil) }
        #expect(count(limit, one, 10_000_000) != nil)
    }

    @Test func `a clock that is set back neither fills nor empties`() {
        let limit = RateLimit<TenantID>(RequestRate(perSecond: 1, burst: 1))
        #expect(count(limit, one, 5000) == nil && count(limit, one, 0) != nil)
        #expect(count(limit, one, 1000) == nil)
    }

    @Test func `no rate is no limit`() {
        let limit = RateLimit<TenantID>(nil)
        for _ in 0..<1000 { #expect(count(limit, one, 0) == nil) }
    }
}

struct TenantTurnsTests {
    private final class Counts: Sendable {
        let running = Atomic<Int>(0)
        let most = Atomic<Int>(0)
        let ended = Atomic<Int>(0)
    }

    @Test func `many requests of two tenants at once never run together beyond the limit, and all end`() async throws {
        var limits = FairLimits()
        (limits.total, limits.share, limits.waiting) = (3, 2, 1000)
        // However busy the machine is, nobody is turned away.
        limits.patience = 3600
        let turns = TenantTurns(rate: nil, limits: limits, environment: .system)
        let counts = Counts()
        await withTaskGroup(of: Void.self) { tasks in
            for number in 0..<400 {
                tasks.addTask {
                    let tenant = TenantID(rawValue: UInt128(number % 2))
                    guard (try? await turns.begin(tenant)) != nil else { return }
                    let now = counts.running.wrappingAdd(1, ordering: .relaxed).newValue
                    counts.most.max(now, ordering: .relaxed)
                    await Task.yield()
                    counts.running.wrappingSubtract(1, ordering: .relaxed)
                    counts.ended.wrappingAdd(1, ordering: .relaxed)
                    turns.end(tenant)
                }
            }
        }
        #expect(counts.most.load(ordering: .relaxed) <= 3 && counts.ended.load(ordering: .relaxed) == 400)
    }

    @Test func `a full line is throttled`() async throws {
        var limits = FairLimits()
        (limits.total, limits.waiting) = (1, 0)
        let turns = TenantTurns(rate: nil, limits: limits, environment: .system)
        let tenant = TenantID(rawValue: 1)
        try await turns.begin(tenant)
        await #expect(throws: DomainError.throttled(retryAfter: 1)) { try await turns.begin(tenant) }
        turns.end(tenant)
        try await turns.begin(tenant)
    }
}
