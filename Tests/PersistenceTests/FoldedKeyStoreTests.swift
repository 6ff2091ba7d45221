import Domain
import LecternTesting
import Postgres
import StrictJSON
import Testing

@testable import Persistence

struct FoldedKeyStoreTests {
    let test: TestDatabase
    let tenant: Tenant

    init() async throws {
        test = try await TestDatabase.shared()
        tenant = try await test.makeTenant()
    }

    private var scope: TenantScope { TenantScope(tenant: tenant.id, admission: .operator) }
    private var keys: FoldedKeyStore { FoldedKeyStore(test.tenantDatabase) }

    /// Writes a user as a version of the program did that folded in another way.
    private func insert(_ name: String, key: String, email: String? = nil, isDeleted: Bool = false) async throws
        -> UserID
    {
        let id = UserID(rawValue: TestDatabase.identifiers.next())
        _ = try await test.superuser.write([
            """
            insert into app.users (tenant_id, id, user_name, user_name_key, attributes, change_id, deleted_at)
            values (\(tenant.id), \(id), \(name), \(key),
                jsonb_build_object('userName', \(name)::text, 'active', true,
                    'emails', jsonb_build_array(jsonb_build_object('value', \(email ?? name)::text))),
                gen_random_uuid(), case when \(isDeleted) then now() end)
            """,
            """
            insert into app.user_emails (tenant_id, user_id, address_key) values (\(tenant.id), \(id), \(key))
            """,
        ])
        return id
    }

    private func found(_ name: String) async throws -> [UserID] {
        try await test.users.users(
            matching: .comparison(.userName, .equal, .text(name, caseExact: false)), order: ListOrder(key: nil),
            page: PageRequest(start: .offset(0), limit: 10), in: scope
        ).elements.map(\.id)
    }

    @Test func `names and addresses that were folded otherwise are found after their keys are brought up to date`()
        async throws
    {
        let nikos = try await insert("νίκος@x.example", key: "νίκος@x.example")
        _ = try await insert("plain@x.example", key: "plain@x.example")
        _ = try await insert("r²", key: "r2", isDeleted: true)
        #expect(try await found("ΝΊΚΟΣ@x.example") == [])
        // A user, a deleted one, an address out and in, and a word of each user to be searched by.
        #expect(try await keys.bringUpToDate(in: scope).updated == 7)
        #expect(try await found("ΝΊΚΟΣ@x.example") == [nikos])
        let byAddress = try await test.users.users(
            matching: .comparison(.email, .equal, .text("ΝΊΚΟΣ@X.example", caseExact: false)),
            order: ListOrder(key: nil),
            page: PageRequest(start: .offset(0), limit: 10), in: scope)
        #expect(byAddress.elements.map(\.id) == [nikos])
        #expect(try await keys.bringUpToDate(in: scope) == FoldedKeyStore.Outcome())
    }

    @Test func `of two whose names are one the later is reported, and both go on working`() async throws {
        let first = try await insert("ΝΊΚΟΣ", key: "νίκοσ")
        let second = try await insert("νίκος", key: "νίκος")
        let outcome = try await keys.bringUpToDate(in: scope)
        #expect(outcome.colliding == [second.rawValue])
        #expect(try await found("νίκος") == [first])
        let user = try await test.users.user(second, in: scope)
        var document = try user.profile.attributes()
        document["active"] = false
        let disabled = try await test.users.update(
            user, to: try UserAttributes(of: document),
            change: TestDatabase.change(.disable, .user(second)), in: scope)
        #expect(disabled != nil)
    }

    @Test func `a key that another row gives up is taken`() async throws {
        let formula = try await insert("R²", key: "r2")
        let plain = try await insert("Ｒ２", key: "ｒ２")
        #expect(try await keys.bringUpToDate(in: scope).colliding == [])
        #expect(try await found("r2") == [plain])
        #expect(try await found("r²") == [formula])
    }
}
