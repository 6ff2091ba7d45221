package import Domain
import Foundation
package import Persistence
package import Postgres

/// A migrated database of this test run on the PostgreSQL of `LECTERN_TEST_DATABASE_URL`, and its two ways in.
///
/// One database serves all tests; each makes tenants of its own and so shares no row with another.
package struct TestDatabase: Sendable {
    /// As the server's role.
    package let app: Database
    /// As the superuser, who sees past row-level security.
    package let superuser: Database
    package let name: String

    package static var serverURL: String {
        get throws {
            guard let url = ProcessInfo.processInfo.environment["LECTERN_TEST_DATABASE_URL"], !url.isEmpty else {
                throw MissingServer()
            }
            return url
        }
    }

    package struct MissingServer: Error, CustomStringConvertible {
        package let description = "LECTERN_TEST_DATABASE_URL is not set; run the tests by script/test."
    }

    private static let made = Task { try await make() }

    package static func shared() async throws -> TestDatabase { try await made.value }

    /// An empty database of its own, for tests about migrations.
    package static func empty() async throws -> Database {
        let name = try await createDatabase()
        return Database(configuration: try configuration(name), reactors: [Reactor()])
    }

    /// The name of an empty database of its own.
    package static func emptyName() async throws -> String { try await createDatabase() }

    private static func make() async throws -> TestDatabase {
        let name = try await createDatabase()
        var migrating = try configuration(name)
        migrating.preparesStatements = false
        let migrator = Database(configuration: migrating, reactors: [Reactor()])
        _ = try await Migrator(migrator).run()
        migrator.close()
        var app = try configuration(name)
        app.role = "lectern_app"
        app.readConnections = 2
        app.writeConnections = 8
        return TestDatabase(
            app: Database(configuration: app, reactors: [Reactor()]),
            superuser: Database(configuration: try configuration(name), reactors: [Reactor()]), name: name)
    }

    private static func createDatabase() async throws -> String {
        let name = "test_" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        let server = Database(configuration: try configuration("postgres"), reactors: [Reactor()])
        _ = try await server.write([PostgresQuery(unsafeSQL: "create database \(name)")])
        server.close()
        return name
    }

    package static func configuration(_ database: String) throws -> PostgresConfiguration {
        var configuration = PostgresConfiguration(connectionString: try connectionString(database))
        configuration.readConnections = 1
        configuration.writeConnections = 2
        // All tests begin at once, and most of them with a write.
        configuration.queue = 100_000
        // On a busy machine everything takes its time, and nothing here is about how long.
        configuration.queueWait = .seconds(300)
        configuration.connectTimeout = .seconds(300)
        configuration.exchangeTimeout = .seconds(300)
        configuration.longExchangeTimeout = .seconds(300)
        configuration.statementTimeout = .seconds(300)
        configuration.lockTimeout = .seconds(300)
        return configuration
    }

    /// The server's URL with another database in its path.
    package static func connectionString(_ database: String) throws -> String {
        var url = try URLComponents(string: serverURL) ?? URLComponents()
        url.path = "/" + database
        return url.string ?? ""
    }
}

