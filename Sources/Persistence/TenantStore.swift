package import Domain
import Postgres

/// Tenants in PostgreSQL.
package struct TenantStore: TenantRepository {
    private let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    package func tenant(slug: Slug) async throws(DomainError) -> Tenant {
        let query: PostgresQuery = """
            \(Self.select) join app.tenant_slugs s on s.tenant_id = t.id where s.slug = \(slug.description)
            """
        let tenant = try await mapping { () async throws(PostgresError) -> Tenant? in
            try await database.database.read([query])[0].first.map(Self.decode)
        }
        guard let tenant else { throw .notFound }
        return tenant
    }

    package func tenants() async throws(DomainError) -> [Tenant] {
        try await mapping { () async throws(PostgresError) in
            try await database.database.read(["\(Self.select) order by t.created_at, t.id"])[0].map(Self.decode)
        }
    }

    package func create(_ tenant: Tenant, change: Change) async throws(DomainError) {
        let scope = TenantScope(tenant: tenant.id, admission: .operator)
        let insert: PostgresQuery = """
            insert into app.tenants (id, slug, name, plan, entitlements, default_language)
            values (\(tenant.id), \(tenant.slug.description), \(tenant.name), \(tenant.plan.rawValue),
                \(.textArray(tenant.entitlements.map(\.rawValue).sorted())), \(tenant.defaultLanguage))
            """
        let slug: PostgresQuery = """
            insert into app.tenant_slugs (slug, tenant_id) values (\(tenant.slug.description), \(tenant.id))
            """
        try await mapping(conflict: "slug") { () async throws(PostgresError) in
            _ = try await database.write(scope, [insert, slug, change.insert(tenant: tenant.id)])
        }
    }

    package func setStatus(
        _ status: Tenant.Status, of tenant: TenantID, change: Change
    ) async throws(DomainError) {
        let scope = TenantScope(tenant: tenant, admission: .operator)
        let update: PostgresQuery = """
            update app.tenants set status = \(status.rawValue), version = version + 1, updated_at = now()
            where id = \(tenant)
            """
        try await mapping { () async throws(PostgresError) in
            _ = try await database.write(scope, [update, change.insert(tenant: tenant)])
        }
    }

    /// Removes the tenant with all that belongs to it. Only the owner of the schema may.
    package func delete(_ tenant: TenantID) async throws(DomainError) {
        let scope = TenantScope(tenant: tenant, admission: .operator)
        try await mapping { () async throws(PostgresError) in
            _ = try await database.write(
                scope,
                [
                    "update app.users set manager_id = null where tenant_id = \(tenant) and manager_id is not null",
                    "delete from app.users where tenant_id = \(tenant)",
                    "delete from app.groups where tenant_id = \(tenant)",
                    "delete from app.tenants where id = \(tenant)",
                ])
        }
    }

    private static let select: PostgresFragment = """
        select t.id, t.slug, t.name, t.plan, t.entitlements, t.default_language, t.status, t.created_at
        from app.tenants t
        """

    private static func decode(_ row: PostgresRow) throws(PostgresError) -> Tenant {
        guard let slug = Slug(try row.text(1)), let plan = Plan(rawValue: try row.text(3)),
            let status = Tenant.Status(rawValue: try row.text(6))
        else { throw .unexpectedResult("a tenant with a slug, plan or status that this program does not know") }
        return Tenant(
            id: try row.identifier(0), slug: slug, name: try row.text(2), plan: plan,
            entitlements: Set(try row.textArray(4).compactMap(Entitlement.init)), defaultLanguage: try row.text(5),
            status: status, createdAt: try row.time(7))
    }
}
