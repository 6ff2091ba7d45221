@testable import Domain
import LecternTesting
import Postgres
import StrictJSON
import Testing

@testable import Persistence

/// The program cuts what is searched for into words as PostgreSQL cuts names.
struct UserSearchTests {
    @Test(arguments: [
        "Anna Müller-Lüdenscheid", "O’Neill, Seán (Sales)", "ΝΊΚΟΣ  Παπαδόπουλος", "名前・姓", "E-00042/b", "a.b_c+d", "  ",
        "Ｋｅｎ　Ｓａｔｏ", "x\u{2003}y\u{A0}z", "“quoted”", "1ª",
    ])
    func `text is cut into the same words by the program and by PostgreSQL`(text: String) async throws {
        let document = JSON.object(["displayName": .string(text)]).utf8
        let query: PostgresQuery = """
            select w.word from unnest(app.search_words(\(.jsonb(document)))) w(word) where w.word <> ''
            """
        let rows = try await TestDatabase.shared().app.read([.beginReadOnly, query, .commit])[1]
        let words = try rows.map { row throws(PostgresError) in try row.text(0) }
        #expect(UserSearch.words(text) == words)
    }

    @Test func `what has an @ in it is one word, and a few words are enough`() {
        #expect(UserSearch.words("Anna anna@X.example") == ["anna", "anna@x.example"])
        #expect(UserSearch.words("@example") == ["example"])
        #expect(UserSearch.words(String(repeating: "a ", count: 50)).count == 8)
        #expect(UserSearch.words(String(repeating: "a", count: 500)) == [String(repeating: "a", count: 100)])
        #expect(UserSearch.predicate(" ., ") == .constant(false))
    }

    @Test func `users whom the version before this one wrote get their words`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        let id = UserID(rawValue: TestDatabase.identifiers.next())
        _ = try await test.superuser.write([
            """
            insert into app.users (tenant_id, id, user_name, user_name_key, attributes, change_id)
            values (\(tenant.id), \(id), 'old', 'old', '{"userName": "old", "name": {"familyName": "Kowalski"}}',
                gen_random_uuid())
            """
        ])
        let scope = TenantScope(tenant: tenant.id, admission: .operator)
        #expect(try await FoldedKeyStore(test.tenantDatabase).bringUpToDate(in: scope).updated == 2)
        let found = try await test.users.users(
            matching: UserSearch.predicate("kowal"), order: ListOrder(), page: PageRequest(offset: 0, limit: 5),
            in: scope)
        #expect(found.elements.map(\.id) == [id])
        #expect(try await FoldedKeyStore(test.tenantDatabase).bringUpToDate(in: scope).updated == 0)
    }
}
