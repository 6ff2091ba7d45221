import Domain
import Edge
import LecternTesting
import Persistence
import Testing

struct TenantDirectoryTests {
    /// A tenant under a slug that another one had, who is deleted.
    private func succeed(_ former: Tenant, _ test: TestDatabase) async throws -> Tenant {
        try await TenantStore(TenantDatabase(test.superuser)).delete(former.id)
        var tenant = former
        tenant.id = TenantID(rawValue: TestDatabase.identifiers.next())
        try await test.tenants.create(tenant, change: TestDatabase.change(.create, .tenant(tenant.id)))
        return tenant
    }

    @Test func `a slug that was given to another tenant leads there once the answer is in doubt`() async throws {
        let test = try await TestDatabase.shared()
        let former = try await test.makeTenant()
        let directory = TenantDirectory(test.tenants)
        #expect(try await directory.tenant(former.slug) == former.id)
        let tenant = try await succeed(former, test)
        directory.doubt(former.slug)
        #expect(try await directory.tenant(former.slug) == tenant.id)
        #expect(directory.known(former.slug) == tenant.id)
    }

    @Test func `a slug that nobody has any more leads nowhere`() async throws {
        let test = try await TestDatabase.shared()
        let former = try await test.makeTenant()
        let directory = TenantDirectory(test.tenants)
        #expect(try await directory.tenant(former.slug) == former.id)
        try await TenantStore(TenantDatabase(test.superuser)).delete(former.id)
        directory.doubt(former.slug)
        #expect(try await directory.tenant(former.slug) == nil)
        #expect(directory.known(former.slug) == nil)
    }

    @Test func `the token of the tenant that has the slug now gets in after one refusal at most`()
        async throws
    {
        let test = try await TestDatabase.shared()
        let (old, new) = (Self.token(), Self.token())
        let former = try await test.makeTenant()
        _ = try await test.makeClient(of: former, tokenDigest: TokenDigest(of: old.text))
        let authenticator = TokenAuthenticator(
            tenants: test.tenants, integration: test.integration, environment: .system,
            uses: TokenUses(integration: test.integration))
        func client(_ token: PlainToken) async throws -> ProvisioningClient {
            try await authenticator.client(showing: .bearer(token.text), to: former.slug, from: "x")
        }
        #expect(try await client(old).tenant == former.id)
        let tenant = try await succeed(former, test)
        let expected = try await test.makeClient(of: tenant, tokenDigest: TokenDigest(of: new.text))
        let first = try? await client(new)
        #expect(first == nil || first?.token == expected.token)
        let found = try await client(new)
        #expect(found.tenant == tenant.id && found.plugin == expected.plugin && found.token == expected.token)
    }

    private static func token() -> PlainToken { PlainToken(secret: (0..<32).map { _ in UInt8.random(in: 0...255) }) }
}
