import LecternTesting
import Persistence
import Postgres
import Testing

struct SessionCheckTests {
    @Test func `sessions as the client opens them differ in nothing`() async throws {
        #expect(try await SessionCheck(TestDatabase.shared().app).differences() == [])
    }

    @Test func `a setting that was lost on the way is named`() async throws {
        let database = try await TestDatabase.empty()
        // A pooler that resets sessions leaves them with the defaults of the role.
        _ = try await database.read([PostgresQuery(unsafeSQL: "set jit = on")])
        let differences = try await SessionCheck(database).differences()
        #expect(differences.map(\.name) == ["jit"])
        #expect(differences.first?.found == "on")
        #expect(differences.first?.wanted == "off")
        database.close()
    }
}
