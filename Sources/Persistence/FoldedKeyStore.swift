package import Domain
import Postgres

/// Brings stored keys up to date that another version of the program made by another folding.
///
/// A key that would take the place of another one stays as it is: both people keep working, and an administrator has to
/// give one of them another name.
package struct FoldedKeyStore: Sendable {
    let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    package struct Outcome: Sendable, Hashable {
        package var updated = 0
        /// Users and groups whose name counts as the same as another one's, at most `mostReported` of each.
        package var colliding: [UInt128] = []
    }

    package static let mostReported: Int64 = 100
    private static let batch: Int64 = 500

    package func bringUpToDate(in scope: TenantScope) async throws(DomainError) -> Outcome {
        let tenant = scope.tenant
        var outcome = Outcome()
        for table in [Self.users, Self.groups] {
            // A key that is given up may be the one that another row waits for.
            while true {
                let updated = try await database.write(scope, mayTakeLong: true, [table.update(tenant)])[0].count
                if updated == 0 { break }
                outcome.updated += updated
            }
            let rows = try await database.read(scope, mayTakeLong: true, table.stale(tenant))[0]
            outcome.colliding += try decoding { () throws(PostgresError) in
                try rows.map { row throws(PostgresError) in try row.uuid(0) }
            }
        }
        for rows in try await database.write(
            scope, mayTakeLong: true, Self.others(tenant))
        { outcome.updated += rows.count }
        return outcome
    }

    // MARK: Users and groups

    /// A table whose rows are unique by a folded name while they are not deleted.
    private struct NamedTable {
        let table: PostgresFragment
        let name: PostgresFragment
        let key: PostgresFragment

        private var wanted: PostgresFragment { SQLComparison.foldedName("t.\(name)") }

        func stale(_ tenant: TenantID) -> PostgresQuery {
            """
            select t.id from \(table) t where t.tenant_id = \(tenant) and t.\(key) <> \(wanted)
            order by t.id limit \(FoldedKeyStore.mostReported)
            """
        }

        /// The earliest of those who would get one key gets it.
        func update(_ tenant: TenantID) -> PostgresQuery {
            """
            with stale as (
                select distinct on (\(wanted), case when t.deleted_at is not null then t.id end)
                    t.id, \(wanted) as wanted
                from \(table) t
                where t.tenant_id = \(tenant) and t.\(key) <> \(wanted)
                    and (t.deleted_at is not null or not exists (
                        select from \(table) o where o.tenant_id = \(tenant) and o.deleted_at is null
                            and o.\(key) = \(wanted)))
                order by \(wanted), case when t.deleted_at is not null then t.id end, t.created_at, t.id
                limit \(FoldedKeyStore.batch))
            update \(table) t set \(key) = s.wanted from stale s where t.tenant_id = \(tenant) and t.id = s.id
            returning t.id
            """
        }
    }

    private static let users = NamedTable(table: "app.users", name: "user_name", key: "user_name_key")
    private static let groups = NamedTable(table: "app.groups", name: "display_name", key: "display_name_key")

    // MARK: Others

    private static func others(_ tenant: TenantID) -> [PostgresQuery] {
        addresses(tenant) + [mappings(tenant), plugins(tenant), UserStore.addMissingWords(tenant)]
    }

    /// Two foldings can only differ in what is not ASCII.
    private static func addresses(_ tenant: TenantID) -> [PostgresQuery] {
        let wanted: PostgresFragment = """
            select u.id, \(SQLComparison.folded("e.v ->> 'value'")) from app.users u
            cross join lateral jsonb_array_elements(u.attributes -> 'emails') e(v)
            where u.tenant_id = \(tenant) and u.deleted_at is null and e.v ->> 'value' is not null
                and octet_length((u.attributes -> 'emails')::text) <> length((u.attributes -> 'emails')::text)
            """
        return [
            """
            with wanted (user_id, address_key) as (\(wanted))
            delete from app.user_emails a where a.tenant_id = \(tenant) and a.user_id in (select user_id from wanted)
                and (a.user_id, a.address_key) not in (select user_id, address_key from wanted)
            returning a.user_id
            """,
            """
            insert into app.user_emails (tenant_id, user_id, address_key)
            select \(tenant), w.user_id, w.address_key from (\(wanted)) w(user_id, address_key)
            on conflict do nothing returning user_id
            """,
        ]
    }

    private static func mappings(_ tenant: TenantID) -> PostgresQuery {
        func wanted(_ table: PostgresFragment) -> PostgresFragment {
            let (value, name) = (SQLComparison.folded("\(table).value"), SQLComparison.foldedName("\(table).value"))
            return "case \(table).origin when 'group' then \(name) else \(value) end"
        }
        let key = wanted("m")
        return """
            update app.role_mappings m set value_key = \(key)
            where m.tenant_id = \(tenant) and m.value_key <> \(key) and (m.group_id is not null or not exists (
                select from app.role_mappings o where o.tenant_id = m.tenant_id and o.plugin_id = m.plugin_id
                    and o.origin = m.origin and o.role = m.role and o.group_id is null and o.id <> m.id
                    and (o.value_key = \(key) or \(wanted("o")) = \(key))))
            returning m.id
            """
    }

    private static func plugins(_ tenant: TenantID) -> PostgresQuery {
        let wanted = SQLComparison.folded("p.name")
        return """
            update app.plugins p set name_key = \(wanted)
            where p.tenant_id = \(tenant) and p.name_key <> \(wanted) and not exists (
                select from app.plugins o where o.tenant_id = \(tenant) and o.kind = p.kind and o.id <> p.id
                    and (o.name_key = \(wanted) or \(SQLComparison.folded("o.name")) = \(wanted)))
            returning p.id
            """
    }
}
