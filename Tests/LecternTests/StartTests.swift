import Foundation
import LecternTesting
import Postgres
import StrictJSON
import Testing

/// The work of the server at its start and in the background, without a request that asks for it.
@Suite(.serialized) struct StartTests {
    private let product = ProductTests()

    private func migrated(_ more: [String: String] = [:]) async throws -> (name: String, environment: [String: String])
    {
        let name = try await TestDatabase.emptyName()
        let environment = try product.environment(name, more)
        try #require(try product.lectern(["migrate"], environment).status == 0)
        return (name, environment)
    }

    @Test func `the server waits for its database, says so, and refuses everything else meanwhile`() async throws {
        let (name, environment) = try await migrated()
        let (proxy, url) = try TestDatabase.proxied(name)
        defer { proxy.close() }
        proxy.freeze()
        let server = try RunningServer(
            binary: ProductTests.binary, environment: environment.merging(["DATABASE_URL": url]) { $1 })
        defer { server.kill() }
        #expect(try await eventually { try await server.get("/healthz").contains("200 OK") })
        #expect(try await eventually { try await server.get("/readyz").contains("cannot be reached") })
        let far = try await server.get("/readyz", header: "X-Forwarded-For: 203.0.113.7")
        #expect(far.contains("503") && !far.contains("127.0.0.1"))
        let scim = try await server.get("/t/acme/scim/v2/Users")
        #expect(scim.contains("503") && scim.lowercased().contains("retry-after:"))
        #expect(scim.contains("urn:ietf:params:scim:api:messages:2.0:Error"))
        proxy.thaw()
        #expect(try await server.isReady())
        #expect(try await server.get("/t/acme/scim/v2/Users").contains("401"))
        #expect(server.stop() == 0)
    }

    @Test func `a server that still waits for its database stops when it is told to`() async throws {
        let (_, environment) = try await migrated()
        let absent = environment.merging(["DATABASE_URL": "host=/nonexistent dbname=x"]) { $1 }
        let server = try RunningServer(binary: ProductTests.binary, environment: absent)
        #expect(try await eventually { try await server.get("/readyz").contains("/nonexistent") })
        #expect(server.stop() == 0)
    }

    /// The URL of a test database, with another user.
    private func url(_ database: String, user: String) throws -> String {
        var url = try URLComponents(string: TestDatabase.connectionString(database)) ?? URLComponents()
        (url.user, url.password) = (user, "hidden-word")
        url.queryItems = url.queryItems?.filter { $0.name != "user" && $0.name != "password" }
        return url.string ?? ""
    }

