import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing
import XMLSecurity

/// A tenant with a connection to sign in by, and the provider behind it.
struct Company {
    static let keySealer = Sealer(key: [UInt8](repeating: 6, count: 32))
    static let password = "seven grey herons wade"
    private static let claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
    static let (email, givenName, familyName, userName) = (
        "\(claims)emailaddress", "\(claims)givenname", "\(claims)surname", "\(claims)name"
    )
    static let externalID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
    static let role = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
    static let groups = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"

    let site: Site
    let tenant: Tenant
    let id: SAMLConnectionID
    let issuer: String
    let key: KeyPair

    /// Of providers; making one takes a while.
    private static let keys = Result {
        try (0..<2).map { number in
            try KeyPair.make(
                name: "idp-\(number).example", serialNumber: [UInt8](repeating: UInt8(number + 1), count: 16),
                notBefore: .now.addingTimeInterval(-86_400), notAfter: .now.addingTimeInterval(30 * 86_400))
        }
    }

    var scope: TenantScope { TenantScope(tenant: tenant.id, admission: .operator) }
    var origin: ChangeOrigin { ChangeOrigin(actor: .operator, requestID: "test") }
    var base: String { "/t/\(tenant.slug)" }
    var entityID: String { "\(Site.origin)/saml/\(id)/metadata" }
    var test: TestDatabase { site.test }

    func path(_ endpoint: String) -> String { "/saml/\(id)/\(endpoint)" }

    /// - Parameters:
    ///   - tenant: nil for one of its own, whose domain `x.example` is proved.
    ///   - key: which of two the provider has.
    init(
        _ site: Site, tenant: Tenant? = nil, plan: Plan = .enterprise, key: Int = 0,
        _ settings: (inout SAMLConnection) -> Void = { _ in }
    ) async throws {
        self.site = site
        if let tenant {
            self.tenant = tenant
        } else {
            self.tenant = try await site.test.makeTenant(plan: plan)
            _ = try await site.test.addDomain("x.example", of: self.tenant, isVouchedFor: true)
        }
        self.key = try Self.keys.get()[key]
        let plugin = try await IntegrationChanges(
            integration: site.test.integration, identifiers: TestDatabase.identifiers,
            origin: ChangeOrigin(actor: .operator, requestID: "test")
        ).create(
            .saml, name: "Company \(TestDatabase.identifiers.next())",
            in: TenantScope(tenant: self.tenant.id, admission: .operator))
        id = SAMLConnectionID(tenant: self.tenant.id, plugin: plugin.id)
        issuer = "https://idp-\(plugin.id).example/metadata"
        try await change { connection in
            var provider = SAMLConnection.Provider(
                issuer: issuer, singleSignOnURL: "https://idp.example/sso", singleSignOnBinding: .redirect,
                certificates: [self.key.certificate])
            provider.singleLogoutURL = "https://idp.example/slo"
            provider.singleLogoutBinding = .redirect
            connection.provider = provider
            settings(&connection)
        }
    }

    func connection() async throws -> SAMLConnection { try await test.saml.entry(id, browser: nil).connection }

    func change(_ change: (inout SAMLConnection) -> Void) async throws {
        let before = try await connection()
        var connection = before
        change(&connection)
        try await SAMLConnectionChanges(
            connections: test.saml, identifiers: TestDatabase.identifiers, origin: origin
        ).update(connection, from: before, in: scope)
    }

    /// Changes the settings that every connection has, whatever its kind.
    func changePlugin(_ change: (inout Plugin) -> Void) async throws {
        let before = try #require(try await test.integration.plugins(in: scope).first { $0.id == id.plugin })
        var plugin = before
        change(&plugin)
        try await IntegrationChanges(
            integration: test.integration, identifiers: TestDatabase.identifiers, origin: origin
        ).updateAgreed(plugin, from: before, in: scope)
    }

    // MARK: Signing in

    /// Asks for it; gives the name of the request.
    func begin(_ browser: Browser, _ query: String = "") async throws -> String {
        let answer = await browser.get(path("login") + query)
        #expect(answer.status == 302, "\(answer.text)")
        return try #require(answer.field("RelayState"))
    }

    func providerAnswer(to request: String?) -> ProviderAnswer {
        let now = Date(timeIntervalSince1970: Double(site.clock.now.seconds))
        return ProviderAnswer(
            issuer: issuer, audience: entityID, recipient: "\(Site.origin)\(path("acs"))", request: request, now: now,
            authenticatedAt: now, key: key.privateKey)
    }

    /// Brings what the provider answers to a request; nil when the provider begins.
    func answer(
        _ browser: Browser, to request: String?, relayState: String? = nil,
        _ change: (inout ProviderAnswer) -> Void = { _ in }
    ) async throws -> Browser.Answer {
        var answer = providerAnswer(to: request)
        change(&answer)
        return await bring(try answer.message, browser, relayState: relayState)
    }

    func bring(_ message: String, _ browser: Browser, relayState: String? = nil) async -> Browser.Answer {
        var fields = ["SAMLResponse": message]
        fields["RelayState"] = relayState
        return await browser.post(path("acs"), fields)
    }