extension TestDatabase {
    /// A proxy to the test server, and the URL of a database that leads through it.
    package static func proxied(_ database: String) throws -> (proxy: FreezableProxy, url: String) {
        var url = try URLComponents(string: connectionString(database)) ?? URLComponents()
        let items = Dictionary((url.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { $1 }
        let port = items["port"] ?? url.port.map { "\($0)" } ?? "5432"
        let proxy = try FreezableProxy(to: items["host"].map { "\($0)/.s.PGSQL.\(port)" } ?? port)
        (url.host, url.port) = ("127.0.0.1", proxy.port)
        url.queryItems = url.queryItems?.filter { !["host", "port"].contains($0.name) }
        return (proxy, url.string ?? "")
    }
}

extension TestDatabase {
    package var tenantDatabase: TenantDatabase { TenantDatabase(app) }
    package var users: UserStore { UserStore(tenantDatabase) }
    package var groups: GroupStore { GroupStore(tenantDatabase) }
    package var resources: ResourceStore { ResourceStore(tenantDatabase) }
    package var customAttributes: CustomAttributeStore { CustomAttributeStore(tenantDatabase) }
    package var provisioningLog: ProvisioningLogStore { ProvisioningLogStore(tenantDatabase) }
    package var tenants: TenantStore { TenantStore(tenantDatabase) }
    package var domains: DomainStore { DomainStore(tenantDatabase) }
    package var integration: IntegrationStore { IntegrationStore(tenantDatabase) }
    package var linkReviews: LinkReviewStore { LinkReviewStore(tenantDatabase) }
    package var signIn: SignInStore { SignInStore(tenantDatabase) }
    package var history: ChangeHistoryStore { ChangeHistoryStore(tenantDatabase) }
    package var imports: UserImportStore { UserImportStore(tenantDatabase) }
    package var mails: MailStore { MailStore(tenantDatabase) }
    package var secondFactors: SecondFactorStore { SecondFactorStore(tenantDatabase) }
    package var attempts: AttemptStore { AttemptStore(tenantDatabase) }
    package var signInSteps: SignInStepStore { SignInStepStore(tenantDatabase) }
    package var securityEvents: SecurityEventStore { SecurityEventStore(tenantDatabase) }
    package var saml: SAMLStore { SAMLStore(tenantDatabase) }
    package var clients: OAuthClientStore { OAuthClientStore(tenantDatabase) }

    package static let identifiers = IdentifierSource {
        UUIDv7.make(
            milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000),
            random: UInt128(UInt64.random(in: 0...UInt64.max)) << 64 | UInt128(UInt64.random(in: 0...UInt64.max)))
    }

    /// An identifier as a form carries it.
    package static func identifier() -> String { UserID(rawValue: identifiers.next()).description }

    package static func change(_ action: Change.Action, _ subject: Change.Subject) -> Change {
        Change(
            id: ChangeID(rawValue: identifiers.next()), action: action, subject: subject, difference: Difference(),
            origin: ChangeOrigin(actor: .operator, requestID: "test"))
    }

    package func makeTenant(plan: Plan = .enterprise) async throws -> Tenant {
        let tenant = Tenant(
            id: TenantID(rawValue: Self.identifiers.next()),
            slug: Slug("t" + String(UInt64.random(in: 0...UInt64.max), radix: 36))!, name: "Test", plan: plan,
            entitlements: plan.entitlements, defaultLanguage: "en", status: .active,
            createdAt: Timestamp(microseconds: 0))
        try await tenants.create(tenant, change: Self.change(.create, .tenant(tenant.id)))
        return tenant
    }

    /// A mail domain that nobody has verified yet, or that the operator vouches for.
    package func addDomain(
        _ name: String, of tenant: Tenant, isVouchedFor: Bool = false
    ) async throws -> TenantDomain {
        try await DomainChanges(
            domains: domains, identifiers: Self.identifiers, origin: ChangeOrigin(actor: .operator, requestID: "test")
        ).add(
            MailDomain(name)!, challenge: DomainChallenge(random: Self.identifiers.next()), isVouchedFor: isVouchedFor,
            now: Timestamp(microseconds: 0), in: TenantScope(tenant: tenant.id, admission: .operator))
    }

    /// A SCIM connection with one token of the given text.
    package func makeClient(
        of tenant: Tenant, tokenDigest: TokenDigest, expiresAt: Timestamp? = nil, bareToken: Bool = false,
        tokenHeader: TokenHeader? = nil, policy: ProvisioningPolicy = .init()
    ) async throws -> ProvisioningClient {
        let scope = TenantScope(tenant: tenant.id, admission: .operator)
        let plugin = Plugin(
            id: PluginID(rawValue: Self.identifiers.next()), kind: .scim, name: "Provider \(Self.identifiers.next())",
            isEnabled: true, defaultRole: .trainee, acceptsBareToken: bareToken, tokenHeader: tokenHeader,
            policy: policy)
        _ = try await integration.create(plugin, change: Self.change(.create, .plugin(plugin.id)), in: scope)
        let token = Token(
            id: TokenID(rawValue: Self.identifiers.next()), plugin: plugin.id, pluginName: plugin.name, prefix: "test",
            createdAt: Timestamp(microseconds: 0), expiresAt: expiresAt, revokedAt: nil, lastUsedAt: nil,
            lastUsedFrom: nil)
        try await integration.create(
            token, digest: tokenDigest, change: Self.change(.create, .token(token.id)), in: scope)
        return ProvisioningClient(
            tenant: tenant.id, plugin: plugin.id, token: token.id, defaultRole: .trainee, acceptsBareToken: bareToken,
            tokenHeader: tokenHeader, policy: policy)
    }
}
