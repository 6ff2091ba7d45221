package import Domain
import Synchronization

/// Counts the requests of each connection by outcome, and prints the counts in Prometheus' text format.
///
/// Tenants make connections as they like, so their number has a limit here: beyond it those that were quiet for longest
/// are added up in one series, `other`.
package final class ConnectionMetrics: Sendable {
    /// The outcome of a request.
    private enum Outcome: String, CaseIterable {
        case succeeded
        /// The answer was 4xx, other than the next two.
        case refused
        /// The token let nobody in.
        case unauthenticated
        /// The answer was 429.
        case throttled
        /// The answer was 5xx, that of a paused connection included.
        case failed

        init(status: Int) {
            self =
                switch status {
                case 401: .unauthenticated
                case 429: .throttled
                case 400..<500: .refused
                case 500...: .failed
                default: .succeeded
                }
        }
    }

    /// A counter that each connection has.
    private struct Column {
        let metric: String
        let label: String
        let value: String
    }

    private struct Key: Hashable {
        let tenant: TenantID
        /// Nil for tokens that are no connection's.
        let plugin: PluginID?
    }

    private struct Counts {
        var values = [Int64](repeating: 0, count: ConnectionMetrics.columns.count)
        /// The number of the last request that was counted.
        var lastActive: UInt64 = 0
    }

    private struct State {
        var connections: [Key: Counts] = [:]
        var others = Counts()
        var folded: Int64 = 0
        var requests: UInt64 = 0

        /// Adds up in `others` what was quiet for longest.
        mutating func fold(keeping number: Int) {
            let quiet = connections.sorted { $0.value.lastActive < $1.value.lastActive }
                .prefix(connections.count - number)
            for (key, counts) in quiet {
                for index in counts.values.indices { others.values[index] += counts.values[index] }
                connections[key] = nil
            }
            folded += Int64(quiet.count)
        }
    }

    /// The changes of users that are counted, named as in the change log.
    private static let changes: [Change.Action] = [.create, .disable, .delete]
    private static let columns: [Column] =
        Outcome.allCases.map {
            Column(metric: "lectern_connection_requests_total", label: "outcome", value: $0.rawValue)
        }
        + changes.map { Column(metric: "lectern_connection_users_total", label: "change", value: $0.rawValue) }

    private let state = Mutex(State())
    private let limit: Int

    /// - Parameter limit: connections that have series of their own.
    package init(limit: Int) { self.limit = limit }

    /// Counts a request of a connection by the status of its answer.
    package func note(status: Int, of client: ProvisioningClient) {
        count(Outcome(status: status), Key(tenant: client.tenant, plugin: client.plugin))
    }

    /// Counts a request whose token let nobody in.
    ///
    /// - Parameter plugin: the connection of the token; nil for a token that is no connection's.
    func noteRefusedToken(at tenant: TenantID, of plugin: PluginID? = nil) {
        count(Outcome.unauthenticated, Key(tenant: tenant, plugin: plugin))
    }

    /// Counts a change of a user if it is one that gives a person an account or takes it away.
    package func note(_ action: Change.Action, of client: ProvisioningClient) {
        guard let index = Self.changes.firstIndex(of: action) else { return }
        count(Outcome.allCases.count + index, Key(tenant: client.tenant, plugin: client.plugin))
    }

    private func count(_ outcome: Outcome, _ key: Key) {
        if let index = Outcome.allCases.firstIndex(of: outcome) { count(index, key) }
    }

    private func count(_ column: Int, _ key: Key) {
        state.withLock { state in
            if state.connections.count >= limit, state.connections[key] == nil {
                // Several at once, so that sorting them is rare.
                state.fold(keeping: limit * 3 / 4)
            }
            state.requests += 1
            state.connections[key, default: Counts()].values[column] += 1
            state.connections[key]?.lastActive = state.requests
        }
    }

    /// The whole exposition, each metric's type before its series.
    package func text() -> String {
        let state = state.withLock { $0 }
        var rows: [(labels: String, values: [Int64])] = []
        for (key, counts) in state.connections {
            let plugin = key.plugin?.description ?? "none"
            rows.append((labels: "tenant=\"\(key.tenant)\",plugin=\"\(plugin)\"", values: counts.values))
        }
        rows.sort { $0.labels < $1.labels }
        rows.append((labels: "tenant=\"other\",plugin=\"other\"", values: state.others.values))
        var text = ""
        var last = ""
        for (index, column) in Self.columns.enumerated() {
            if column.metric != last { text += "# TYPE \(column.metric) counter\n" }
            last = column.metric
            for row in rows {
                text += "\(column.metric){\(row.labels),\(column.label)=\"\(column.value)\"} \(row.values[index])\n"
            }
        }
        text += "# TYPE lectern_connection_series_folded_total counter\n"
        text += "lectern_connection_series_folded_total \(state.folded)\n"
        return text
    }
}
