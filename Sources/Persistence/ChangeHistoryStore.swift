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
        try await entries("c.subject_id = \(subject)", before: before, limit: limit, in: scope)
    }

    package func history(
        ofConnection plugin: PluginID, before: ChangeID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [HistoryEntry] {
        let tenant = scope.tenant
        // What clients fetch are tokens as well, and nobody's change.
        let things: PostgresFragment = """
            select \(plugin) union all
            select t.id from app.scim_tokens t
            where t.tenant_id = \(tenant) and t.plugin_id = \(plugin) and t.client_id is null union all
            select o.id from app.oauth_clients o where o.tenant_id = \(tenant) and o.plugin_id = \(plugin) union all
            select s.id from app.oauth_clients o
            join app.client_secrets s on s.tenant_id = o.tenant_id and s.client_id = o.id
            where o.tenant_id = \(tenant) and o.plugin_id = \(plugin)
            """
        return try await entries("c.subject_id = any(array(\(things)))", before: before, limit: limit, in: scope)
    }

    package func latestChange(
        of attribute: String, ofUser user: UserID, in scope: TenantScope
    ) async throws(DomainError) -> HistoryEntry? {
        try await entries(
            "c.subject_id = \(user) and c.difference -> \(attribute) is not null", before: nil, limit: 1, in: scope
        ).first
    }

    private func entries(
        _ condition: PostgresFragment, before: ChangeID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [HistoryEntry] {
        let tenant = scope.tenant
        let older: PostgresFragment = before.map { "and c.id < \($0)" } ?? ""
        let query: PostgresQuery = """
            select c.id, c.at, c.actor, p.name, a.user_name, c.action, c.difference, c.request_id, c.subject,
                case c.subject when 'token' then t.prefix when 'secret' then s.prefix
                    when 'client' then c.subject_id::text end
            from app.changes c
            left join app.plugins p on p.tenant_id = c.tenant_id and p.id = c.plugin_id
            left join app.users a on a.tenant_id = c.tenant_id and a.id = c.actor_id and c.actor = 'admin'
            left join app.scim_tokens t on t.tenant_id = c.tenant_id and t.id = c.subject_id and c.subject = 'token'
            left join app.client_secrets s
                on s.tenant_id = c.tenant_id and s.id = c.subject_id and c.subject = 'secret'
            where c.tenant_id = \(tenant) and \(condition) \(older)
            order by c.id desc limit \(Int64(limit))
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in try rows.map(Self.decode) }
    }

    private static func decode(_ row: PostgresRow) throws(PostgresError) -> HistoryEntry {
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
            subject: try row.text(8), mark: row.textOrNull(9), difference: difference, requestID: try row.text(7))
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
