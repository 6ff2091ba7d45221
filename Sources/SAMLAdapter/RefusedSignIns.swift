package import Domain
import Edge
import Synchronization

/// Folds refused sign-ins that repeat an earlier one, so that they neither write without bound nor replace older traces.
///
/// A refusal is the same as an earlier one of the last hour if the connection, the rule and the network are the same,
/// and, where the provider has signed it, the name. It gets the earlier one's trace, which counts it. What is known
/// here is known in this process only: each process of a server keeps one trace, and a count that has not been written
/// when a process ends is lost.
package final class RefusedSignIns: Sendable {
    package struct Key: Sendable, Hashable {
        package var plugin: PluginID
        package var rule: String
        /// Empty when the connection has too many refusals from everywhere to tell networks apart.
        package var network: String
        /// Nil unless the provider has signed it.
        package var nameID: String?

        package init(plugin: PluginID, rule: String, network: String, nameID: String?) {
            self.plugin = plugin
            self.rule = rule
            self.network = network
            self.nameID = nameID
        }
    }

    /// The write that a refusal asks for.
    package enum Write: Sendable, Hashable {
        case trace, repeats(Int64), nothing
    }

    private struct Entry {
        let id: SAMLSignInID
        let began: Timestamp
        var written: Timestamp
        var unwritten: Int64 = 0
    }

    private let entries = Mutex<[Key: Entry]>([:])
    /// Of new traces of one connection.
    private let traces = RateLimit<PluginID>(RequestRate(perSecond: 1, burst: 100))

    /// Seconds for which refusals are folded, and between two writes of a count.
    package static let (window, pause): (Int64, Int64) = (3600, 10)
    private static let mostEntries = 10_000

    package init() {}

    /// - Parameter id: of the trace, if it is a new one.
    /// - Returns: the trace that shows the refusal, and what is to be written.
    package func note(_ key: Key, as id: SAMLSignInID, now: Timestamp) -> (id: SAMLSignInID, write: Write) {
        entries.withLock { entries in
            var key = key
            if Self.current(entries[key], now) == nil {
                let isMany = entries.count >= Self.mostEntries || (try? traces.count(key.plugin, now: now)) == nil
                if isMany { (key.network, key.nameID) = ("", nil) }
                if entries.count >= Self.mostEntries { entries = entries.filter { Self.current($0.value, now) != nil } }
            }
            guard var entry = Self.current(entries[key], now) else {
                entries[key] = Entry(id: id, began: now, written: now)
                return (id, .trace)
            }
            entry.unwritten += 1
            defer { entries[key] = entry }
            guard entry.written.adding(seconds: Self.pause) <= now else { return (entry.id, .nothing) }
            let count = entry.unwritten
            (entry.unwritten, entry.written) = (0, now)
            return (entry.id, .repeats(count))
        }
    }

    private static func current(_ entry: Entry?, _ now: Timestamp) -> Entry? {
        entry.flatMap { now < $0.began.adding(seconds: window) ? $0 : nil }
    }
}
