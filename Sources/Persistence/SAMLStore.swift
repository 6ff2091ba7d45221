package import Domain
import Foundation
import Postgres
import StrictJSON

/// Connections to sign in by, and our keys of them, in PostgreSQL.
package struct SAMLStore: SAMLRepository {
    let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    static func scope(_ tenant: TenantID) -> TenantScope { TenantScope(tenant: tenant, admission: .signIn) }

    // MARK: Connections

    package func entry(_ id: SAMLConnectionID, browser: TokenDigest?) async throws(DomainError) -> SAMLEntry {
        let connection: PostgresQuery = """
            \(Self.select) where p.tenant_id = \(id.tenant) and p.id = \(id.plugin) and p.kind = 'saml'
            """
        let rows = try await database.read(
            Self.scope(id.tenant), TenantStore.selecting(id.tenant), connection, Self.selectKeys(id),
            Self.selectPending(of: browser, id))
        guard let tenant = rows[0].first, let connection = rows[1].first else { throw .notFound }
        return try decoding { () throws(PostgresError) in
            SAMLEntry(
                tenant: try TenantStore.decode(tenant), connection: try Self.connection(connection, id.tenant),
                keys: try rows[2].map(Self.key),
                pending: try rows[3].map { row throws(PostgresError) in try Self.request(row, id.plugin) })
        }
    }

    package func connections(in scope: TenantScope) async throws(DomainError) -> [SAMLConnection] {
        let query: PostgresQuery = """
            \(Self.select) where p.tenant_id = \(scope.tenant) and p.kind = 'saml' order by p.name_key
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in try Self.connection(row, scope.tenant) }
        }
    }

    private static let select: PostgresFragment = """
        select p.id, p.name, p.enabled, p.paused, p.default_role, c.issuer, c.sso_url, c.sso_binding, c.slo_url,
            c.slo_binding, c.slo_response_url, coalesce(c.certificates, '{}'), c.metadata_url, c.metadata_read_at,
            c.pending_metadata, coalesce(c.auto_create, false), coalesce(c.allowed_domains, '{}'),
            coalesce(c.idp_initiated, false), coalesce(c.allows_cbc, false), c.sha1_until, c.name_id_format,
            coalesce(c.forces_authentication, false), coalesce(c.claims, '{}'), c.tested_at, coalesce(c.version, 0),
            c.certificates_end, exists (select from app.plugins o where o.tenant_id = p.tenant_id and o.kind = 'saml'
                and o.enabled and (o.created_at, o.id) < (p.created_at, p.id)),
            coalesce(c.unusable_certificates, '[]')
        from app.plugins p left join app.saml_connections c on c.tenant_id = p.tenant_id and c.plugin_id = p.id
        """

    private static func connection(
        _ row: PostgresRow, _ tenant: TenantID
    ) throws(PostgresError) -> SAMLConnection {
        guard let role = Role(rawValue: try row.text(4)) else { throw .unexpectedResult("an unknown role") }
        var connection = SAMLConnection(
            id: SAMLConnectionID(tenant: tenant, plugin: try row.identifier(0)), name: try row.text(1),
            isEnabled: try row.boolean(2), isPaused: try row.boolean(3), defaultRole: role)
        connection.provider = try provider(row)
        connection.metadataURL = row.textOrNull(12)
        connection.metadataReadAt = try row.timeOrNull(13)
        connection.pendingMetadata = row.textOrNull(14)
        connection.settings.createsUsers = try row.boolean(15)
        connection.settings.allowedDomains = try row.textArray(16)
        connection.settings.takesUnsolicited = try row.boolean(17)
        connection.settings.takesCBC = try row.boolean(18)
        connection.settings.takesSHA1Until = try row.timeOrNull(19)
        connection.settings.nameIDFormat = row.textOrNull(20)
        connection.settings.forcesAuthentication = try row.boolean(21)
        connection.settings.claims = try claims(try row.jsonb(22))
        connection.testedAt = try row.timeOrNull(23)
        connection.version = try row.bigint(24)
        connection.isFurther = try row.boolean(26)
        return connection
    }

    private static func provider(_ row: PostgresRow) throws(PostgresError) -> SAMLConnection.Provider? {
        guard let issuer = row.textOrNull(5), let url = row.textOrNull(6),
            let binding = row.textOrNull(7).flatMap({ SAMLConnection.Binding(rawValue: $0) })
        else { return nil }
        var provider = SAMLConnection.Provider(
            issuer: issuer, singleSignOnURL: url, singleSignOnBinding: binding,
            certificates: try row.textArray(11).compactMap { Data(base64Encoded: $0).map { [UInt8]($0) } })
        provider.certificatesEnd = try row.timeOrNull(25)
        provider.unusableCertificates = try unusable(try row.jsonb(27))
        provider.singleLogoutURL = row.textOrNull(8)
        provider.singleLogoutBinding = row.textOrNull(9).flatMap { .init(rawValue: $0) }
        provider.singleLogoutResponseURL = row.textOrNull(10)
        return provider
    }

    private static func unusable(_ bytes: [UInt8]) throws(PostgresError) -> [SAMLConnection.UnusableCertificate] {
        guard let list = (try? JSON.parse(bytes, limits: .stored))?.arrayValue else {
            throw .unexpectedResult("certificates that are no list")
        }
        return list.compactMap { entry in
            entry[1]?.stringValue.map { .init(sha256: entry[0]?.stringValue, problem: $0) }
        }
    }

    private static func claims(_ bytes: [UInt8]) throws(PostgresError) -> [Claim: [String]] {
        guard let json = try? JSON.parse(bytes, limits: .stored), case .object(let object) = json else {
            throw .unexpectedResult("claims that are no object")
        }
        var claims: [Claim: [String]] = [:]
        for claim in Claim.allCases {
            claims[claim] = object[claim.rawValue]?.arrayValue?.compactMap(\.stringValue)
        }
        return claims
    }

    package func update(
        _ connection: SAMLConnection, forgets: [SAMLForgetting], change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let (tenant, plugin, settings) = (scope.tenant, connection.id.plugin, connection.settings)
        let provider = connection.provider
        let claims = JSON.object(
            JSONObject(settings.claims.map { ($0.key.rawValue, .array($0.value.map { .string($0) })) }))
        let unusable = JSON.array(
            (provider?.unusableCertificates ?? []).map {
                .array([$0.sha256.map { .string($0) } ?? .null, .string($0.problem)])
            })
        // An update over another person's change writes nothing at all.
        let update: PostgresQuery = """
            with changed as (
            update app.saml_connections set issuer = \(provider?.issuer), sso_url = \(provider?.singleSignOnURL),
                sso_binding = \(provider?.singleSignOnBinding.rawValue), slo_url = \(provider?.singleLogoutURL),
                slo_binding = \(provider?.singleLogoutBinding?.rawValue),
                slo_response_url = \(provider?.singleLogoutResponseURL),
                certificates = \(.textArray((provider?.certificates ?? []).map { Data($0).base64EncodedString() })),
                certificates_end = \(provider?.certificatesEnd), unusable_certificates = \(.jsonb(unusable.utf8)),
                metadata_url = \(connection.metadataURL),
                metadata_read_at = \(connection.metadataReadAt),
                pending_metadata = \(connection.pendingMetadata), auto_create = \(settings.createsUsers),
                allowed_domains = \(.textArray(settings.allowedDomains)),
                idp_initiated = \(settings.takesUnsolicited), allows_cbc = \(settings.takesCBC),
                sha1_until = \(settings.takesSHA1Until), name_id_format = \(settings.nameIDFormat),
                forces_authentication = \(settings.forcesAuthentication), claims = \(.jsonb(claims.utf8)),
                tested_at = \(connection.testedAt), version = version + 1
            where tenant_id = \(tenant) and plugin_id = \(plugin) and version = \(connection.version)
            returning version)
            select app.refuse(not exists (select from changed), \(PostgresError.Rule.stale.rawValue))
            """
        let ended = forgets.flatMap { Self.forgetting($0, of: plugin, change, tenant) }
        _ = try await database.write(
            scope, [Self.establish(plugin, tenant), update, change.insert(tenant: tenant)] + ended)
    }

    /// A plug-in of the kind has its row once somebody has something to say about it.
    private static func establish(_ plugin: PluginID, _ tenant: TenantID) -> PostgresQuery {
        """
        insert into app.saml_connections (tenant_id, plugin_id)
        select p.tenant_id, p.id from app.plugins p
        where p.tenant_id = \(tenant) and p.id = \(plugin) and p.kind = 'saml'
        on conflict do nothing
        """
    }

    package func notePending(
        _ metadata: String?, readAt time: Timestamp, of plugin: PluginID, in scope: TenantScope
    ) async throws(DomainError) {
        let note: PostgresQuery = """
            update app.saml_connections set pending_metadata = \(metadata), metadata_read_at = \(time)
            where tenant_id = \(scope.tenant) and plugin_id = \(plugin)
            """
        _ = try await database.write(scope, [note])
    }

    // MARK: Keys

    package func keys(of connection: SAMLConnectionID) async throws(DomainError) -> [SAMLKey] {
        let rows = try await database.read(Self.scope(connection.tenant), Self.selectKeys(connection))[0]
        return try decoding { () throws(PostgresError) in try rows.map(Self.key) }
    }

    private static func selectKeys(_ connection: SAMLConnectionID) -> PostgresQuery {
        """
        select k.id, k.state, k.certificate, k.sealed_key, k.created_at, k.expires_at from app.saml_keys k
        where k.tenant_id = \(connection.tenant) and k.plugin_id = \(connection.plugin) order by k.created_at, k.id
        """
    }

    private static func key(_ row: PostgresRow) throws(PostgresError) -> SAMLKey {
        guard let state = SAMLKey.State(rawValue: try row.text(1)),
            let certificate = Data(base64Encoded: try row.text(2))
        else { throw .unexpectedResult("a key in an unknown state") }
        return SAMLKey(
            id: try row.identifier(0), state: state, certificate: [UInt8](certificate), sealedKey: try row.text(3),
            createdAt: try row.time(4), expiresAt: try row.time(5))
    }

    package func add(_ key: SAMLKey, to connection: SAMLConnectionID) async throws(DomainError) -> [SAMLKey] {
        let (tenant, plugin) = (connection.tenant, connection.plugin)
        let add: PostgresQuery = """
            insert into app.saml_keys (tenant_id, plugin_id, id, certificate, sealed_key, state, expires_at)
            select c.tenant_id, c.plugin_id, \(key.id), \(Data(key.certificate).base64EncodedString()),
                \(key.sealedKey), \(key.state.rawValue), \(key.expiresAt)
            from app.saml_connections c where c.tenant_id = \(tenant) and c.plugin_id = \(plugin)
            on conflict do nothing
            """
        let queries = [Self.establish(plugin, tenant), add, Self.selectKeys(connection)]
        let rows = try await database.write(Self.scope(tenant), queries)[2]
        return try decoding { () throws(PostgresError) in try rows.map(Self.key) }
    }

    package func promoteNextKey(
        of plugin: PluginID, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> Bool {
        let tenant = scope.tenant
        let hasNext: PostgresFragment = """
            exists (select from app.saml_keys n
                where n.tenant_id = \(tenant) and n.plugin_id = \(plugin) and n.state = 'next')
            """
        let queries: [PostgresQuery] = [
            // Two who do it at once take turns.
            """
            select from app.saml_connections where tenant_id = \(tenant) and plugin_id = \(plugin) for update
            """,
            """
            delete from app.saml_keys
            where tenant_id = \(tenant) and plugin_id = \(plugin) and state = 'previous' and \(hasNext)
            """,
            """
            update app.saml_keys set state = 'previous'
            where tenant_id = \(tenant) and plugin_id = \(plugin) and state = 'current' and \(hasNext)
            """,
            """
            with promoted as (
                update app.saml_keys set state = 'current'
                where tenant_id = \(tenant) and plugin_id = \(plugin) and state = 'next' returning id)
            \(change.insert(tenant: tenant, if: "exists (select from promoted)").fragment) returning id
            """,
        ]
        return try await database.write(scope, queries)[3].count == 1
    }

    package func forgetPreviousKey(
        of plugin: PluginID, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> Bool {
        let tenant = scope.tenant
        let forget: PostgresQuery = """
            with gone as (
                delete from app.saml_keys
                where tenant_id = \(tenant) and plugin_id = \(plugin) and state = 'previous' returning id)
            \(change.insert(tenant: tenant, if: "exists (select from gone)").fragment) returning id
            """
        return try await database.write(scope, [forget])[0].count == 1
    }
}
