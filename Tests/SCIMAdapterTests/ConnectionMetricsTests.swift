import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

/// The counters of a connection, by requests of its identity provider.
struct ConnectionMetricsTests {
    private func count(_ scim: SCIMClient, _ label: String, plugin: String? = nil) -> String? {
        let labels = "{tenant=\"\(scim.tenant.id)\",plugin=\"\(plugin ?? scim.client.plugin.description)\",\(label)} "
        let line = scim.metrics.text().split(separator: "\n").first { $0.contains(labels) }
        return line?.split(separator: " ").last.map(String.init)
    }

    @Test func `users who are created, disabled and deleted are counted when that has happened`() async throws {
        let scim = try await SCIMClient()
        let ann = await scim.createUser("ann@x.example")
        let bea = await scim.createUser("bea@x.example")
        _ = await scim.createUser("bea@x.example")
        for _ in 0..<2 {
            _ = await scim.patch("/Users/\(ann.id)", ["op": "replace", "path": "active", "value": false])
        }
        _ = await scim.patch("/Users/\(bea.id)", ["op": "replace", "path": "title", "value": "Baker"])
        for _ in 0..<2 { _ = await scim.send(.delete, "/Users/\(bea.id)") }
        #expect(count(scim, "change=\"create\"") == "2")
        #expect(count(scim, "change=\"disable\"") == "1")
        #expect(count(scim, "change=\"delete\"") == "1")
        // The second creation and the second deletion were refused.
        #expect(count(scim, "outcome=\"refused\"") == "2")
        #expect(count(scim, "outcome=\"succeeded\"") == "6")
    }

    @Test func `operations of a bulk count as changes, the bulk as one request`() async throws {
        let scim = try await SCIMClient()
        let operation = { (name: JSON) -> JSON in
            [
                "method": "POST", "path": "/Users", "bulkId": name,
                "data": ["schemas": [.string(SCIMClient.user)], "userName": name],
            ]
        }
        _ = await scim.send(
            .post, "/Bulk",
            [
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                "Operations": [operation("a@x"), operation("b@x")],
            ])
        #expect(count(scim, "change=\"create\"") == "2" && count(scim, "outcome=\"succeeded\"") == "1")
    }

    @Test func `a token that lets nobody in counts for its connection, or for none`() async throws {
        let scim = try await SCIMClient()
        #expect(await scim.send(.get, "/Users").status == 200)
        for token in ["lct_mistyped", "something else", nil] {
            #expect(await scim.send(.get, "/Users", token: token).status == 401)
        }
        #expect(count(scim, "outcome=\"unauthenticated\"") == "0")
        #expect(count(scim, "outcome=\"unauthenticated\"", plugin: "none") == "3")
        try await scim.test.integration.revoke(
            scim.client.token, change: TestDatabase.change(.revoke, .token(scim.client.token)),
            in: TenantScope(tenant: scim.tenant.id, admission: .operator))
        for _ in 0..<3 { #expect(await scim.send(.get, "/Users").status == 401) }
        // Also the first, which was admitted by what the process remembered.
        #expect(count(scim, "outcome=\"unauthenticated\"") == "3")
        #expect(count(scim, "outcome=\"succeeded\"") == "1")
    }

    @Test func `requests beyond the rate count as throttled`() async throws {
        let scim = try await SCIMClient(rate: RequestRate(perSecond: 1, burst: 1), environment: .stopped)
        #expect(await scim.send(.get, "/Users").status == 200)
        for _ in 0..<2 { #expect(await scim.send(.get, "/Users").status == 429) }
        #expect(count(scim, "outcome=\"throttled\"") == "2" && count(scim, "outcome=\"refused\"") == "0")
    }
}

extension Edge.Environment {
    /// Its clock stands still.
    fileprivate static var stopped: Self {
        var environment = system
        let now = environment.now()
        environment.now = { now }
        return environment
    }
}
