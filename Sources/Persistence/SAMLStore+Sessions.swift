package import Domain
import Postgres

/// Sessions that a provider vouches for, and who is known to it.
extension SAMLStore {
    package func endSessions(
        _ logout: SAMLLogout, with connection: SAMLConnectionID
    ) async throws(DomainError) -> [UserID] {
        let (tenant, plugin) = (connection.tenant, connection.plugin)
        let use: PostgresQuery = """
            with new as (
                insert into app.saml_logouts (tenant_id, plugin_id, digest, expires_at)
                values (\(tenant), \(plugin), \(logout.digest.bytes), \(logout.end))
                on conflict do nothing returning digest)
            select app.refuse(not exists (select from new), \(PostgresError.Rule.requestUsed.rawValue))
            """
        let end: PostgresQuery = """
            delete from app.sessions
            where tenant_id = \(tenant) and plugin_id = \(plugin) and name_id = \(logout.nameID)
                and (\(logout.indexes.isEmpty) or session_index = any(\(.textArray(logout.indexes))))
            returning user_id
            """
        let rows = try await database.write(Self.scope(tenant), [use, end])[1]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in try row.identifier(0) }
        }
    }

    package func endSession(
        _ digest: TokenDigest, in tenant: TenantID
    ) async throws(DomainError) -> ProviderSession? {
        let end: PostgresQuery = """
            delete from app.sessions s where s.tenant_id = \(tenant) and s.digest = \(digest.bytes)
            returning \(Self.ofProvider)
            """
        return try Self.providerSession(try await database.write(Self.scope(tenant), [end])[0])
    }

    package func providerSession(
        of session: SessionID, in tenant: TenantID
    ) async throws(DomainError) -> ProviderSession? {
        let query: PostgresQuery = """
            select \(Self.ofProvider) from app.sessions s
            where s.tenant_id = \(tenant) and s.id = \(session)
            """
        return try Self.providerSession(try await database.read(Self.scope(tenant), query)[0])
    }

    private static let ofProvider: PostgresFragment = """
        s.plugin_id, s.name_id, s.session_index, s.ends_at, s.name_format, s.name_qualifier, s.sp_name_qualifier
        """

    private static func providerSession(_ rows: PostgresRows) throws(DomainError) -> ProviderSession? {
        guard let row = rows.first else { return nil }
        return try decoding { () throws(PostgresError) in
            guard let plugin = try row.uuidOrNull(0), let nameID = row.textOrNull(1) else { return nil }
            return ProviderSession(
                plugin: PluginID(rawValue: plugin),
                name: ProviderName(
                    nameID, format: row.textOrNull(4), qualifier: row.textOrNull(5), spQualifier: row.textOrNull(6)),
                index: row.textOrNull(2), endsAt: try row.timeOrNull(3))
        }
    }

    package func identities(of user: UserID, in scope: TenantScope) async throws(DomainError) -> [SAMLIdentity] {
        let query: PostgresQuery = """
            select i.plugin_id, p.name, i.name_id, i.linked_at from app.saml_identities i
            join app.plugins p on p.tenant_id = i.tenant_id and p.id = i.plugin_id
            where i.tenant_id = \(scope.tenant) and i.user_id = \(user) order by p.name_key, i.name_id
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                SAMLIdentity(
                    plugin: try row.identifier(0), pluginName: try row.text(1), nameID: try row.text(2),
                    linkedAt: try row.time(3))
            }
        }
    }

    package func unlink(
        _ nameID: String, of plugin: PluginID, from user: UserID, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let tenant = scope.tenant
        // Sessions that began by this connection end.
        let end: PostgresQuery = """
            delete from app.sessions
            where tenant_id = \(tenant) and user_id = \(user) and plugin_id = \(plugin) and name_id = \(nameID)
            """
        let unlink: PostgresQuery = """
            with gone as (
                delete from app.saml_identities
                where tenant_id = \(tenant) and plugin_id = \(plugin) and name_id = \(nameID) and user_id = \(user)
                returning user_id)
            \(change.insert(tenant: tenant, if: "exists (select from gone)").fragment) returning id
            """
        if try await database.write(scope, [end, unlink])[1].count == 0 { throw .notFound }
    }
}
