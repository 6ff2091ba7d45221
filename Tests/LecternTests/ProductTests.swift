import Foundation
import LecternTesting
import StrictJSON
import Testing

/// The program as an operator uses it: its command line, and its server from start to stop.
@Suite(.serialized) struct ProductTests {
    static var binary: URL {
        Bundle.main.executableURL!.deletingLastPathComponent().appendingPathComponent("lectern")
    }

    func environment(_ database: String, _ more: [String: String] = [:]) throws -> [String: String] {
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("LECTERN_") }
        environment["DATABASE_URL"] = try TestDatabase.connectionString(database)
        environment["LECTERN_DATA_DIR"] = FileManager.default.temporaryDirectory.appendingPathComponent(database).path
        return environment.merging(more) { $1 }
    }

    func lectern(
        _ arguments: [String], _ environment: [String: String]
    ) throws -> ChildProcess.Outcome {
        try ChildProcess.run(Self.binary.path, arguments, environment: environment)
    }

    @Test func `an operator sets a tenant up by the command line`() async throws {
        let name = try await TestDatabase.emptyName()
        let environment = try environment(name, ["LECTERN_PUBLIC_URL": "https://lectern.example"])
        #expect(try lectern(["tenant", "list"], environment).status != 0)
        #expect(try lectern(["migrate"], environment).status == 0)
        #expect(try lectern(["migrate", "--json"], environment).json == ["applied": []])
        let tenant = try lectern(
            ["tenant", "create", "acme", "--name", "Acme", "--plan", "enterprise", "--json"], environment)
        #expect(tenant.json["slug"] == "acme" && tenant.json["url"] == "https://lectern.example/t/acme")
        #expect(try lectern(["tenant", "create", "acme", "--name", "Again"], environment).errors.contains("slug"))
        #expect(try lectern(["tenant", "create", "A!", "--name", "Bad"], environment).status != 0)
        let plugin = try lectern(
            ["plugin", "create", "--tenant", "acme", "--kind", "scim", "--name", "Entra", "--json"], environment)
        #expect(plugin.json["default_role"] == "trainee")
        let header = [
            "plugin", "create", "--tenant", "acme", "--kind", "scim", "--name", "H", "--json", "--token-header",
        ]
        #expect(try lectern(header + ["X-Api-Key"], environment).json["token_header"] == "x-api-key")
        #expect(try lectern(header + ["Cookie"], environment).errors.contains("Cookie"))
        let owner = [
            "plugin", "create", "--tenant", "acme", "--kind", "scim", "--name", "Bad", "--default-role", "owner",
        ]
        #expect(try lectern(owner, environment).errors.contains("owner"))
        let token = try lectern(["token", "create", "--tenant", "acme", "--plugin", "entra", "--json"], environment)
        #expect(token.json["tenant_url"] == "https://lectern.example/t/acme/scim/v2")
        #expect(token.json["secret_token"]?.stringValue?.hasPrefix("lct_") == true)
        let named = ["token", "create", "--tenant", "acme", "--plugin", "entra", "--json", "--name"]
        #expect(try lectern(named + ["Entra, production"], environment).json["name"] == "Entra, production")
        #expect(try lectern(named + [String(repeating: "x", count: 101)], environment).errors.contains("--name"))
        let id = token.json["token_id"]?.stringValue ?? ""
        #expect(try lectern(["token", "revoke", "--tenant", "acme", id], environment).status == 0)
        let list = try lectern(["token", "list", "--tenant", "acme", "--json"], environment)
        #expect(list.json[0]?["revoked_at"]?.stringValue != nil && !list.output.contains("secret"))
        #expect(list.json[1]?["name"] == "Entra, production" && list.json[1]?["created_by"] == "operator")
        #expect(list.json[0]?["name"] == "" && list.json[1]?["creator_has_left"] == false)
        try clientLifecycle(environment)
        let user = [
            "user", "create", "--tenant", "acme", "--user-name", "o@x", "--email", "o@x.example", "--role", "owner",
        ]
        #expect(try lectern(user, environment).status == 0)
        #expect(try lectern(user, environment).errors.contains("userName"))
        for (verb, status) in [("suspend", "suspended"), ("resume", "active")] {
            let outcome = try lectern(["tenant", verb, "acme", "--json"], environment)
            #expect(outcome.json["status"] == .string(status), "\(outcome)")
        }
        let export = try lectern(["tenant", "export", "acme"], environment).output
        #expect(export.hasPrefix("{\"table\":\"tenants\",\"row\":{"))
        for table in [
            "tenants", "tenant_slugs", "changes", "plugins", "scim_tokens", "oauth_clients", "client_secrets",
            "users", "user_emails", "user_roles",
        ] {
            #expect(export.contains("\"table\":\"\(table)\""), "\(table)")
        }
        #expect(try lectern(["tenant", "delete", "acme", "--confirm", "other"], environment).status != 0)
        #expect(try lectern(["tenant", "delete", "acme", "--confirm", "acme"], environment).status == 0)
        #expect(try lectern(["tenant", "list", "--json"], environment).json == [])
    }

    /// Clients of the token endpoint, from making one to revoking it.
    private func clientLifecycle(_ environment: [String: String]) throws {
        let make = ["client", "create", "--tenant", "acme", "--plugin", "entra", "--json"]
        let client = try lectern(make + ["--token-lifetime", "6h"], environment).json
        #expect(client["token_url"] == "https://lectern.example/t/acme/oauth2/token")
        #expect(client["tenant_url"] == "https://lectern.example/t/acme/scim/v2")
        #expect(client["client_secret"]?.stringValue?.hasPrefix("lcs_") == true)
        #expect(client["expires_at"]?.stringValue != nil)
        for wrong in [["--token-lifetime", "7h"], ["--expires-in", "never"], ["--expires-in", "x"]] {
            #expect(try lectern(make + wrong, environment).status != 0)
        }
        let id = client["client_id"]?.stringValue ?? ""
        let more = ["client", "secret", "create", "--tenant", "acme", "--client", id, "--json"]
        let second = try lectern(more + ["--name", "Second"], environment).json["secret_id"]?.stringValue ?? ""
        let trust = ["client", "federate", "--tenant", "acme", "--client", id, "--issuer", "https://issuer.example"]
        let whom = ["--subject", "s", "--audience", "a", "--jwks-url"]
        #expect(try lectern(trust + whom + ["https://issuer.example/keys"], environment).status == 0)
        #expect(try lectern(trust + whom + ["https://10.0.0.1/keys"], environment).errors.contains("--jwks-url"))
        let end = ["client", "secret", "revoke", "--tenant", "acme", second]
        #expect(try lectern(end, environment).status == 0)
        #expect(try lectern(["client", "revoke", "--tenant", "acme", id], environment).status == 0)
        #expect(try lectern(more, environment).errors.contains("no such"))
        let clients = try lectern(["client", "list", "--tenant", "acme", "--json"], environment).json
        #expect(clients[0]?["revoked_at"]?.stringValue != nil && clients[0]?["token_seconds"] == 21_600)
        let secrets = try lectern(["client", "secret", "list", "--tenant", "acme", "--json"], environment)
        #expect(secrets.json.arrayValue?.count == 2 && !secrets.output.contains("client_secret"))
        #expect(secrets.json[1]?["name"] == "Second" && secrets.json[1]?["created_by"] == "operator")
        #expect(secrets.json[1]?["last_used_at"] == .null)
    }

    @Test func `the doctor tells health from sickness`() async throws {
        let name = try await TestDatabase.emptyName()
        let environment = try environment(name)
        #expect(try lectern(["doctor"], environment).status != 0)
        #expect(try lectern(["migrate"], environment).status == 0)
        let server = try RunningServer(binary: Self.binary, environment: environment)
        #expect(try await server.isReady())
        #expect(server.stop() == 0)
        let healthy = try lectern(["doctor"], environment)
        #expect(healthy.status == 0, "\(healthy.output)")
        let keyless = environment.merging(["LECTERN_SECRET_KEY_FILE": "/nonexistent/key"]) { $1 }
        #expect(try lectern(["doctor"], keyless).output.contains("FAIL"))
    }

    @Test func `what cannot work is one sentence and a status that is not 0`() async throws {
        let name = try await TestDatabase.emptyName()
        let good = try environment(name)
        let blocker = try RunningServer.listenOnFreePort()
        let badKey = FileManager.default.temporaryDirectory.appendingPathComponent("key-\(name)")
        try Data("no key".utf8).write(to: badKey)
        #expect(try lectern(["serve"], good).errors.contains("lectern migrate"))
        #expect(try lectern(["migrate"], good).status == 0)
        for (change, sentence) in [
            (["DATABASE_URL": ""], "DATABASE_URL"),
            (["DATABASE_URL": "nonsense"], "cannot be read"), (["LECTERN_HTTP_PORT": "x"], "LECTERN_HTTP_PORT"),
            (["LECTERN_HTTP_PORT": "\(blocker.port)"], "in use"), (["LECTERN_SECRET_KEY_FILE": badKey.path], "base64"),
            (["LECTERN_DATABASE_ROLE": "postgres"], "row-level security"),
            (["LECTERN_LIMIT_BODY_BYTES": "0"], "LECTERN_LIMIT_BODY_BYTES"),
        ] {
            let outcome = try lectern(["serve"], good.merging(change) { $1 })
            #expect(outcome.status != 0 && outcome.errors.contains(sentence), "\(change): \(outcome.errors)")
        }
        withExtendedLifetime(blocker) {}
    }

    @Test func `a database that was set up with another key is not served`() async throws {
        let name = try await TestDatabase.emptyName()
        let environment = try environment(name)
        #expect(try lectern(["migrate"], environment).status == 0)
        let server = try RunningServer(binary: Self.binary, environment: environment)
        #expect(try await server.isReady())
        #expect(server.stop() == 0)
        let other = FileManager.default.temporaryDirectory.appendingPathComponent("other-\(name)")
        let outcome = try lectern(["serve"], environment.merging(["LECTERN_SECRET_KEY_FILE": other.path]) { $1 })
        #expect(outcome.status != 0 && outcome.errors.contains("not the one"), "\(outcome.errors)")
    }

    @Test func `a first start that is asked to makes a demo tenant whose curl line works, the second prints nothing`()
        async throws
    {
        let name = try await TestDatabase.emptyName()
        let environment = try environment(name, ["LECTERN_DEMO": "on"])
        #expect(try lectern(["migrate"], environment).status == 0)
        let first = try RunningServer(binary: Self.binary, environment: environment)
        #expect(try await first.isReady())
        let greeting = first.outputSoFar()
        for line in ["Console", "Sign in", "Tenant URL", "Secret Token", "curl"] { #expect(greeting.contains(line)) }
        let curl = try #require(greeting.split(separator: "\n").first { $0.contains("curl -H") })
        let answer = try ChildProcess.run(
            "/bin/sh", ["-c", String(curl)], environment: ProcessInfo.processInfo.environment
        ).output
        #expect(answer.contains("\"totalResults\":1"), "\(answer)")
        #expect(try await first.get("/healthz").contains("200 OK"))
        #expect(try await first.get("/metrics").contains("lectern_http_requests_total"))
        #expect(try await first.get("/metrics", header: "X-Forwarded-For: 203.0.113.7").contains("403"))
        #expect(try await first.get("/nowhere").contains("404"))
        #expect(first.stop() == 0)
        let second = try RunningServer(binary: Self.binary, environment: environment)
        #expect(try await second.isReady())
        #expect(!second.outputSoFar().contains("Secret Token"))
        second.kill()
    }
}

extension ChildProcess.Outcome {
    var json: JSON { (try? JSON.parse(output.trimmingCharacters(in: .whitespacesAndNewlines))) ?? .null }
}
