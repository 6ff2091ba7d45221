package import Postgres

/// Whether row-level security really holds for the role of our sessions.
package struct IsolationCheck: Sendable {
    private let database: Database

    package init(_ database: Database) { self.database = database }

    /// Tables of tenants on which it is off, not forced, or shows rows although no tenant is open.
    package func openTables() async throws(PostgresError) -> [String] {
        let rows = try await database.read([
            """
            select c.relname::text, c.relrowsecurity and c.relforcerowsecurity
            from pg_class c
            where c.relnamespace = to_regnamespace('app') and c.relkind in ('r', 'p') and not c.relispartition
                and coalesce(obj_description(c.oid, 'pg_class'), '') not like 'global:%'
            order by 1
            """
        ])[0]
        var open: [String] = []
        for index in 0..<rows.count {
            let table = try rows[index].text(0)
            // The name comes from the catalogue and is quoted as PostgreSQL quotes names.
            let quoted = table.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            let look = PostgresQuery(
                unsafeSQL: "select count(*) from (select from app.\"\(quoted)\" limit 1) r")
            let visible = try await database.read([look])[0][0].bigint(0)
            if try !rows[index].boolean(1) || visible > 0 { open.append(table) }
        }
        return open
    }
}
