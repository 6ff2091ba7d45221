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
        guard let row = try await look(query).first else { throw .notFound }
        return try decoding { () throws(PostgresError) in try Self.decode(row) }
    }

    package func tenant(_ id: TenantID) async throws(DomainError) -> Tenant {
        guard let row = try await look(Self.selecting(id)).first else { throw .notFound }
        return try decoding { () throws(PostgresError) in try Self.decode(row) }
    }

    package func tenants() async throws(DomainError) -> [Tenant] {
        let rows = try await look("\(Self.select) order by t.created_at, t.id")
        return try decoding { () throws(PostgresError) in try rows.map(Self.decode) }
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
        let queries = [insert, slug, change.insert(tenant: tenant.id)]
        _ = try await database.write(scope, conflict: "slug", queries)
    }

    package func update(_ tenant: Tenant, change: Change, in scope: TenantScope) async throws(DomainError) {
        let update: PostgresQuery = """
            update app.tenants set default_language = \(tenant.defaultLanguage),
                log_retention_days = \(.integer(Int32(tenant.logRetentionDays))), sign_in = \(tenant.signInMethod.rawValue),
                version = version + 1,
                updated_at = now()
            where id = \(scope.tenant)
            """
        _ = try await database.write(scope, [update, change.insert(tenant: scope.tenant)])
    }

    package func setStatus(
        _ status: Tenant.Status, of tenant: TenantID, change: Change
    ) async throws(DomainError) {
        let scope = TenantScope(tenant: tenant, admission: .operator)
        let update: PostgresQuery = """
            with moved as (
                update app.tenants set status = \(status.rawValue), version = version + 1, updated_at = now()
                where id = \(tenant) and status <> \(status.rawValue) returning id)
            \(change.insert(tenant: tenant, if: "exists (select from moved)").fragment)
            """
        _ = try await database.write(scope, [update])
    }

    /// Removes the tenant with all that belongs to it. Only the owner of the schema may.
    package func delete(_ tenant: TenantID) async throws(DomainError) {
        let scope = TenantScope(tenant: tenant, admission: .operator)
        let queries: [PostgresQuery] = [
            "update app.users set manager_id = null where tenant_id = \(tenant) and manager_id is not null",
            "delete from app.users where tenant_id = \(tenant)",
            "delete from app.groups where tenant_id = \(tenant)",
            "delete from app.tenants where id = \(tenant)",
        ]
        _ = try await database.write(scope, queries)
    }

    /// Reads what belongs to no tenant.
    private func look(_ query: PostgresQuery) async throws(DomainError) -> PostgresRows {
        do throws(PostgresError) { return try await database.database.read([query])[0] } catch {
            throw error.domainError()
        }
    }

    static func selecting(_ id: TenantID) -> PostgresQuery { "\(select) where t.id = \(id)" }

    private static let select: PostgresFragment = """
        select t.id, t.slug, t.name, t.plan, t.entitlements, t.default_language, t.status, t.created_at,
            t.log_retention_days::bigint, t.sign_in
        from app.tenants t
        """

    static func decode(_ row: PostgresRow) throws(PostgresError) -> Tenant {
        guard let slug = Slug(try row.text(1)), let plan = Plan(rawValue: try row.text(3)),
            let status = Tenant.Status(rawValue: try row.text(6))
        else { throw .unexpectedResult("a tenant with a slug, plan or status that this program does not know") }
        var tenant = Tenant(
            id: try row.identifier(0), slug: slug, name: try row.text(2), plan: plan,
            entitlements: Set(try row.textArray(4).compactMap(Entitlement.init)), defaultLanguage: try row.text(5),
            status: status, createdAt: try row.time(7))
        tenant.logRetentionDays = Int(try row.bigint(8))
        tenant.signInMethod = Tenant.SignInMethod(rawValue: try row.text(9)) ?? .both
        return tenant
    }
}
