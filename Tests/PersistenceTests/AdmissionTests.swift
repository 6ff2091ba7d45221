import Domain
import LecternTesting
import Persistence
import Postgres
import Testing

/// The conditions that must hold while a transaction runs are checked inside it: a change a moment after a check is
/// noticed by the very next read and the very next write. All cases come from one table of conditions.
struct AdmissionTests {
    /// On whose behalf the transactions run.
    enum Kind: String, Sendable, CaseIterable {
        /// A SCIM token whose connection may give access, with the settings that it read.
        case token
        /// One that may only take access away.
        case removal
        /// One that reads what it has written itself.
        case afterwards
        case session, work
    }

    struct Condition: Sendable {
        let name: String
        /// The kinds of access that are refused once the condition no longer holds.
        let ends: Set<Kind>
        let end: @Sendable (Site) -> PostgresQuery

        init(_ name: String, ends: Set<Kind>, _ end: @escaping @Sendable (Site) -> PostgresQuery) {
            self.name = name
            self.ends = ends
            self.end = end
        }
    }

    static let conditions: [Condition] =
        ofTokens + ofConnections + ofTenants + ofSessions + ofUsers

    private static let ofTokens: [Condition] = [
        Condition("the token is revoked", ends: [.token, .removal, .afterwards]) {
            "update app.scim_tokens set revoked_at = now() where tenant_id = \($0.tenantID) and id = \($0.tokenID)"
        },
        Condition("the token expires", ends: [.token, .removal, .afterwards]) {
            "update app.scim_tokens set expires_at = now() where tenant_id = \($0.tenantID) and id = \($0.tokenID)"
        },
    ]

    private static let ofConnections: [Condition] = [
        Condition("the connection is switched off", ends: [.token, .removal, .afterwards]) {
            "update app.plugins set enabled = false where tenant_id = \($0.tenantID)"
        },
        Condition("the connection is paused", ends: [.token]) {
            "update app.plugins set paused = true where tenant_id = \($0.tenantID)"
        },
        Condition("the connection's settings are saved", ends: [.token, .removal]) {
            "update app.plugins set version = version + 1 where tenant_id = \($0.tenantID)"
        },
        Condition("settings that count for all connections are saved", ends: [.token, .removal]) {
            "update app.plugins set settings_version = settings_version + 1 where tenant_id = \($0.tenantID)"
        },
    ]

    private static let ofTenants: [Condition] = [
        Condition("the plan contains no provisioning", ends: [.token]) {
            "update app.tenants set entitlements = '{groups}' where id = \($0.tenantID)"
        },
        Condition("the tenant is suspended", ends: [.token, .session, .work]) {
            "update app.tenants set status = 'suspended' where id = \($0.tenantID)"
        },
    ]

    private static let ofSessions: [Condition] = [
        Condition("the session has ended", ends: [.session]) {
            "delete from app.sessions where tenant_id = \($0.tenantID)"
        },
        Condition("the session was not used for too long", ends: [.session]) {
            """
            update app.sessions set last_seen_at = now() - \(Session.idleLimit) * interval '1 second'
            where tenant_id = \($0.tenantID)
            """
        },
        Condition("the session is too old", ends: [.session]) {
            """
            update app.sessions set created_at = now() - \(Session.lifetime) * interval '1 second'
            where tenant_id = \($0.tenantID)
            """
        },
        Condition("the provider's session is over", ends: [.session]) {
            "update app.sessions set ends_at = now() where tenant_id = \($0.tenantID)"
        },
    ]

    private static let ofUsers: [Condition] = [
        Condition("the user is an Editor by now", ends: [.session, .work]) {
            "update app.user_roles set role = 'editor' where tenant_id = \($0.tenantID)"
        },
        Condition("the user has no role by now", ends: [.session, .work]) {
            "delete from app.user_roles where tenant_id = \($0.tenantID)"
        },
        Condition("an administrator has suspended the user", ends: [.session, .work]) {
            """
            update app.users set active = false, suspended_at = now()
            where tenant_id = \($0.tenantID) and id = \($0.userID)
            """
        },
        Condition("the provider has disabled the user", ends: [.session, .work]) {
            """
            update app.users set active = false, attributes = jsonb_set(attributes, '{active}', 'false')
            where tenant_id = \($0.tenantID) and id = \($0.userID)
            """
        },
        Condition("the user is deleted", ends: [.session, .work]) {
            "update app.users set deleted_at = now() where tenant_id = \($0.tenantID) and id = \($0.userID)"
        },
    ]

