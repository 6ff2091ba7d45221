package import Domain
import Postgres
import StrictJSON

/// The change log in PostgreSQL, as the history of things.
package struct ChangeHistoryStore: ChangeHistoryRepository {
    private let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    package func history<Thing>(
        of subject: Identifier<Thing>, before: ChangeID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [HistoryEntry] {
        let tenant = scope.tenant
        let older: PostgresFragment = before.map { "and c.id < \($0)" } ?? ""
        let query: PostgresQuery = """
            select c.id, c.at, c.actor, p.name, a.user_name, c.action, c.difference, c.request_id
            from app.changes c
            left join app.plugins p on p.tenant_id = c.tenant_id and p.id = c.plugin_id
            left join app.users a on a.tenant_id = c.tenant_id and a.id = c.actor_id and c.actor = 'admin'
            where c.tenant_id = \(tenant) and c.subject_id = \(subject) \(older)
            order by c.id desc limit \(Int64(limit))
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                let actor: HistoryEntry.Actor =
                    switch try row.text(2) {
                    case "token", "sign-in": .plugin(row.textOrNull(3) ?? "")
                    case "admin": .person(row.textOrNull(4))
                    case "rule": .program
                    default: .operator
                    }
                guard let json = try? JSON.parse(try row.jsonb(6), limits: .stored), case .object(let difference) = json
                else { throw .unexpectedResult("a change without a difference") }
                return HistoryEntry(
                    id: try row.identifier(0), at: try row.time(1), actor: actor, action: try row.text(5),
                    difference: difference, requestID: try row.text(7))
            }
        }
    }

    package func attributesSet(
        by plugin: PluginID, of user: UserID, in scope: TenantScope
    ) async throws(DomainError) -> Set<String> {
        let query: PostgresQuery = """
            select path from (
                select distinct on (f.path) f.path, c.plugin_id from app.changes c
                cross join lateral jsonb_object_keys(c.difference) f(path)
                where c.tenant_id = \(scope.tenant) and c.subject_id = \(user)
                order by f.path, c.id desc) last
            where plugin_id = \(plugin)
            """
        let rows = try await database.read(scope, mayTakeLong: true, query)[0]
        return try decoding { () throws(PostgresError) in
            Set(try rows.map { row throws(PostgresError) in try row.text(0) })
        }
    }
}
