import Domain

/// How many requests a second are let through in the long run, and how many at once after a pause.
package struct RequestRate: Sendable, Hashable {
    package var perSecond: Int
    package var burst: Int

    package init(perSecond: Int, burst: Int) {
        self.perSecond = perSecond
        self.burst = max(burst, 1)
    }
}

/// The token bucket of one tenant: filled by time, emptied by requests.
struct TokenBucket {
    /// In millionths of a request, so that microseconds times requests per second need no division.
    private var level: Int64
    private var seen: Timestamp

    private static let one: Int64 = 1_000_000

    init(_ rate: RequestRate, now: Timestamp) {
        level = Int64(rate.burst) * Self.one
        seen = now
    }

    /// Lets a request through, or says how many seconds it should wait.
    mutating func take(_ rate: RequestRate, now: Timestamp) -> Int? {
        fill(rate, now: now)
        if level >= Self.one {
            level -= Self.one
            return nil
        }
        let perSecond = Int64(rate.perSecond) * Self.one
        return Int((Self.one - level + perSecond - 1) / perSecond)
    }

    /// Nothing is lost when this bucket is forgotten.
    mutating func isFull(_ rate: RequestRate, now: Timestamp) -> Bool {
        fill(rate, now: now)
        return level == Int64(rate.burst) * Self.one
    }

    private mutating func fill(_ rate: RequestRate, now: Timestamp) {
        // A clock that was set back fills nothing; a pause longer than an hour fills no more than the hour.
        let elapsed = min(max(now.microseconds - seen.microseconds, 0), 3_600_000_000)
        seen = now
        level = min(level + elapsed * Int64(rate.perSecond), Int64(rate.burst) * Self.one)
    }
}
