import Foundation
import LecternTesting
import StrictJSON
import Testing

extension ProductTests {
    @Test func `an identity provider asks for a user, and the operator decides by the command line`() async throws {
        let name = try await TestDatabase.emptyName()
        let environment = try environment(name)
        #expect(try lectern(["migrate"], environment).status == 0)
        #expect(
            try lectern(["tenant", "create", "acme", "--name", "A", "--plan", "enterprise"], environment).status == 0)
        #expect(
            try lectern(["tenant", "create", "other", "--name", "O", "--plan", "enterprise"], environment).status == 0)
        let make = ["plugin", "create", "--tenant", "acme", "--kind", "scim", "--json", "--name"]
        #expect(try lectern(make + ["Entra"], environment).json["active_provider"] == true)
        let okta = try lectern(make + ["Okta", "--matching", "review"], environment)
        #expect(okta.json["active_provider"] == false && okta.json["matching"] == "review")
        #expect(try lectern(make + ["Bad", "--matching", "x"], environment).errors.contains("link, refuse, review"))
        let token = ["token", "create", "--tenant", "acme", "--plugin", "Okta", "--json"]
        let secret = try lectern(token, environment).json["secret_token"]?.stringValue ?? ""
        let user = ["user", "create", "--tenant", "acme", "--user-name", "a@x", "--email", "a@x.example", "--json"]
        let id = try lectern(user, environment).json["user_id"]?.stringValue ?? ""

        let server = try RunningServer(binary: Self.binary, environment: environment)
        #expect(try await server.isReady())
        let address = "http://127.0.0.1:\(server.port)/t/acme/scim/v2/Users/\(id)"
        let patch = """
            {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
             "Operations": [{"op": "replace", "path": "title", "value": "Boss"}]}
            """
        #expect(try await server.send("PATCH", address, token: secret, patch).contains("asked to approve the link"))

        let list = ["review", "list", "--tenant", "acme", "--json"]
        #expect(try lectern(list, environment).json[0]?["user_name"] == "a@x")
        #expect(try lectern(list + ["--plugin", "Entra"], environment).json == [])
        #expect(try lectern(["review", "list", "--tenant", "other", "--json"], environment).json == [])
        #expect(try lectern(["review", "list", "--tenant", "other"], environment).output.contains("No connection"))
        let about = ["--tenant", "acme", "--plugin", "okta", "--json", "--user"]
        let refused = try lectern(["review", "refuse"] + about + ["A@X"], environment)
        #expect(refused.json["decision"] == "refused" && refused.json["user_id"] == .string(id))
        #expect(try lectern(["review", "refuse"] + about + [id], environment).output.contains("nothing to do"))
        #expect(try await server.send("PATCH", address, token: secret, patch).contains("has refused the link"))
        #expect(try lectern(["review", "approve"] + about + [id], environment).json["decision"] == "approved")
        #expect(try lectern(["review", "approve"] + about + [id], environment).output.contains("nothing to do"))
        #expect(try lectern(["review", "refuse"] + about + [id], environment).errors.contains("already"))
        #expect(try lectern(["review", "approve"] + about + ["gone@x"], environment).errors.contains("no user"))
        let stranger = ["--tenant", "acme", "--plugin", "Entra", "--user", id]
        #expect(try lectern(["review", "approve"] + stranger, environment).errors.contains("has not asked"))
        #expect(try await server.send("PATCH", address, token: secret, patch).contains("200 OK"))
        #expect(server.stop() == 0)

        let update = ["plugin", "update", "--tenant", "acme", "--json", "--name"]
        let active = try lectern(update + ["Okta", "--matching", "link", "--active-provider"], environment)
        #expect(active.json["active_provider"] == true && active.json["matching"] == "link")
        let plugins = try lectern(["plugin", "list", "--tenant", "acme", "--json"], environment).json.arrayValue ?? []
        #expect(plugins.filter { $0["active_provider"] == true }.map { $0["name"] } == ["Okta"])
        #expect(try lectern(["plugin", "list", "--tenant", "acme"], environment).output.contains("active_provider"))
        #expect(try lectern(["tenant", "export", "acme"], environment).output.contains("\"table\":\"link_reviews\""))
    }
}
