import Domain
import Edge
import Testing

struct ConnectionMetricsTests {
    private func client(_ number: UInt128) -> ProvisioningClient {
        ProvisioningClient(
            tenant: TenantID(rawValue: number), plugin: PluginID(rawValue: number + 1_000_000),
            token: TokenID(rawValue: 1), defaultRole: .trainee, acceptsBareToken: false)
    }

    private func labels(_ client: ProvisioningClient) -> String {
        "tenant=\"\(client.tenant)\",plugin=\"\(client.plugin)\""
    }

    @Test func `each answer counts for its connection in one class`() {
        let metrics = ConnectionMetrics(limit: 100)
        for status in [200, 201, 204, 304, 400, 403, 404, 409, 401, 429, 500, 503] {
            metrics.note(status: status, of: client(1))
        }
        metrics.note(status: 200, of: client(2))
        let text = metrics.text()
        #expect(text.contains("# TYPE lectern_connection_requests_total counter\n"))
        for (outcome, count) in [
            ("succeeded", 4), ("refused", 4), ("unauthenticated", 1), ("throttled", 1), ("failed", 2),
        ] {
            let line = "lectern_connection_requests_total{\(labels(client(1))),outcome=\"\(outcome)\"} \(count)\n"
            #expect(text.contains(line), "\(text)")
        }
        #expect(text.contains("{\(labels(client(2))),outcome=\"succeeded\"} 1\n"))
        #expect(text.contains("{\(labels(client(2))),outcome=\"refused\"} 0\n"))
    }

    @Test func `accounts that are made and taken away count, other changes do not`() {
        let metrics = ConnectionMetrics(limit: 100)
        for action in [Change.Action.create, .create, .disable, .delete, .update, .enable, .addMembers] {
            metrics.note(action, of: client(1))
        }
        for (change, count) in [("create", 2), ("disable", 1), ("delete", 1)] {
            let line = "lectern_connection_users_total{\(labels(client(1))),change=\"\(change)\"} \(count)\n"
            #expect(metrics.text().contains(line), "\(change)")
        }
        #expect(!metrics.text().contains("change=\"update\""))
    }

    @Test func `connections beyond the limit are added up, those that were quiet for longest first`() {
        let metrics = ConnectionMetrics(limit: 8)
        for number in 0..<8 { metrics.note(status: 200, of: client(UInt128(number))) }
        #expect(metrics.text().contains("lectern_connection_series_folded_total 0\n"))
        // The first is active again, so the second and third are the quietest.
        metrics.note(status: 200, of: client(0))
        metrics.note(status: 200, of: client(8))
        let text = metrics.text()
        #expect(text.contains("lectern_connection_series_folded_total 2\n"))
        #expect(text.contains("{tenant=\"other\",plugin=\"other\",outcome=\"succeeded\"} 2\n"))
        for number in [0, 3, 7, 8] { #expect(text.contains(labels(client(UInt128(number)))), "\(number)") }
        for number in [1, 2] { #expect(!text.contains(labels(client(UInt128(number)))), "\(number)") }
        for number in 0..<5000 { metrics.note(status: 200, of: client(UInt128(number))) }
        let series = metrics.text().split(separator: "\n").filter { $0.contains("outcome=\"succeeded\"") }
        #expect(series.count <= 9)
        // Nothing is lost.
        let sum = series.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
        #expect(sum == 10 + 5000)
    }

    @Test func `the smallest limit works`() {
        let metrics = ConnectionMetrics(limit: 1)
        for number in 0..<3 { metrics.note(status: 200, of: client(UInt128(number))) }
        #expect(metrics.text().contains("{\(labels(client(2))),outcome=\"succeeded\"} 1\n"))
        #expect(metrics.text().contains("{tenant=\"other\",plugin=\"other\",outcome=\"succeeded\"} 2\n"))
    }
}