    @Test(arguments: Kind.allCases, conditions.indices)
    func `what was admitted a moment ago is admitted only while its conditions hold`(
        kind: Kind, index: Int
    ) async throws {
        let condition = Self.conditions[index]
        let site = try await Site()
        let scope = site.scope(kind)
        for outcome in [await site.reads(scope), await site.writes(scope)] {
            #expect(outcome == .admitted, "before: \(condition.name)")
        }
        _ = try await site.test.superuser.write([condition.end(site)])
        let expected = condition.ends.contains(kind) ? Outcome.refused : .admitted
        #expect(await site.reads(scope) == expected, "\(kind) reads after: \(condition.name)")
        #expect(await site.writes(scope) == expected, "\(kind) writes after: \(condition.name)")
    }

    @Test func `another tenant's token, session and user are none`() async throws {
        let (site, other) = (try await Site(), try await Site())
        for kind in Kind.allCases {
            let scope = TenantScope(tenant: site.tenant.id, admission: other.scope(kind).admission)
            for outcome in [await site.reads(scope), await site.writes(scope)] {
                #expect(outcome == .refused, "\(kind)")
            }
        }
    }

    enum Outcome: Equatable {
        case admitted, refused
        case failed(String)
    }

    /// A tenant with a connection, and an Admin who is signed in.
    struct Site: Sendable {
        let test: TestDatabase
        let tenant: Tenant
        private let client: ProvisioningClient
        private let user: UserID
        private let session: SessionID
        private let settings: Int64

        var tenantID: PostgresBind { .uuid(tenant.id.rawValue) }
        var tokenID: PostgresBind { .uuid(client.token.rawValue) }
        var userID: PostgresBind { .uuid(user.rawValue) }

        init() async throws {
            test = try await TestDatabase.shared()
            tenant = try await test.makeTenant()
            let digest = TokenDigest(bytes: (0..<32).map { _ in UInt8.random(in: 0...255) })
            client = try await test.makeClient(of: tenant, tokenDigest: digest)
            settings = try #require(
                try await test.integration.standing(of: digest, in: tenant.id)?.client.settings)
            let scope = TenantScope(tenant: tenant.id, admission: .operator)
            user = try await UserChanges(users: test.users, identifiers: TestDatabase.identifiers).create(
                .named("admin@x.example"), role: .admin,
                origin: ChangeOrigin(actor: .operator, requestID: "t"),
                in: scope
            ).id
            session = SessionID(rawValue: TestDatabase.identifiers.next())
            let now = Timestamp(microseconds: 0)
            try await test.signIn.begin(
                Session(
                    id: session, user: user, createdAt: now, lastSeenAt: now, authenticatedAt: now,
                    address: "x",
                    userAgent: "x"), digest: digest, in: tenant.id)
        }

        func scope(_ kind: Kind) -> TenantScope {
            let admission: TenantScope.Admission =
                switch kind {
                case .token: .token(client.token, TokenTerms(settings: settings, removesOnly: false))
                case .removal: .token(client.token, TokenTerms(settings: settings, removesOnly: true))
                case .afterwards: TenantScope(client).afterwards.admission
                case .session: .session(session, .manageUsers)
                case .work: .work(user, .manageUsers)
                }
            return TenantScope(tenant: tenant.id, admission: admission)
        }

        func reads(_ scope: TenantScope) async -> Outcome {
            await outcome { () async throws(DomainError) in
                _ = try await test.users.users(
                    matching: nil, order: ListOrder(), page: PageRequest(offset: 0, limit: 1), in: scope)
            }
        }

        func writes(_ scope: TenantScope) async -> Outcome {
            await outcome { () async throws(DomainError) in
                _ = try await UserChanges(users: test.users, identifiers: TestDatabase.identifiers).create(
                    .named(TestDatabase.identifier()), role: .trainee,
                    origin: ChangeOrigin(actor: .operator, requestID: "t"), in: scope)
            }
        }

        private func outcome(_ body: () async throws(DomainError) -> Void) async -> Outcome {
            do throws(DomainError) {
                try await body()
                return .admitted
            } catch {
                if case .unauthenticated = error { return .refused }
                return .failed("\(error)")
            }
        }
    }
}
