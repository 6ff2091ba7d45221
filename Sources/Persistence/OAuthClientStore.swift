package import Domain
import Postgres

/// Clients of the token endpoint in PostgreSQL.
package struct OAuthClientStore: OAuthClientRepository {
    private let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    package func create(
        _ client: OAuthClient, secret: ClientSecret, digest: TokenDigest, changes: [Change], in scope: TenantScope
    ) async throws(DomainError) {
        guard let change = changes.first else { throw .unexpected("a client without a change") }
        let insert: PostgresQuery = """
            insert into app.oauth_clients
                (tenant_id, id, plugin_id, token_seconds, issuer, subject, audience, jwks_url, change_id)
            values (\(scope.tenant), \(client.id), \(client.plugin), \(.integer(Int32(client.tokenLifetime.seconds))),
                \(client.federation?.issuer), \(client.federation?.subject), \(client.federation?.audience),
                \(client.federation?.keys.description), \(change.id))
            """
        let queries = [insert, Self.insert(secret, digest, scope)] + changes.map { $0.insert(tenant: scope.tenant) }
        _ = try await database.write(scope, conflict: "id", queries)
    }

    package func create(
        _ secret: ClientSecret, digest: TokenDigest, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let exists: PostgresFragment = """
            exists (select from app.client_secrets s where s.tenant_id = \(scope.tenant) and s.id = \(secret.id))
            """
        let queries = [
            Self.lock(secret.client, scope.tenant), Self.insert(secret, digest, scope),
            change.insert(tenant: scope.tenant, if: exists),
        ]
        if try await database.write(scope, conflict: "id", queries)[1].count == 0 { throw .notFound }
    }

    package func federate(
        _ client: OAuthClientID, with identity: FederatedIdentity?, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let update: PostgresQuery = """
            update app.oauth_clients set issuer = \(identity?.issuer), subject = \(identity?.subject),
                audience = \(identity?.audience), jwks_url = \(identity?.keys.description), change_id = \(change.id)
            where tenant_id = \(scope.tenant) and id = \(client) and revoked_at is null returning id
            """
        // Tokens that the identity before got by its assertions.
        let tokens: PostgresQuery = """
            update app.scim_tokens set revoked_at = now()
            where tenant_id = \(scope.tenant) and client_id = \(client) and secret_id is null and revoked_at is null
                and expires_at > now()
            """
        let queries = [
            update, tokens, change.insert(tenant: scope.tenant, if: Self.bears(change, client, scope)),
        ]
        if try await database.write(scope, queries)[0].count == 0 { throw .notFound }
    }

    package func revoke(
        _ client: OAuthClientID, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let end: PostgresQuery = """
            update app.oauth_clients set revoked_at = now(), change_id = \(change.id)
            where tenant_id = \(scope.tenant) and id = \(client) and revoked_at is null
            """
        let secrets: PostgresQuery = """
            update app.client_secrets set revoked_at = now()
            where tenant_id = \(scope.tenant) and client_id = \(client) and revoked_at is null
            """
        let tokens: PostgresQuery = """
            update app.scim_tokens set revoked_at = now()
            where tenant_id = \(scope.tenant) and client_id = \(client) and revoked_at is null and expires_at > now()
            """
        let find: PostgresQuery = "select from app.oauth_clients where tenant_id = \(scope.tenant) and id = \(client)"
        let queries = [
            find, end, secrets, tokens, change.insert(tenant: scope.tenant, if: Self.bears(change, client, scope)),
        ]
        if try await database.write(scope, queries)[0].count == 0 { throw .notFound }
    }

    package func revoke(
        _ secret: ClientSecretID, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let end: PostgresQuery = """
            with ended as (
                update app.client_secrets set revoked_at = now()
                where tenant_id = \(scope.tenant) and id = \(secret) and revoked_at is null returning id)
            \(change.insert(tenant: scope.tenant, if: "exists (select from ended)").fragment)
            """
        let tokens: PostgresQuery = """
            update app.scim_tokens set revoked_at = now()
            where tenant_id = \(scope.tenant) and secret_id = \(secret) and revoked_at is null and expires_at > now()
            """
        let find: PostgresQuery = "select from app.client_secrets where tenant_id = \(scope.tenant) and id = \(secret)"
        if try await database.write(scope, [find, end, tokens])[0].count == 0 { throw .notFound }
    }

    package func issue(
        _ grant: AccessTokenGrant, in tenant: TenantID
    ) async throws(DomainError) -> AccessTokenLifetime? {
        let shown: PostgresFragment =
            if let secret = grant.secret {
                """
                exists (select from app.client_secrets s where s.tenant_id = c.tenant_id and s.client_id = c.id
                    and s.id = \(secret) and s.revoked_at is null and s.expires_at > now())
                """
            } else {
                "c.issuer is not null"
            }
        let insert: PostgresQuery = """
            insert into app.scim_tokens
                (tenant_id, id, plugin_id, client_id, secret_id, digest, prefix, created_at, expires_at)
            select c.tenant_id, \(grant.token), c.plugin_id, c.id, \(grant.secret), \(grant.digest.bytes),
                \(grant.prefix), now(), now() + c.token_seconds * interval '1 second'
            from app.oauth_clients c
            where c.tenant_id = \(tenant) and c.id = \(grant.client) and c.revoked_at is null and \(shown)
            returning extract(epoch from expires_at - created_at)::bigint
            """
        let forget: PostgresQuery = """
            delete from app.scim_tokens
            where tenant_id = \(tenant) and client_id = \(grant.client) and expires_at < now() - interval '1 day'
            """
        // Locked before it is looked at, so that who revokes at the same time either is seen here or sees the token.
        let locks = [Self.lock(grant.client, tenant)] + (grant.secret.map { [Self.lock($0, tenant)] } ?? [])
        let uses = grant.secret.map { [Self.use($0, from: grant.address, tenant)] } ?? []
        let assertion = grant.assertion.map { Self.use($0, of: grant.client, tenant) } ?? []
        let scope = TenantScope(tenant: tenant, admission: .operator)
        let queries = locks + [insert, forget] + uses + assertion
        guard let row = try await database.write(scope, queries)[locks.count].first else { return nil }
        let seconds = try decoding { () throws(PostgresError) in try row.bigint(0) }
        return AccessTokenLifetime(seconds: Int(seconds))
    }

    // MARK: Statements

    /// Uses up an assertion's identifier, or ends the transaction.
    private static func use(
        _ assertion: AssertionUse, of client: OAuthClientID, _ tenant: TenantID
    ) -> [PostgresQuery] {
        let use: PostgresQuery = """
            with new as (
                insert into app.client_assertions (tenant_id, client_id, digest, expires_at)
                values (\(tenant), \(client), \(assertion.digest.bytes), \(.timestamp(assertion.expiresAt.microseconds)))
                on conflict do nothing returning digest)
            select app.refuse(not exists (select from new), \(PostgresError.Rule.assertionUsed.rawValue))
            """
        return [use, "delete from app.client_assertions where tenant_id = \(tenant) and expires_at < now()"]
    }

    private static func lock(_ client: OAuthClientID, _ tenant: TenantID) -> PostgresQuery {
        "select from app.oauth_clients c where c.tenant_id = \(tenant) and c.id = \(client) for share"
    }

    private static func lock(_ secret: ClientSecretID, _ tenant: TenantID) -> PostgresQuery {
        // Of those who get a token by it at the same time, one after the other notes that.
        "select from app.client_secrets s where s.tenant_id = \(tenant) and s.id = \(secret) for no key update"
    }

    private static func use(_ secret: ClientSecretID, from address: String, _ tenant: TenantID) -> PostgresQuery {
        """
        update app.client_secrets set last_used_at = now(), last_used_from = \(address)
        where tenant_id = \(tenant) and id = \(secret) and revoked_at is null and expires_at > now()
        """
    }

    private static func insert(_ secret: ClientSecret, _ digest: TokenDigest, _ scope: TenantScope) -> PostgresQuery {
        """
        insert into app.client_secrets (tenant_id, id, client_id, name, digest, prefix, expires_at)
        select c.tenant_id, \(secret.id), c.id, \(secret.name.description), \(digest.bytes), \(secret.prefix),
            \(secret.expiresAt)
        from app.oauth_clients c
        where c.tenant_id = \(scope.tenant) and c.id = \(secret.client) and c.revoked_at is null returning id
        """
    }

    private static func bears(_ change: Change, _ client: OAuthClientID, _ scope: TenantScope) -> PostgresFragment {
        """
        exists (select from app.oauth_clients c
            where c.tenant_id = \(scope.tenant) and c.id = \(client) and c.change_id = \(change.id))
        """
    }
}

