import Domain
import LecternTesting
import Persistence
import Postgres
import StrictJSON

/// A tenant of its own with a SCIM connection, the operations that write to it, and what its change log says.
struct ChangeRowSite: Sendable {
    let test: TestDatabase
    let tenant: Tenant
    let client: ProvisioningClient

    init() async throws {
        test = try await TestDatabase.shared()
        tenant = try await test.makeTenant()
        // Its reviews are questions as long as it asks before it takes anybody over.
        client = try await test.makeClient(
            of: tenant, tokenDigest: Self.digest(), policy: ProvisioningPolicy(matching: .review))
    }

    let origin = ChangeOrigin(actor: .operator, requestID: "written")
    var scope: TenantScope { TenantScope(tenant: tenant.id, admission: .operator) }

    var users: UserChanges { UserChanges(users: test.users, identifiers: TestDatabase.identifiers) }
    var groups: GroupChanges { GroupChanges(groups: test.groups, identifiers: TestDatabase.identifiers) }
    var connections: IntegrationChanges {
        IntegrationChanges(integration: test.integration, identifiers: TestDatabase.identifiers, origin: origin)
    }
    var clients: OAuthClientChanges {
        OAuthClientChanges(clients: test.clients, identifiers: TestDatabase.identifiers, origin: origin)
    }
    var domains: DomainChanges {
        DomainChanges(domains: test.domains, identifiers: TestDatabase.identifiers, origin: origin)
    }
    var reviews: LinkReviews { LinkReviews(repository: test.linkReviews, identifiers: TestDatabase.identifiers) }
    var saml: SAMLConnectionChanges {
        SAMLConnectionChanges(connections: test.saml, identifiers: TestDatabase.identifiers, origin: origin)
    }

    static func digest() -> TokenDigest { TokenDigest(bytes: (0..<32).map { _ in UInt8.random(in: 0...255) }) }
    static func id<Thing>() -> Identifier<Thing> { Identifier(rawValue: TestDatabase.identifiers.next()) }

    /// A change as the callers of stores that take one build it.
    func change(
        _ action: Change.Action, _ subject: Change.Subject, _ field: String, from before: JSON, to after: JSON
    ) -> Change {
        var change = TestDatabase.change(action, subject)
        change.difference.set(field, from: before, to: after)
        change.origin = origin
        return change
    }

    // MARK: Things to write to

    func user(_ name: String = "ann@x.example", role: Role = .trainee, manager: String? = nil) async throws -> User {
        try await users.create(.named(name, manager: manager), role: role, origin: origin, in: scope)
    }

    static func attributes(_ name: String, externalID: String? = nil) -> GroupAttributes {
        var document: JSONObject = ["displayName": .string(name)]
        if let externalID { document["externalId"] = .string(externalID) }
        return GroupAttributes(displayName: name, externalID: externalID, document: document)
    }

    func group(_ name: String, externalID: String? = nil, members: MemberNames = .init()) async throws -> GroupID {
        try await groups.create(
            Self.attributes(name, externalID: externalID), members: members, source: nil, origin: origin, in: scope
        ).id
    }

    func plugin() async throws -> Plugin {
        let plugins = try await test.integration.plugins(in: scope)
        guard let plugin = plugins.first(where: { $0.id == client.plugin }) else { throw DomainError.notFound }
        return plugin
    }

    func newSecret() -> OAuthClientChanges.NewSecret {
        OAuthClientChanges.NewSecret(
            id: Self.id(), digest: Self.digest(), prefix: "lcs_test", createdAt: Timestamp(microseconds: 0),
            expiresAt: Timestamp(microseconds: 2_000_000_000_000_000))
    }

    func oauthClient() async throws -> OAuthClient {
        try await clients.create(for: try await plugin(), tokens: .standard, secret: newSecret(), in: scope)
    }

    /// A connection to sign in by.
    func samlConnection() async throws -> SAMLConnection {
        let plugin = try await connections.create(.saml, name: "Company", in: scope)
        return try await test.saml.entry(SAMLConnectionID(tenant: tenant.id, plugin: plugin.id), browser: nil)
            .connection
    }

    func addKey(_ state: SAMLKey.State, to connection: SAMLConnection) async throws {
        let now = Timestamp(microseconds: 1_900_000_000_000_000)
        _ = try await test.saml.add(
            SAMLKey(
                id: Self.id(), state: state, certificate: [1], sealedKey: "sealed", createdAt: now,
                expiresAt: now.adding(seconds: 600)), to: connection.id)
    }

    // MARK: The change log

    struct Row: Sendable {
        let id: UInt128
        let action: String
        let subject: String
        let subjectID: UInt128
        let difference: JSON
        let requestID: String
    }

    /// All rows of a tenant.
    func rows(of tenant: TenantID) async throws -> [Row] {
        try await test.superuser.read([
            """
            select id, action, subject, subject_id, difference, request_id from app.changes
            where tenant_id = \(.uuid(tenant.rawValue)) order by subject, action, id
            """
        ])[0].map { row in
            Row(
                id: try row.uuid(0), action: try row.text(1), subject: try row.text(2), subjectID: try row.uuid(3),
                difference: try JSON.parse(try row.jsonb(4)), requestID: try row.text(5))
        }
    }
}