    @Test func `a login that the server refuses ends the start with one sentence`() async throws {
        let (name, environment) = try await migrated()
        for (change, words) in [
            (["DATABASE_URL": try url(name, user: "nobody_\(name)")], ["correct the user", "in DATABASE_URL"]),
            (
                ["DATABASE_URL": try TestDatabase.connectionString("missing_\(name)")],
                ["\"missing_\(name)\" does not exist", "correct its name in DATABASE_URL"]
            ),
            (["LECTERN_DATABASE_ROLE": "nobody_\(name)"], ["does not exist", "correct LECTERN_DATABASE_ROLE"]),
        ] as [([String: String], [String])] {
            let outcome = try product.lectern(["serve"], environment.merging(change) { $1 })
            #expect(outcome.status == 1, "\(change)")
            for word in words + ["refuses the login"] { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
            #expect(!(outcome.errors + outcome.output).contains("hidden-word"))
        }
    }

    @Test func `commands say what to correct when the server refuses the login`() async throws {
        let (name, environment) = try await migrated()
        let wrong = environment.merging(["DATABASE_URL": try url(name, user: "nobody_\(name)")]) { $1 }
        let list = try product.lectern(["tenant", "list"], wrong)
        #expect(list.status == 1)
        for (text, command) in [
            (list.errors, "tenant list"), (try product.lectern(["doctor"], wrong).output, "doctor"),
        ] {
            for words in ["refuses the login", "correct the user"] {
                #expect(text.contains(words), "\(command): \(text)")
            }
        }
    }

    @Test func `a server that cannot be reached is waited for, and ends the start when it refuses the login`()
        async throws
    {
        let (name, environment) = try await migrated()
        let (proxy, url) = try TestDatabase.proxied("missing_\(name)")
        defer { proxy.close() }
        proxy.freeze()
        let server = try RunningServer(
            binary: ProductTests.binary, environment: environment.merging(["DATABASE_URL": url]) { $1 })
        defer { server.kill() }
        #expect(try await eventually { try await server.get("/readyz").contains("cannot be reached") })
        proxy.thaw()
        #expect(try await eventually { server.hasEnded })
        #expect(server.stop() == 1 && server.outputSoFar().contains("refuses the login"))
    }

    @Test func `a login that is refused while the server runs is waited for`() async throws {
        let (name, environment) = try await migrated()
        let user = "login_\(name)"
        let superuser = Database(configuration: try TestDatabase.configuration(name), reactors: [Reactor()])
        defer { superuser.close() }
        let run = { (sql: String) in _ = try await superuser.write([PostgresQuery(unsafeSQL: sql)]) }
        try await run("create role \(user) login password 'hidden-word'")
        try await run("grant lectern_app to \(user)")
        let server = try RunningServer(
            binary: ProductTests.binary,
            environment: environment.merging(["DATABASE_URL": try url(name, user: user)]) { $1 })
        defer { server.kill() }
        #expect(try await server.isReady())
        try await run("alter role \(user) nologin")
        try await run("select pg_terminate_backend(pid) from pg_stat_activity where usename = '\(user)'")
        #expect(try await eventually { try await server.get("/readyz").contains("database unavailable") })
        try await run("alter role \(user) login")
        #expect(try await server.isReady())
        #expect(server.stop() == 0)
    }

    @Test func `an empty database that was given to the server gets no tenant, and the log no secret`() async throws {
        let (_, environment) = try await migrated()
        let server = try RunningServer(binary: ProductTests.binary, environment: environment)
        #expect(try await server.isReady())
        #expect(try product.lectern(["tenant", "list", "--json"], environment).json == [])
        #expect(!server.outputSoFar().contains("lct_") && !server.outputSoFar().contains("lpl_"))
        #expect(server.stop() == 0)
    }

    @Test func `an import whose process was killed is resumed though nobody opens a page`() async throws {
        let (name, environment) = try await migrated()
        let make = ["tenant", "create", "acme", "--name", "Acme", "--plan", "enterprise"]
        #expect(try product.lectern(make, environment).status == 0)
        let owner = ["user", "create", "--tenant", "acme", "--user-name", "o@x.example", "--email", "o@x.example"]
        #expect(try product.lectern(owner + ["--role", "owner"], environment).status == 0)
        let superuser = Database(configuration: try TestDatabase.configuration(name), reactors: [Reactor()])
        defer { superuser.close() }
        _ = try await superuser.write([
            """
            insert into app.user_imports
                (tenant_id, id, made_by, file_name, mode, trial, state, ignored_columns, row_count, claimed_until)
            select u.tenant_id, gen_random_uuid(), u.id, 'f.csv', 'create', false, 'running', '{}', 1,
                now() + interval '3 seconds'
            from app.users u
            """
        ])
        _ = try await superuser.write([
            """
            insert into app.user_import_rows (tenant_id, import_id, line, user_id, fields)
            select i.tenant_id, i.id, 2, gen_random_uuid(), jsonb_build_object('userName', 'new@x.example', 'email', 'new@x.example')
            from app.user_imports i
            """
        ])
        let server = try RunningServer(binary: ProductTests.binary, environment: environment)
        defer { server.kill() }
        #expect(try await server.isReady())
        let state: PostgresQuery = "select state from app.user_imports"
        #expect(try await eventually { try await superuser.read([state])[0][0].text(0) == "done" })
        #expect(try await superuser.read(["select count(*) from app.users"])[0][0].bigint(0) == 2)
    }
}
