package import Domain
import Edge
import JWTKit

/// Fetches what lies at an address; throws whatever went wrong.
package typealias KeySetFetch = @Sendable (KeySetURL) async throws -> [UInt8]

/// The key sets of issuers, remembered and fetched again when that helps.
actor KeySets {
    private struct Entry {
        let keys: KeySet
        let fetchedAt: Timestamp
    }

    private let fetch: KeySetFetch
    private let environment: Edge.Environment
    private var entries: [KeySetURL: Entry] = [:]
    private var askedAt: [KeySetURL: Timestamp] = [:]
    private var underWay: [KeySetURL: Task<KeySet?, Never>] = [:]

    /// A set is asked for anew after an hour, and used for a day when its issuer does not answer.
    private static let secondsFresh: Int64 = 3600
    private static let secondsUsable: Int64 = 86_400
    /// However many unknown keys are named, the issuer is asked once a minute.
    private static let secondsBetween: Int64 = 60
    private static let entriesRemembered = 1000

    init(fetch: @escaping KeySetFetch, environment: Edge.Environment) {
        self.fetch = fetch
        self.environment = environment
    }

    /// Nil when the issuer has no such key.
    ///
    /// - Throws: `unavailable` when the issuer's keys cannot be had.
    func key(_ id: String, at url: KeySetURL) async throws(DomainError) -> Insecure.RSA.PublicKey? {
        let now = environment.now()
        if let entry = entries[url], now < entry.fetchedAt.adding(seconds: Self.secondsFresh),
            let key = entry.keys[id]
        {
            return key
        }
        await refresh(url, now)
        guard let entry = entries[url], now < entry.fetchedAt.adding(seconds: Self.secondsUsable) else {
            throw .unavailable(retryAfter: Int(Self.secondsBetween))
        }
        return entry.keys[id]
    }

    /// Asks the issuer, unless it was asked a moment ago; who comes meanwhile waits for the same answer.
    private func refresh(_ url: KeySetURL, _ now: Timestamp) async {
        if let task = underWay[url] {
            // Requests that wait for the keys may continue before the one that fetched them.
            if let keys = await task.value { entries[url] = Entry(keys: keys, fetchedAt: now) }
            return
        }
        if let last = askedAt[url], now < last.adding(seconds: Self.secondsBetween) { return }
        if askedAt.count >= Self.entriesRemembered, askedAt[url] == nil { forget() }
        askedAt[url] = now
        let fetch = fetch
        let task = Task { (try? await fetch(url)).flatMap { KeySet($0) } }
        underWay[url] = task
        let keys = await task.value
        underWay[url] = nil
        if let keys { entries[url] = Entry(keys: keys, fetchedAt: now) }
    }

    private func forget() {
        entries = [:]
        askedAt = [:]
    }
}
