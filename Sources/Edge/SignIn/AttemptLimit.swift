package import Domain
import Foundation
import Synchronization

/// Slows down those who try passwords, without locking out whose password they try.
///
/// What is counted is an account tried from one network, and a network trying any account of a tenant. Nobody can use up
/// the attempts of somebody on another network, or of another tenant.
package final class AttemptLimit: Sendable {
    private struct Attempts {
        var failures = 0
        var until: Timestamp
    }

    private let attempts = Mutex<[String: Attempts]>([:])
    private static let entriesKept = 20_000

    package init() {}

    /// - Throws: `throttled` with the seconds to wait.
    package func check(_ account: String, from address: String, in tenant: TenantID, now: Timestamp) throws(DomainError)
    {
        let wait = attempts.withLock { attempts in
            keys(account, address, tenant).compactMap { attempts[$0.key]?.until.microseconds }.max() ?? 0
        }
        if wait > now.microseconds {
            throw .throttled(retryAfter: Int((wait - now.microseconds + 999_999) / 1_000_000))
        }
    }

    package func fail(_ account: String, from address: String, in tenant: TenantID, now: Timestamp) {
        attempts.withLock { attempts in
            if attempts.count >= Self.entriesKept {
                attempts = attempts.filter { $0.value.until.adding(seconds: Self.memory) > now }
                // Those who have tried least are forgotten first.
                if attempts.count >= Self.entriesKept {
                    let kept = attempts.sorted { $0.value.failures > $1.value.failures }.prefix(Self.entriesKept / 2)
                    attempts = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
                }
            }
            for (key, free) in keys(account, address, tenant) {
                var entry = attempts[key] ?? Attempts(until: now)
                // Who has waited long enough begins anew.
                if entry.until.adding(seconds: Self.memory) < now { entry.failures = 0 }
                entry.failures += 1
                let over = entry.failures - free
                entry.until = over > 0 ? now.adding(seconds: min(1 << Int64(min(over, 10)), Self.longestWait)) : now
                attempts[key] = entry
            }
        }
    }

    package func succeed(_ account: String, from address: String, in tenant: TenantID) {
        attempts.withLock { $0[keys(account, address, tenant)[0].key] = nil }
    }

    /// Failures that cost nothing, for an account from one network and for the network.
    private static let (freeForAccount, freeForNetwork) = (5, 30)
    private static let longestWait: Int64 = 300
    /// Seconds after which failures are forgotten.
    private static let memory: Int64 = 900

    private func keys(_ account: String, _ address: String, _ tenant: TenantID) -> [(key: String, free: Int)] {
        let network = Self.network(of: address)
        // However long a name is, what is kept of it is short.
        let name = FoldedKey(account).description.prefix(Self.charactersKept)
        return [
            ("\(tenant) \(name) \(network)", Self.freeForAccount), ("\(tenant) \(network)", Self.freeForNetwork),
        ]
    }

    private static let charactersKept = 200

    /// The /24 of IPv4, also where it is written as IPv6, and the /64 of IPv6.
    package static func network(of address: String) -> String {
        var four = in_addr()
        if inet_pton(AF_INET, address, &four) == 1 {
            return withUnsafeBytes(of: four) { "4 " + $0.prefix(3).map(String.init).joined(separator: ".") }
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, address, &six) == 1 else { return String(address.prefix(charactersKept)) }
        return withUnsafeBytes(of: six) { bytes in
            let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
            if isMapped { return "4 " + bytes[12..<15].map(String.init).joined(separator: ".") }
            return "6 " + bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
        }
    }
}
