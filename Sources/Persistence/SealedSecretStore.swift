package import Domain
import Postgres

/// Secrets that are sealed with the key of the installation, for exchanging that key.
package struct SealedSecretStore: Sendable {
    private let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    /// One sealed secret and what it belongs to.
    package struct Secret: Sendable, Hashable {
        package enum Owner: Sendable, Hashable {
            case secondFactor(UserID)
            case samlKey(SAMLKeyID, SAMLConnectionID)
        }

        package let owner: Owner
        package let sealed: String
    }

    /// A part of the second factors of a tenant, in the order of their users.
    package func secondFactors(
        after user: UserID?, limit: Int, in tenant: TenantID
    ) async throws(DomainError) -> [Secret] {
        let start = user ?? UserID(rawValue: 0)
        let query: PostgresQuery = """
            select f.user_id, f.secret from app.second_factors f
            where f.tenant_id = \(tenant) and f.user_id > \(start) order by f.user_id limit \(Int64(limit))
            """
        let rows = try await database.read(Self.scope(tenant), query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                Secret(owner: .secondFactor(try row.identifier(0)), sealed: try row.text(1))
            }
        }
    }

    /// The keys of all connections of a tenant, of which there are three at most for each.
    package func samlKeys(in tenant: TenantID) async throws(DomainError) -> [Secret] {
        let query: PostgresQuery = """
            select k.id, k.plugin_id, k.sealed_key from app.saml_keys k where k.tenant_id = \(tenant)
            """
        let rows = try await database.read(Self.scope(tenant), query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                let connection = SAMLConnectionID(tenant: tenant, plugin: try row.identifier(1))
                return Secret(owner: .samlKey(try row.identifier(0), connection), sealed: try row.text(2))
            }
        }
    }

    /// Puts the same secret, sealed anew, in the place of the one that was read, unless it has been exchanged meanwhile.
    package func replace(_ secret: Secret, with sealed: String, in tenant: TenantID) async throws(DomainError) {
        let replace: PostgresQuery =
            switch secret.owner {
            case .secondFactor(let user):
                """
                update app.second_factors set secret = \(sealed)
                where tenant_id = \(tenant) and user_id = \(user) and secret = \(secret.sealed)
                """
            case .samlKey(let id, let connection):
                """
                update app.saml_keys set sealed_key = \(sealed)
                where tenant_id = \(tenant) and plugin_id = \(connection.plugin) and id = \(id)
                    and sealed_key = \(secret.sealed)
                """
            }
        _ = try await database.write(Self.scope(tenant), [replace])
    }

    private static func scope(_ tenant: TenantID) -> TenantScope { TenantScope(tenant: tenant, admission: .operator) }
}
