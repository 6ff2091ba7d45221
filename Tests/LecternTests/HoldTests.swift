import Foundation
import LecternTesting
import Postgres
import StrictJSON
import Testing

/// A database that was restored or copied answers requests, and nothing happens by itself until an operator says so.
@Suite(.serialized) struct HoldTests {
    private let product = ProductTests()

    private func superuser(_ name: String) throws -> Database {
        Database(configuration: try TestDatabase.configuration(name), reactors: [Reactor()])
    }

    /// A database that has been served: a tenant with an owner.
    private func served() async throws -> (name: String, environment: [String: String]) {
        let name = try await TestDatabase.emptyName()
        let environment = try product.environment(name)
        let key = FileManager.default.temporaryDirectory.appendingPathComponent("key-\(name)").path
        let complete = environment.merging(["LECTERN_SECRET_KEY_FILE": key]) { $1 }
        for arguments in [
            ["migrate"], ["tenant", "create", "acme", "--name", "Acme", "--plan", "enterprise"],
            ["user", "create", "--tenant", "acme", "--user-name", "o@x.example", "--email", "o@x.example"]
                + ["--role", "owner"],
        ] { try #require(try product.lectern(arguments, complete).status == 0) }
        try await serve(name, complete)
        return (name, complete)
    }

    /// Serves it until that has been noted.
    private func serve(_ name: String, _ environment: [String: String]) async throws {
        let server = try RunningServer(binary: ProductTests.binary, environment: environment)
        try #require(try await server.isReady())
        let database = try superuser(name)
        let noted: PostgresQuery = "select count(*) from app.installation where name = 'served'"
        #expect(try await eventually { try await database.read([noted])[0][0].bigint(0) == 1 })
        database.close()
        #expect(server.stop() == 0)
    }

    private func copy(of name: String) async throws -> String {
        let copy = "\(name)_copy"
        let server = try superuser("postgres")
        defer { server.close() }
        // Sessions that have just ended may still be seen.
        let create = PostgresQuery(unsafeSQL: "create database \(copy) template \(name)")
        try #require(try await eventually { (try? await server.write([create])) != nil })
        return copy
    }

    @Test func `a copied database sends no mail and resumes no import until it is told to`() async throws {
        let (name, environment) = try await served()
        let copy = try await copy(of: name)
        let database = try superuser(copy)
        defer { database.close() }
        _ = try await database.write([
            "insert into app.mails (tenant_id, kind, user_id) select tenant_id, 'invitation', id from app.users"
        ])
        _ = try await database.write([
            """
            insert into app.user_imports
                (tenant_id, id, made_by, file_name, mode, trial, state, ignored_columns, row_count)
            select tenant_id, gen_random_uuid(), id, 'f.csv', 'create', false, 'running', '{}', 0 from app.users
            """
        ])
        let mailServer = try FreezableProxy(to: nil)
        defer { mailServer.close() }
        let ours = [
            "DATABASE_URL": try TestDatabase.connectionString(copy), "LECTERN_MAIL_FROM": "lectern@x.example",
            "LECTERN_MAIL_URL": "smtp://127.0.0.1:\(mailServer.port)",
        ]
        let copied = environment.merging(ours) { $1 }
        let server = try RunningServer(binary: ProductTests.binary, environment: copied)
        defer { server.kill() }
        #expect(try await server.isReady())
        #expect(try await server.get("/metrics").contains("lectern_held 1"))
        let doctor = try product.lectern(["doctor"], copied)
        #expect(doctor.status != 0 && doctor.output.contains("lectern resume"), "\(doctor.output)")
        #expect(try product.lectern(["resume"], copied).errors.contains("1 mails wait"))
        let state: PostgresQuery = "select state from app.user_imports"
        #expect(try await database.read([state])[0][0].text(0) == "running")
        #expect(mailServer.connections == 0)

        let resumed = try product.lectern(["resume", "--send-mail", "--json"], copied)
        #expect(resumed.json["was_held"] == true, "\(resumed)")
        #expect(try await eventually { try await server.get("/metrics").contains("lectern_held 0") })
        #expect(try await eventually { mailServer.connections > 0 })
        #expect(try await eventually { try await database.read([state])[0][0].text(0) == "done" })
        #expect(try product.lectern(["resume", "--json"], copied).json["was_held"] == false)
    }

    @Test func `mail that waits in a copied database can be given up`() async throws {
        let (name, environment) = try await served()
        let copy = try await copy(of: name)
        let database = try superuser(copy)
        defer { database.close() }
        _ = try await database.write([
            "insert into app.mails (tenant_id, kind, user_id) select tenant_id, 'invitation', id from app.users"
        ])
        let copied = environment.merging(["DATABASE_URL": try TestDatabase.connectionString(copy)]) { $1 }
        let resumed = try product.lectern(["resume", "--discard-mail", "--json"], copied)
        #expect(resumed.json["mails_discarded"] == 1, "\(resumed)")
        #expect(try await database.read(["select state from app.mails"])[0][0].text(0) == "failed")
        #expect(try product.lectern(["doctor"], copied).output.contains("ok    place"))
    }

    @Test func `a database is served again without a question, and an older state of it is not`() async throws {
        let (name, environment) = try await served()
        #expect(try product.lectern(["doctor"], environment).status == 0)
        let database = try superuser(name)
        defer { database.close() }
        _ = try await database.write([
            "update app.installation set value = (value::bigint - 1000)::text where name = 'served'"
        ])
        let doctor = try product.lectern(["doctor"], environment)
        #expect(doctor.status != 0 && doctor.output.contains("older"), "\(doctor.output)")
        #expect(try product.lectern(["resume"], environment).status == 0)
        #expect(try product.lectern(["doctor"], environment).status == 0)
    }
}
