import Foundation
import LecternTesting
import Postgres
import StrictJSON
import Testing

/// Exchanging the key of secrets at rest.
@Suite(.serialized) struct KeyTests {
    private let product = ProductTests()

    @Test func `a key is exchanged step by step, and what it has sealed is sealed with the new one`() async throws {
        let name = try await TestDatabase.emptyName()
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("key-\(name)")
        let environment = try product.environment(name, ["LECTERN_SECRET_KEY_FILE": file.path])
        let run = { (arguments: [String]) in try product.lectern(arguments, environment) }
        for arguments in [
            ["migrate"], ["tenant", "create", "acme", "--name", "Acme", "--plan", "enterprise"],
            ["plugin", "create", "--tenant", "acme", "--kind", "saml", "--name", "Company"],
            ["saml", "rotate-key", "--tenant", "acme", "--plugin", "Company"],
        ] {
            let outcome = try run(arguments)
            try #require(outcome.status == 0, "\(outcome)")
        }
        let database = Database(configuration: try TestDatabase.configuration(name), reactors: [Reactor()])
        defer { database.close() }
        let sealed: PostgresQuery = "select sealed_key from app.saml_keys"
        let before = try await database.read([sealed])[0][0].text(0)
        let former = try Data(contentsOf: file)

        #expect(try run(["key", "rotate"]).errors.contains("key add"))
        #expect(try run(["key", "add"]).status == 0)
        #expect(try run(["key", "add"]).errors.contains("under way"))
        #expect(try run(["key", "show", "--json"]).json.arrayValue?.count == 2)
        #expect(try run(["key", "use"]).status == 0)
        #expect(try run(["key", "use"]).errors.contains("key rotate"))
        #expect(try run(["key", "remove"]).errors.contains("key rotate"))
        #expect(try await database.read([sealed])[0][0].text(0) == before)
        #expect(try run(["key", "rotate", "--json"]).json["resealed"] == 1)
        #expect(try await database.read([sealed])[0][0].text(0) != before)
        #expect(try run(["key", "rotate", "--json"]).json["resealed"] == 0)
        #expect(try run(["key", "remove"]).status == 0)
        #expect(try run(["doctor"]).status == 0)
        #expect(try run(["key", "show", "--json"]).json.arrayValue?.count == 1)
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)

        try former.write(to: file)
        #expect(try run(["doctor"]).status != 0)
    }

    @Test func `a rotation ends with nothing changed when neither key opens a secret`() async throws {
        let name = try await TestDatabase.emptyName()
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("key-\(name)")
        let environment = try product.environment(name, ["LECTERN_SECRET_KEY_FILE": file.path])
        for arguments in [
            ["migrate"], ["tenant", "create", "acme", "--name", "Acme", "--plan", "enterprise"],
            ["plugin", "create", "--tenant", "acme", "--kind", "saml", "--name", "Company"],
            ["saml", "rotate-key", "--tenant", "acme", "--plugin", "Company"], ["key", "add"], ["key", "use"],
        ] { try #require(try product.lectern(arguments, environment).status == 0) }
        let database = Database(configuration: try TestDatabase.configuration(name), reactors: [Reactor()])
        defer { database.close() }
        _ = try await database.write(["update app.saml_keys set sealed_key = 'x' || sealed_key"])
        #expect(try product.lectern(["key", "rotate"], environment).errors.contains("neither key"))
        #expect(try product.lectern(["key", "remove"], environment).status != 0)
        #expect(try product.lectern(["key", "show", "--json"], environment).json.arrayValue?.count == 2)
    }
}
