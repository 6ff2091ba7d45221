package import Domain
package import Postgres

/// Everything a tenant has, as it is stored.
package struct TenantExport: Sendable {
    private let database: TenantDatabase

    package init(_ database: Database) { self.database = TenantDatabase(database) }

    private static let rowsAtOnce: Int64 = 500

    /// Writes each row as a line of JSON, first the tenant's own. The catalogue says which tables hold rows of a tenant,
    /// so none can be forgotten: all with a `tenant_id`, and `app.tenants` itself. `app.tenants` and `app.tenant_slugs`
    /// have no row-level security, so there the condition alone keeps other tenants out.
    package func write(_ tenant: TenantID, to line: (String) -> Void) async throws(DomainError) {
        let scope = TenantScope(tenant: tenant, admission: .operator)
        let catalogue = try await database.read(
            scope,
            """
            select c.relname::text, o.attname::text, string_agg(a.attname::text, ',' order by k.n)
            from pg_class c
            join pg_attribute o on o.attrelid = c.oid and not o.attisdropped
                and o.attname = case c.relname when 'tenants' then 'id' else 'tenant_id' end
            join pg_index i on i.indrelid = c.oid and i.indisprimary
            cross join lateral unnest(i.indkey) with ordinality k(attnum, n)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
            where c.relnamespace = to_regnamespace('app') and c.relkind in ('r', 'p') and not c.relispartition
            group by c.relname, o.attname order by c.relname <> 'tenants', c.relname
            """)[0]
        let tables = try decoding { () throws(PostgresError) in
            try catalogue.map { row throws(PostgresError) in (try row.text(0), try row.text(1), try row.text(2)) }
        }
        for (table, owner, key) in tables {
            var offset: Int64 = 0
            while true {
                // Names of our own schema; nothing of a request is in this text.
                let page = PostgresQuery(
                    unsafeSQL: """
                        select to_jsonb(r) from app.\(table) r where r.\(owner) = $1
                        order by \(key) limit \(Self.rowsAtOnce) offset $2
                        """, binds: [.uuid(tenant.rawValue), .bigint(offset)])
                let found = try await database.read(scope, mayTakeLong: true, page)[0]
                let rows = try decoding { () throws(PostgresError) in
                    try found.map { row throws(PostgresError) in try row.jsonb(0) }
                }
                for row in rows { line("{\"table\":\"\(table)\",\"row\":\(String(decoding: row, as: UTF8.self))}") }
                if rows.count < Int(Self.rowsAtOnce) { break }
                offset += Self.rowsAtOnce
            }
        }
    }
}
