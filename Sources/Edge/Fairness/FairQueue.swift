import DequeModule
package import Domain

/// How much runs and waits at once. Each limit has its key in the configuration.
package struct FairLimits: Sendable, Hashable {
    /// Requests that run at once, of all tenants.
    package var total = 64
    /// Of one tenant while there are others.
    package var share = 8
    /// Requests of one tenant that may wait.
    package var waiting = 100
    /// How long one may wait before it is given up, in seconds.
    package var patience: Int64 = 5

    package init() {}
}

/// Decides whose request runs, which waits for its turn and which is refused, so that no tenant's load becomes another
/// tenant's delay.
///
/// A tenant that is alone may use everything. As soon as another one is there it has its share, the rest of its
/// requests wait in a line of its own, and the lines take turns. Pure: it is told what happened and the time, and
/// answers what to do. `Work` is whatever stands for a request that waits.
package struct FairQueue<Work> {
    package enum Decision: Hashable {
        case runs, waits, refused
    }

    private struct Line {
        var running = 0
        var waiting: Deque<(work: Work, until: Timestamp)> = []
    }

    private struct Sighting {
        var tenant: TenantID
        var at: Timestamp
    }

    /// For how long after its last request a tenant counts as there.
    private static var microsecondsPresent: Int64 { 1_000_000 }

    private let limits: FairLimits
    private var lines: [TenantID: Line] = [:]
    /// Tenants whose requests wait, in the order of their turns.
    private var turns: Deque<TenantID> = []
    private var running = 0
    private var latest: Sighting?
    /// The latest of another tenant than that.
    private var latestOther: Sighting?

    package init(limits: FairLimits) { self.limits = limits }

    /// A request asks to run.
    ///
    /// - Returns: true when it may at once; else it has to be put in line.
    package mutating func start(_ tenant: TenantID, now: Timestamp) -> Bool {
        see(tenant, now)
        guard lines[tenant]?.waiting.isEmpty ?? true, mayRun(tenant, now) else { return false }
        lines[tenant, default: Line()].running += 1
        running += 1
        return true
    }

    /// Puts a request in line that could not start.
    package mutating func submit(_ work: Work, of tenant: TenantID, now: Timestamp) -> Decision {
        if start(tenant, now: now) { return .runs }
        var line = lines[tenant] ?? Line()
        if line.waiting.count >= limits.waiting { return .refused }
        if line.waiting.isEmpty { turns.append(tenant) }
        line.waiting.append((work, now.adding(seconds: limits.patience)))
        lines[tenant] = line
        return .waits
    }

    /// A request is over; gives those that run now, and those that waited too long.
    package mutating func finish(_ tenant: TenantID, now: Timestamp) -> (start: [Work], late: [Work]) {
        running -= 1
        lines[tenant]?.running -= 1
        if let line = lines[tenant], line.running == 0, line.waiting.isEmpty { lines[tenant] = nil }
        var (start, late): ([Work], [Work]) = ([], [])
        // Each line in turn, until a whole round has brought nothing.
        var passed = 0
        while running < limits.total, passed < turns.count {
            let next = turns.removeFirst()
            drop(&late, of: next, now)
            guard lines[next]?.waiting.isEmpty == false else {
                if lines[next]?.running == 0 { lines[next] = nil }
                continue
            }
            if mayRun(next, now), let work = lines[next]?.waiting.removeFirst().work {
                start.append(work)
                lines[next]?.running += 1
                running += 1
                passed = 0
                if lines[next]?.waiting.isEmpty == false { turns.append(next) }
            } else {
                turns.append(next)
                passed += 1
            }
        }
        return (start, late)
    }

    private mutating func drop(_ late: inout [Work], of tenant: TenantID, _ now: Timestamp) {
        while let first = lines[tenant]?.waiting.first, first.until <= now {
            late.append(first.work)
            lines[tenant]?.waiting.removeFirst()
        }
    }

    private func mayRun(_ tenant: TenantID, _ now: Timestamp) -> Bool {
        guard running < limits.total else { return false }
        let own = lines[tenant]?.running ?? 0
        return own < limits.share || isAlone(tenant, running: own, now)
    }

    private func isAlone(_ tenant: TenantID, running own: Int, _ now: Timestamp) -> Bool {
        if running > own { return false }
        let other = latest?.tenant == tenant ? latestOther : latest
        return other.map { now.microseconds - $0.at.microseconds >= Self.microsecondsPresent } ?? true
    }

    private mutating func see(_ tenant: TenantID, _ now: Timestamp) {
        if let latest, latest.tenant != tenant { latestOther = latest }
        latest = Sighting(tenant: tenant, at: now)
    }
}
