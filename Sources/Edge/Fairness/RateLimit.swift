package import Domain
import Synchronization

/// A token bucket for each tenant.
package final class RateLimit: Sendable {
    private let rate: RequestRate?
    private let buckets = Mutex<[TenantID?: TokenBucket]>([:])

    private static let bucketsKept = 10_000

    /// - Parameter rate: of each tenant; nil lets everything through.
    package init(_ rate: RequestRate?) { self.rate = rate }

    /// Counts a request of a tenant; those of nobody known are counted together.
    ///
    /// - Throws: `throttled`.
    package func count(_ tenant: TenantID?, now: Timestamp) throws(DomainError) {
        guard let rate else { return }
        let wait = buckets.withLock { buckets in
            if buckets.count >= Self.bucketsKept, buckets[tenant] == nil { Self.forgetFull(&buckets, rate, now) }
            return buckets[tenant, default: TokenBucket(rate, now: now)].take(rate, now: now)
        }
        if let wait { throw .throttled(retryAfter: wait) }
    }

    private static func forgetFull(_ buckets: inout [TenantID?: TokenBucket], _ rate: RequestRate, _ now: Timestamp) {
        buckets = buckets.filter { entry in
            var bucket = entry.value
            return !bucket.isFull(rate, now: now)
        }
    }
}