extension OAuthClientStore {
    package func clients(in scope: TenantScope) async throws(DomainError) -> [OAuthClient] {
        let query: PostgresQuery = """
            select c.id, c.plugin_id, p.name, c.token_seconds::bigint, c.issuer, c.subject, c.audience, c.jwks_url,
                c.created_at, c.revoked_at, u.at, u.address
            from app.oauth_clients c join app.plugins p on p.tenant_id = c.tenant_id and p.id = c.plugin_id
            left join lateral (
                select coalesce(t.last_used_at, t.created_at), t.last_used_from from app.scim_tokens t
                where t.tenant_id = \(scope.tenant) and t.client_id = c.id
                order by t.expires_at desc limit 1) u(at, address) on true
            where c.tenant_id = \(scope.tenant) order by c.created_at, c.id
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                guard let lifetime = AccessTokenLifetime(seconds: Int(try row.bigint(3))) else {
                    throw .unexpectedResult("a lifetime that this program does not know")
                }
                var client = OAuthClient(
                    id: try row.identifier(0), plugin: try row.identifier(1), pluginName: try row.text(2),
                    tokenLifetime: lifetime, federation: try Self.federation(row, 4), createdAt: try row.time(8),
                    revokedAt: try row.timeOrNull(9))
                client.lastUsedAt = try row.timeOrNull(10)
                client.lastUsedFrom = row.textOrNull(11)
                return client
            }
        }
    }

    package func secrets(in scope: TenantScope) async throws(DomainError) -> [ClientSecret] {
        let query: PostgresQuery = """
            select s.id, s.client_id, s.prefix, s.created_at, s.expires_at, s.revoked_at, s.last_used_at,
                s.last_used_from, s.name, \(MakerColumns.list)
            from app.client_secrets s \(MakerColumns(tenant: scope.tenant, secret: "s.id").joins)
            where s.tenant_id = \(scope.tenant) order by s.created_at, s.id
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                var secret = ClientSecret(
                    id: try row.identifier(0), client: try row.identifier(1), prefix: try row.text(2),
                    createdAt: try row.time(3), expiresAt: try row.time(4), revokedAt: try row.timeOrNull(5))
                secret.lastUsedAt = try row.timeOrNull(6)
                secret.lastUsedFrom = row.textOrNull(7)
                secret.name = try SecretName(row, 8)
                secret.maker = try MakerColumns.decode(row, from: 9)
                return secret
            }
        }
    }

    package func standing(
        of client: OAuthClientID, in tenant: TenantID
    ) async throws(DomainError) -> ClientStanding? {
        let scope = TenantScope(tenant: tenant, admission: .operator)
        let query: PostgresQuery = """
            select p.enabled, c.issuer, c.subject, c.audience, c.jwks_url, s.id, s.digest
            from app.oauth_clients c
            join app.plugins p on p.tenant_id = c.tenant_id and p.id = c.plugin_id
            left join app.client_secrets s on s.tenant_id = c.tenant_id and s.client_id = c.id
                and s.revoked_at is null and s.expires_at > now()
            where c.tenant_id = \(tenant) and c.id = \(client) and c.revoked_at is null
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) -> ClientStanding? in
            guard let first = rows.first else { return nil }
            let secrets = try rows.map { row throws(PostgresError) -> ClientStanding.Secret? in
                if row.isNull(5) { return nil }
                return .init(id: try row.identifier(5), digest: TokenDigest(bytes: try row.bytes(6)))
            }
            return ClientStanding(
                client: client, federation: try Self.federation(first, 1), secrets: secrets.compactMap { $0 },
                pluginIsEnabled: try first.boolean(0))
        }
    }

    /// The four columns of a federated identity, from `column` on.
    private static func federation(_ row: PostgresRow, _ column: Int32) throws(PostgresError) -> FederatedIdentity? {
        if row.isNull(column) { return nil }
        guard let keys = KeySetURL(try row.text(column + 3)) else {
            throw .unexpectedResult("a key set at an address that this program does not ask")
        }
        do throws(DomainError) {
            return try FederatedIdentity(
                issuer: row.textOrNull(column) ?? "", subject: row.textOrNull(column + 1) ?? "",
                audience: row.textOrNull(column + 2) ?? "", keys: keys)
        } catch { throw .unexpectedResult("a federated identity that this program does not know") }
    }
}