    @discardableResult
    func signIn(
        _ browser: Browser, _ query: String = "", _ change: (inout ProviderAnswer) -> Void = { _ in }
    ) async throws -> Browser.Answer {
        try await answer(browser, to: try await begin(browser, query), change)
    }

    /// The user who is signed in in the browser; nil for nobody.
    func user(in browser: Browser) async -> String? {
        let page = await browser.get("\(base)/manage/account")
        guard page.status == 200, let start = page.text.firstRange(of: "Signed in as <strong>") else { return nil }
        return String(page.text[start.upperBound...].prefix { $0 != "<" })
    }

    /// The latest first.
    func traces(limit: Int = 1000) async throws -> [SAMLSignIn] {
        try await test.saml.signIns(of: id.plugin, before: nil, limit: limit, in: scope)
    }

    /// The rule that the latest sign-in did not meet.
    func failedRule() async throws -> String? { try #require(try await traces().first).failedRule }

    // MARK: People

    @discardableResult
    func makeUser(
        _ name: String, _ role: Role = .trainee, externalID: String? = nil, emails: [String] = [],
        source: PluginID? = nil, hasPassword: Bool = false
    ) async throws -> UserID {
        let id = UserID(rawValue: TestDatabase.identifiers.next())
        _ = try await test.users.create(
            NewUser(
                id: id, source: source, attributes: .named(name, externalID: externalID, emails: emails), role: role,
                change: TestDatabase.change(.create, .user(id)), mapsGroups: false), in: scope)
        if hasPassword {
            try await test.signIn.setPassword(
                try await PasswordHasher(environment: .system).hash(Self.password), of: id,
                change: TestDatabase.change(.setPassword, .user(id)), in: scope)
        }
        return id
    }

    /// Somebody whom the provider knows by the name `ann`.
    @discardableResult func makeAnn(_ role: Role = .trainee) async throws -> UserID {
        try await makeUser("ann", role, emails: ["ann@x.example"])
    }

    /// Signs in with a password, and gives what the console answers.
    @discardableResult
    func signInByPassword(_ browser: Browser, _ name: String) async -> Browser.Answer {
        await browser.post("\(base)/login", ["name": name, "password": Self.password], from: .own)
    }

    func users() -> UserChanges { UserChanges(users: test.users, identifiers: TestDatabase.identifiers) }

    func suspend(_ user: UserID, _ isActive: Bool = false) async throws {
        _ = try await users().update(user, origin: origin, in: scope) { try $0.attributes(active: isActive) }
    }
}

extension Company {
    /// The given name of a user.
    func name(of user: UserID) async throws -> String? {
        try await test.users.user(user, in: scope).profile.attributes()["name"]?["givenName"]?.stringValue
    }
}

extension Company {
    /// How often something of this kind stands in the change log.
    func changes(_ actor: String, _ action: String, of user: UserID) async throws -> [JSON] {
        let (tenant, id) = (PostgresBind.uuid(tenant.id.rawValue), PostgresBind.uuid(user.rawValue))
        let rows = try await test.superuser.read([
            """
            select difference from app.changes
            where tenant_id = \(tenant) and subject_id = \(id) and actor = \(actor) and action = \(action) order by id
            """
        ])
        return try rows[0].map { try JSON.parse(try $0.jsonb(0), limits: .stored) }
    }

    func roles(of user: UserID) async throws -> Set<Role> {
        Set(try await test.users.roles(of: user, in: scope).map(\.role))
    }

    /// Rows that the tenant has in a table.
    func count(of table: String) async throws -> Int64 {
        let query = PostgresQuery(
            unsafeSQL: "select count(*) from app.\(table) where tenant_id = $1", binds: [.uuid(tenant.id.rawValue)])
        return try await test.superuser.read([query])[0][0].bigint(0)
    }
}

extension Company {
    /// As if the provider had asked for it.
    func endSessions(of name: String) async throws -> Int {
        let logout = SAMLLogout(
            digest: TokenDigest(of: TestDatabase.identifier()), end: site.clock.now.adding(seconds: 60), nameID: name,
            indexes: [])
        return try await test.saml.endSessions(logout, with: id).count
    }
}

extension Company {
    /// A key of nobody.
    static let rogueKey = Result {
        try KeyPair.make(
            name: "rogue.example", serialNumber: [UInt8](repeating: 9, count: 16), notBefore: .now,
            notAfter: .now.addingTimeInterval(86_400)
        ).privateKey
    }
}

extension Company {
    /// The user of that name.
    func users(named name: String) async throws -> UserID? {
        let query = PostgresQuery(
            unsafeSQL: "select id from app.users where tenant_id = $1 and user_name = $2 and deleted_at is null",
            binds: [.uuid(tenant.id.rawValue), .text(name)])
        return try await test.superuser.read([query])[0].first.map { UserID(rawValue: try $0.uuid(0)) }
    }

    /// As if the user had linked their account by themselves.
    func link(_ name: String, to user: UserID) async throws {
        let query = PostgresQuery(
            unsafeSQL:
                "insert into app.saml_identities (tenant_id, plugin_id, name_id, user_id) values ($1, $2, $3, $4)",
            binds: [
                .uuid(tenant.id.rawValue), .uuid(id.plugin.rawValue), .text(name), .uuid(user.rawValue),
            ])
        _ = try await test.superuser.write([query])
    }
}
