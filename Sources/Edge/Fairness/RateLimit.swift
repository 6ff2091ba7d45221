package import Domain
import Synchronization

/// A token bucket for each tenant, or for each of something else.
package final class RateLimit<Key: Hashable & Sendable>: Sendable {
    private let rate: RequestRate?
    private let buckets = Mutex<[Key: TokenBucket]>([:])

    private static var bucketsKept: Int { 10_000 }

    /// - Parameter rate: of each; nil lets everything through.
    package init(_ rate: RequestRate?) { self.rate = rate }

    /// Counts a request.
    ///
    /// - Throws: `throttled`.
    package func count(_ key: Key, now: Timestamp) throws(DomainError) {
        guard let rate else { return }
        let wait = buckets.withLock { buckets in
            if buckets.count >= Self.bucketsKept, buckets[key] == nil { Self.forgetFull(&buckets, rate, now) }
            return buckets[key, default: TokenBucket(rate, now: now)].take(rate, now: now)
        }
        if let wait { throw .throttled(retryAfter: wait) }
    }

    private static func forgetFull(_ buckets: inout [Key: TokenBucket], _ rate: RequestRate, _ now: Timestamp) {
        buckets = buckets.filter { entry in
            var bucket = entry.value
            return !bucket.isFull(rate, now: now)
        }
    }
}
