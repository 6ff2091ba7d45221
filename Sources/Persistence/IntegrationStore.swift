package import Domain
import Postgres

/// Plug-ins and their tokens in PostgreSQL.
package struct IntegrationStore: IntegrationRepository {
    let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    package func plugins(in scope: TenantScope) async throws(DomainError) -> [Plugin] {
        let query: PostgresQuery = """
            select p.id, p.kind, p.name, p.enabled, p.default_role, p.bare_token, p.token_header,
                p.active_provider, p.paused, p.version, \(Self.policy), p.throttled_at,
                p.takeover_roles
            from app.plugins p where p.tenant_id = \(scope.tenant) order by p.kind, p.name_key collate "und-x-icu"
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                guard let kind = Plugin.Kind(rawValue: try row.text(1)), let role = Role(rawValue: try row.text(4))
                else { throw .unexpectedResult("a plug-in of a kind or role that this program does not know") }
                var plugin = Plugin(
                    id: try row.identifier(0), kind: kind, name: try row.text(2), isEnabled: try row.boolean(3),
                    defaultRole: role, acceptsBareToken: try row.boolean(5),
                    tokenHeader: row.textOrNull(6).flatMap { TokenHeader($0) },
                    policy: try Self.policy(row, from: 10))
                plugin.isActiveProvider = try row.boolean(7)
                plugin.isPaused = try row.boolean(8)
                plugin.version = try row.bigint(9)
                plugin.throttledAt = try row.timeOrNull(18)
                plugin.policy.takeoverRoles = .init(rawValue: try row.text(19)) ?? .keep
                return plugin
            }
        }
    }

    package func tokenHeaders(in tenant: TenantID) async throws(DomainError) -> Set<TokenHeader> {
        let query: PostgresQuery = """
            select distinct p.token_header from app.plugins p
            where p.tenant_id = \(tenant) and p.token_header is not null and p.enabled
            """
        let rows = try await database.read(TenantScope(tenant: tenant, admission: .operator), query)[0]
        return try decoding { () throws(PostgresError) in
            Set(try rows.map { row throws(PostgresError) in TokenHeader(try row.text(0)) }.compactMap { $0 })
        }
    }

    package func create(
        _ token: Token, digest: TokenDigest, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let insert: PostgresQuery = """
            insert into app.scim_tokens (tenant_id, id, plugin_id, name, digest, prefix, expires_at)
            values (\(scope.tenant), \(token.id), \(token.plugin), \(token.name.description), \(digest.bytes),
                \(token.prefix), \(token.expiresAt))
            """
        let queries = [insert, change.insert(tenant: scope.tenant)]
        _ = try await database.write(scope, conflict: "id", queries)
    }

    package func tokens(in scope: TenantScope) async throws(DomainError) -> [Token] {
        let query: PostgresQuery = """
            select t.id, t.plugin_id, p.name, t.prefix, t.created_at, t.expires_at, t.revoked_at, t.last_used_at,
                t.last_used_from, t.name, \(MakerColumns.list)
            from app.scim_tokens t join app.plugins p on p.tenant_id = t.tenant_id and p.id = t.plugin_id
            \(MakerColumns(tenant: scope.tenant, secret: "t.id").joins)
            where t.tenant_id = \(scope.tenant) and t.client_id is null order by t.created_at, t.id
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                var token = Token(
                    id: try row.identifier(0), plugin: try row.identifier(1), pluginName: try row.text(2),
                    prefix: try row.text(3), createdAt: try row.time(4), expiresAt: try row.timeOrNull(5),
                    revokedAt: try row.timeOrNull(6), lastUsedAt: try row.timeOrNull(7),
                    lastUsedFrom: row.textOrNull(8))
                token.name = try SecretName(row, 9)
                token.maker = try MakerColumns.decode(row, from: 10)
                return token
            }
        }
    }

    package func revoke(_ token: TokenID, change: Change, in scope: TenantScope) async throws(DomainError) {
        let end: PostgresQuery = """
            with ended as (
                update app.scim_tokens set revoked_at = now()
                where tenant_id = \(scope.tenant) and id = \(token) and revoked_at is null returning id)
            \(change.insert(tenant: scope.tenant, if: "exists (select from ended)").fragment)
            """
        let find: PostgresQuery = "select from app.scim_tokens where tenant_id = \(scope.tenant) and id = \(token)"
        if try await database.write(scope, [end, find])[1].count == 0 { throw .notFound }
    }

    package func standing(
        of digest: TokenDigest, in tenant: TenantID
    ) async throws(DomainError) -> TokenStanding? {
        let scope = TenantScope(tenant: tenant, admission: .operator)
        let query: PostgresQuery = """
            select t.id, t.digest, t.expires_at, t.revoked_at, p.id, p.enabled, p.default_role, p.bare_token,
                n.status, n.entitlements, p.token_header, \(Self.policy), \(CustomAttributeStore.list(tenant)), p.paused,
                p.version + p.settings_version
            from app.scim_tokens t
            join app.plugins p on p.tenant_id = t.tenant_id and p.id = t.plugin_id
            join app.tenants n on n.id = t.tenant_id
            where t.tenant_id = \(tenant) and t.digest = \(digest.bytes)
            """
        guard let row = try await database.read(scope, query)[0].first else { return nil }
        return try decoding { () throws(PostgresError) -> TokenStanding? in
            guard TokenDigest(bytes: try row.bytes(1)).isSame(as: digest) else { return nil }
            let client = ProvisioningClient(
                tenant: tenant, plugin: try row.identifier(4), token: try row.identifier(0),
                defaultRole: Role(rawValue: try row.text(6)) ?? .trainee, acceptsBareToken: try row.boolean(7),
                tokenHeader: row.textOrNull(10).flatMap { TokenHeader($0) },
                policy: try Self.policy(row, from: 11),
                customAttributes: try CustomAttributeStore.decode(row.jsonbOrNull(19)), settings: try row.bigint(21))
            return TokenStanding(
                client: client, expiresAt: try row.timeOrNull(2), revokedAt: try row.timeOrNull(3),
                pluginIsEnabled: try row.boolean(5), pluginIsPaused: try row.boolean(20),
                tenantStatus: Tenant.Status(rawValue: try row.text(8)) ?? .suspended,
                entitlements: Set(try row.textArray(9).compactMap(Entitlement.init)))
        }
    }

    package func noteUse(
        of token: TokenID, at time: Timestamp, from address: String, in tenant: TenantID
    ) async throws(DomainError) {
        let scope = TenantScope(tenant: tenant, admission: .operator)
        let update: PostgresQuery = """
            update app.scim_tokens set last_used_at = \(time), last_used_from = \(address)
            where tenant_id = \(tenant) and id = \(token) and (last_used_at is null or last_used_at < \(time))
            """
        _ = try await database.write(scope, [update])
    }

    package func admit(in scope: TenantScope) async throws(DomainError) { _ = try await database.read(scope) }

    /// Makes servers read again what they remember of the tenant's connections beside their own rows.
    static func touchSettings(_ tenant: TenantID) -> PostgresQuery {
        "update app.plugins set settings_version = settings_version + 1 where tenant_id = \(tenant)"
    }

    private static let policy: PostgresFragment = """
        p.unknown_members, p.matching, p.required_profile, p.strict_profile, p.lists_roles, p.invites,
            exists (select from app.role_mappings m where m.tenant_id = p.tenant_id and m.origin = 'group'),
            p.unknown_attributes
        """

    private static func policy(
        _ row: PostgresRow, from column: Int32
    ) throws(PostgresError) -> ProvisioningPolicy {
        var policy = ProvisioningPolicy(
            unknownMembers: .init(rawValue: try row.text(column)) ?? .refuse,
            matching: .init(rawValue: try row.text(column + 1)) ?? .refuse,
            requiredProfile: .init(rawValue: try row.text(column + 2)) ?? .standard,
            isStrict: try row.boolean(column + 3), listsRoles: try row.boolean(column + 4))
        policy.invites = .init(rawValue: try row.text(column + 5)) ?? .never
        policy.mapsGroups = try row.boolean(column + 6)
        policy.unknownAttributes = .init(rawValue: try row.text(column + 7)) ?? .ignore
        return policy
    }
}
