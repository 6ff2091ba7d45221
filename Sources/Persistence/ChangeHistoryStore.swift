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
        // Access tokens that clients fetch are tokens as well, but nobody's change.
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
            select c.id, c.at, c.actor, p.name, a.user_name, c.action, \(Self.fields), c.request_id, c.subject,
                case c.subject when 'token' then t.prefix when 'secret' then s.prefix
                    when 'client' then c.subject_id::text end, \(MemberStep.column)
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

    /// The difference of a change `c` without its members.
    private static let fields: PostgresFragment = """
        coalesce((select jsonb_object_agg(f.key, f.value) from jsonb_each(c.difference) f
            where not starts_with(f.key, 'members.')), '{}'::jsonb)
        """

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
            subject: try row.text(8), mark: row.textOrNull(9), difference: difference,
            members: try MemberStep.list(try row.jsonb(10)), requestID: try row.text(7))
    }

    package func names(
        of ids: Set<UserID>, in scope: TenantScope
    ) async throws(DomainError) -> [UserID: SubjectName] {
        let tenant = scope.tenant
        let wanted = PostgresBind.uuidArray(ids.map(\.rawValue))
        let query: PostgresQuery = """
            select u.id, 'user', coalesce(nullif(u.attributes ->> 'displayName', ''),
                nullif(u.attributes -> 'name' ->> 'formatted', ''),
                nullif(concat_ws(' ', u.attributes -> 'name' ->> 'givenName', u.attributes -> 'name' ->> 'familyName'), ''),
                u.user_name), u.deleted_at is not null
            from app.users u where u.tenant_id = \(tenant) and u.id = any(\(wanted))
            union all
            select g.id, 'group', g.display_name, g.deleted_at is not null
            from app.groups g where g.tenant_id = \(tenant) and g.id = any(\(wanted))
            """
        let rows = try await database.read(scope, query)[0]
        let found = try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) -> (UserID, SubjectName) in
                let name = SubjectName(
                    kind: try row.text(1) == "group" ? .group : .user, name: try row.text(2),
                    isDeleted: try row.boolean(3))
                return (try row.identifier(0), name)
            }
        }
        return Dictionary(found) { first, _ in first }
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
