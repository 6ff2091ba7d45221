import Domain
import LecternTesting
import Persistence
import StrictJSON
import Testing

/// The facts about a secret other than the secret itself.
struct SecretStoreTests {
    let test: TestDatabase
    let tenant: Tenant
    let scope: TenantScope
    let plugin: Plugin

    init() async throws {
        test = try await TestDatabase.shared()
        tenant = try await test.makeTenant()
        scope = TenantScope(tenant: tenant.id, admission: .operator)
        let client = try await test.makeClient(of: tenant, tokenDigest: TokenDigest(bytes: Self.bytes()))
        plugin = try #require(try await test.integration.plugins(in: scope).first { $0.id == client.plugin })
    }

    private static func bytes() -> [UInt8] { (0..<32).map { _ in UInt8.random(in: 0...255) } }

    private func make(_ name: String, by actor: ChangeOrigin.Actor) async throws -> TokenID {
        try await IntegrationChanges(
            integration: test.integration, identifiers: TestDatabase.identifiers,
            origin: ChangeOrigin(actor: actor, requestID: "r")
        ).createToken(
            of: plugin, named: try #require(SecretName(name)), digest: TokenDigest(bytes: Self.bytes()),
            prefix: "lct_", expiresAt: nil, now: Timestamp(microseconds: 0), in: scope
        ).id
    }

    private func token(_ id: TokenID, in scope: TenantScope? = nil) async throws -> Token? {
        try await test.integration.tokens(in: scope ?? self.scope).first { $0.id == id }
    }

    private func makeUser(_ name: String) async throws -> UserID {
        try await UserChanges(users: test.users, identifiers: TestDatabase.identifiers, source: nil).create(
            .named(name), role: .admin, origin: ChangeOrigin(actor: .operator, requestID: "r"), in: scope
        ).id
    }

    @Test func `a token has its name, and who made it is known until they have left and after`() async throws {
        let ann = try await makeUser("ann@x.example")
        let id = try await make("Entra, production", by: .admin(ann))
        #expect(try await token(id)?.name == SecretName("Entra, production"))
        #expect(try await token(id)?.maker == .admin(name: "ann@x.example", hasLeft: false))
        _ = try await UserChanges(users: test.users, identifiers: TestDatabase.identifiers, source: nil).delete(
            ann, version: nil, origin: ChangeOrigin(actor: .operator, requestID: "r"), in: scope)
        guard case .admin(_, hasLeft: true) = try await token(id)?.maker else {
            Issue.record("ann has left")
            return
        }
        #expect(try await token(id)?.revokedAt == nil)
        let other = try await test.makeTenant()
        #expect(try await token(id, in: TenantScope(tenant: other.id, admission: .operator)) == nil)
    }

    @Test func `what the operator made is the operator's, and needs no name`() async throws {
        let id = try await make("", by: .operator)
        #expect(try await token(id)?.maker == .operator)
        #expect(try await token(id)?.name.isEmpty == true)
        // An admin whom nothing is left of.
        let gone = try await make("", by: .admin(UserID(rawValue: TestDatabase.identifiers.next())))
        #expect(try await token(gone)?.maker == .admin(name: nil, hasLeft: true))
    }

    @Test func `the change log says what a secret was called`() async throws {
        let id = try await make("Okta", by: .operator)
        let history = try await test.history.history(of: id, before: nil, limit: 9, in: scope)
        #expect(history.count == 1 && history[0].difference["name"]?[1]?.stringValue == "Okta")
        let unnamed = try await make("", by: .operator)
        let other = try await test.history.history(of: unnamed, before: nil, limit: 9, in: scope)
        #expect(other[0].difference["name"] == nil && other[0].difference["expiresAt"] != nil)
    }

    @Test func `a sealed secret that has been exchanged meanwhile is left alone`() async throws {
        let site = try await ChangeRowSite()
        try await site.addKey(.current, to: try await site.samlConnection())
        let store = SealedSecretStore(test.tenantDatabase)
        let read = try #require(try await store.samlKeys(in: site.tenant.id).first)
        try await store.replace(read, with: "exchanged", in: site.tenant.id)
        try await store.replace(read, with: "late", in: site.tenant.id)
        #expect(try await store.samlKeys(in: site.tenant.id).map(\.sealed) == ["exchanged"])
    }

    @Test func `a sealed second factor that has been exchanged meanwhile is left alone`() async throws {
        let user = try await makeUser("bob@x.example")
        try await test.secondFactors.begin("sealed", of: user, in: tenant.id)
        let store = SealedSecretStore(test.tenantDatabase)
        let read = try #require(try await store.secondFactors(after: nil, limit: 9, in: tenant.id).first)
        try await store.replace(read, with: "exchanged", in: tenant.id)
        try await store.replace(read, with: "late", in: tenant.id)
        #expect(try await store.secondFactors(after: nil, limit: 9, in: tenant.id).map(\.sealed) == ["exchanged"])
    }
}
