import LecternTesting
import StrictJSON
import Testing

extension ProductTests {
    @Test func `languages and addresses that are none are refused by the command line`() async throws {
        let name = try await TestDatabase.emptyName()
        let environment = try environment(name)
        #expect(try lectern(["migrate"], environment).status == 0)
        let create = ["tenant", "create", "acme", "--name", "Acme", "--language"]
        for language in ["klingon!!", "", "en_US"] {
            let outcome = try lectern(create + [language], environment)
            #expect(outcome.status != 0 && outcome.errors.contains("is no language tag"), "\(outcome.errors)")
        }
        #expect(try lectern(create + ["DE-ch"], environment).status == 0)
        #expect(try lectern(["tenant", "export", "acme"], environment).output.contains("\"de-CH\""))
        let user = ["user", "create", "--tenant", "acme", "--user-name", "ann", "--email"]
        for address in ["a@b", "not-an-address"] {
            let outcome = try lectern(user + [address], environment)
            #expect(outcome.status != 0 && outcome.errors.contains("name@company.example"), "\(outcome.errors)")
        }
        #expect(try lectern(user + ["ann@x.example"], environment).status == 0)
    }

    @Test func `a file of metadata that is missing is named`() async throws {
        let name = try await TestDatabase.emptyName()
        let environment = try environment(name)
        for command in [
            ["migrate"], ["tenant", "create", "acme", "--name", "Acme"],
            ["plugin", "create", "--tenant", "acme", "--kind", "saml", "--name", "Company"],
        ] { try #require(try lectern(command, environment).status == 0, "\(command)") }
        let place = ["--tenant", "acme", "--plugin", "Company"]
        let missing = try lectern(["saml", "import", "--metadata", "/nonexistent/idp.xml"] + place, environment)
        #expect(missing.status != 0 && missing.errors.contains("“/nonexistent/idp.xml” does not exist"))
        let show = ["plugin", "show", "--kind", "saml", "--tenant", "acme", "--name", "Company"]
        let shown = try lectern(show, environment)
        #expect(shown.output.contains("No identity provider is described yet."), "\(shown.output)")
        #expect(try lectern(["tenant", "export", "--help"], environment).output.contains("password hashes"))
    }

    @Test func `who gets no link or password by the command line, and why, is told`() async throws {
        let name = try await TestDatabase.emptyName()
        let environment = try environment(name)
        #expect(try lectern(["migrate"], environment).status == 0)
        #expect(
            try lectern(["tenant", "create", "acme", "--name", "A", "--plan", "enterprise"], environment).status == 0)
        let about = ["--tenant", "acme"]
        let create = ["user", "create", "--user-name", "ann", "--email", "ann@x.example"]
        #expect(try lectern(create + about, environment).status == 0)
        func refusals(_ user: String) throws -> [String] {
            try ["link", "password"].map { verb in
                let outcome = try lectern(["user", verb, user] + about, environment)
                #expect(outcome.status != 0)
                return outcome.errors
            }
        }
        #expect(try lectern(["user", "link", "ann"] + about, environment).status == 0)
        #expect(try lectern(["user", "suspend", "ann"] + about, environment).status == 0)
        for text in try refusals("ann") {
            #expect(text.contains("is suspended") && text.contains("lectern user resume --tenant acme"), "\(text)")
        }
        #expect(try lectern(["user", "resume", "ann"] + about, environment).status == 0)
        #expect(try lectern(["user", "link", "ann"] + about, environment).status == 0)
        for text in try refusals("nobody") { #expect(text.contains("There is no user “nobody”."), "\(text)") }

        let plugin = ["plugin", "create", "--kind", "scim", "--name", "Entra", "--json"]
        #expect(try lectern(plugin + about, environment).status == 0)
        let token = try lectern(["token", "create", "--plugin", "Entra", "--json"] + about, environment)
        let secret = token.json["secret_token"]?.stringValue ?? ""
        let server = try RunningServer(binary: Self.binary, environment: environment)
        #expect(try await server.isReady())
        let users = "http://127.0.0.1:\(server.port)/t/acme/scim/v2/Users"
        let left = #"{"userName": "left", "active": false}"#
        #expect(try await server.send("POST", users, token: secret, left).contains("201"))
        let leaving = try await server.send("POST", users, token: secret, #"{"userName": "deleted"}"#)
        let id = leaving.firstMatch(of: /"id":"([0-9a-f-]+)"/).map { String($0.output.1) } ?? ""
        #expect(try await server.send("DELETE", "\(users)/\(id)", token: secret).contains("204"))
        #expect(server.stop() == 0)
        for text in try refusals("left") { #expect(text.contains("was deactivated by Entra"), "\(text)") }
        for user in ["deleted", "DELETED", id] {
            for text in try refusals(user) { #expect(text.contains("was deleted"), "\(text)") }
        }
    }
}
