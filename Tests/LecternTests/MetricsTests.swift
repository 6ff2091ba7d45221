import Foundation
import LecternTesting
import StrictJSON
import Testing

/// The counters of connections as monitoring and operators see them.
@Suite(.serialized) struct MetricsTests {
    private let product = ProductTests()

    private static let runbook = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("deploy/RUNBOOK.md")

    /// The names in the section about alerts.
    private func metricsOfRunbook() throws -> Set<String> {
        let text = try String(contentsOf: Self.runbook, encoding: .utf8)
        let start = try #require(text.firstRange(of: "## What an alert means")).upperBound
        let end = try #require(text.firstRange(of: "## Common failures")).lowerBound
        return Set(text[start..<end].matches(of: /\blectern_[a-z_]+/).map { String($0.output) })
    }

    @Test func `the runbook's metrics, the log of a token and ignored attributes show what a provider did`()
        async throws
    {
        let name = try await TestDatabase.emptyName()
        let environment = try product.environment(name)
        try #require(try product.lectern(["migrate"], environment).status == 0)
        let lectern = { (arguments: [String]) in
            try product.lectern(arguments + ["--tenant", "acme", "--json"], environment).json
        }
        let tenant = try product.lectern(["tenant", "create", "acme", "--name", "Acme", "--json"], environment).json
        let plugin = try lectern(["plugin", "create", "--kind", "scim", "--name", "Entra"])
        let token = try lectern(["token", "create", "--plugin", "Entra", "--name", "First"])
        let text = try #require(token["secret_token"]?.stringValue)
        let id = try #require(token["token_id"]?.stringValue)
        let server = try RunningServer(binary: ProductTests.binary, environment: environment)
        defer { server.kill() }
        try #require(try await server.isReady())

        let users = "http://127.0.0.1:\(server.port)/t/acme/scim/v2/Users"
        let body =
            #"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a@x.example","shoeSize":"42"}"#
        #expect(try await server.send("POST", users, token: text, body).contains("201 Created"))
        #expect(try await server.send("POST", users, token: text, body).contains("409 Conflict"))
        #expect(try await server.send("POST", users, token: "lct_wrong", body).contains("401 Unauthorized"))
        let metrics = try await server.get("/metrics")
        for name in try metricsOfRunbook() {
            #expect(metrics.contains("\n\(name){") || metrics.contains("\n\(name) "), "\(name)")
        }
        #expect(try metricsOfRunbook().count > 5)
        let labels = try [tenant["tenant_id"], plugin["plugin_id"]].map { try #require($0?.stringValue) }
        let connection = "tenant=\"\(labels[0])\",plugin=\"\(labels[1])\""
        for line in [
            "requests_total{\(connection),outcome=\"succeeded\"} 1\n",
            "requests_total{\(connection),outcome=\"refused\"} 1\n",
            "requests_total{tenant=\"\(labels[0])\",plugin=\"none\",outcome=\"unauthenticated\"} 1\n",
            "users_total{\(connection),change=\"create\"} 1\n",
        ] {
            #expect(metrics.contains("lectern_connection_\(line)"), "\(line)")
        }

        // The log is written within a second.
        let log = { (token: String) in try lectern(["log", "--token", token]).arrayValue?.count }
        #expect(try await eventually { try log(id) == 2 })
        #expect(try log("first") == 2 && log(String(text.prefix(8))) == 2)
        _ = try lectern(["token", "create", "--plugin", "Entra", "--name", "Second"])
        #expect(try log("second") == 0)
        #expect(try product.lectern(["token", "revoke", "--tenant", "acme", id], environment).status == 0)
        #expect(try log(id) == 2)
        let unknown = try product.lectern(["log", "--tenant", "acme", "--token", "third"], environment)
        #expect(unknown.status != 0 && unknown.errors.contains("third"))
        let both = try product.lectern(["log", "--tenant", "acme", "--token", id, "--security"], environment)
        #expect(both.status != 0)

        let shown = { try lectern(["plugin", "show", "--name", "Entra"]) }
        #expect(try await eventually { try shown()["ignored_attributes"]?.arrayValue?.isEmpty == false })
        let ignored = try shown()["ignored_attributes"]?[0]
        #expect(ignored?["name"]?.stringValue?.contains("shoeSize") == true, "\(ignored ?? .null)")
        #expect(ignored?["last_at"]?.stringValue != nil)
        let words = try product.lectern(["plugin", "show", "--tenant", "acme", "--name", "Entra"], environment)
        #expect(words.status == 0 && words.output.contains("shoeSize"))
        // The state is the console's: its name and counts in JSON, its sentence in text.
        let state = try shown()
        #expect(state["state"] == "refusing" && state["state_counts"]?["refused"] == 1, "\(state)")
        #expect(words.output.contains("Refused in the last 24 hours and still unresolved: 1 of"), "\(words.output)")
        let step = try lectern(["log", "--token", id, "--refused"])[0]?["next_step"]?.stringValue
        #expect(step?.hasPrefix("Find the user or group that has this value already.") == true, "\(step ?? "")")
        #expect(server.stop() == 0)
    }
}
