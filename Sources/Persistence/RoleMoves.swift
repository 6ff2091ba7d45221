import Domain
import Postgres

/// The roles that users gain and lose by `RoleAssignment.assign`, as queries.
///
/// They read the same `wanted` as the assignment, in a transaction in which whatever the roles follow from has been
/// changed already.
struct RoleMoves {
    let tenant: TenantID
    /// A query for the ids of the people.
    let users: PostgresFragment
    /// The connection whose people they would become; nil when they stay whose they are.
    var plugin: PluginID?

    /// The columns that `RolePreview.init` decodes.
    func preview() -> PostgresQuery {
        let privileged = PostgresBind.textArray(Role.allCases.filter(\.isPrivileged).map(\.rawValue))
        return """
            with recursive \(moves),
            listed as (
                select m.id, m.gained, m.lost, u.user_name, u.attributes->>'displayName' as display_name,
                    (m.gained || m.lost) && \(privileged) as is_privileged,
                    count(*) over (partition by m.gained, m.lost) as n,
                    row_number() over (partition by m.gained, m.lost order by u.user_name_key, u.id) as place
                from moves m join app.users u on u.tenant_id = \(tenant) and u.id = m.id)
            select l.gained, l.lost, l.n, l.id, l.user_name, l.display_name,
                (select count(*) from concerned) - (select count(*) from moves), \(Self.digest)
            from (select) one left join listed l
                on l.place <= case when l.is_privileged then \(Int64(RolePreview.privilegedNamesShown))
                    else \(Int64(RolePreview.namesShown)) end
            order by l.is_privileged desc, l.n desc, l.gained, l.lost, l.place
            """
    }

    /// `(id, gained, lost)` of everybody whose roles move.
    func all() -> PostgresQuery {
        """
        with recursive \(moves)
        select m.id, m.gained, m.lost from moves m
        """
    }

    /// Ends the transaction when the roles would move otherwise than somebody agreed to.
    func refuse(unlessAgreedTo agreed: String, if condition: PostgresFragment = "true") -> PostgresQuery {
        """
        with recursive \(moves)
        select app.refuse(\(Self.digest) <> \(agreed), \(PostgresError.Rule.rolesMoveOtherwise.rawValue))
        where \(condition)
        """
    }

    /// `wanted` and, from it, `moves (id, gained, lost)`: the people whose roles become others, for a `with`.
    private var moves: PostgresFragment {
        """
        \(RoleAssignment.wanted(users, mayBeMany: plugin == nil, as: plugin, tenant)),
        before as (
            select distinct r.user_id as id, r.role from app.user_roles r
            where r.tenant_id = \(tenant) and r.user_id in (select id from concerned)),
        after as (
            select r.user_id as id, r.role from app.user_roles r
            where r.tenant_id = \(tenant) and r.user_id in (select id from concerned)
                and r.origin not in ('default', 'app-role', 'group')
            union select id, role from wanted),
        moves as (
            select coalesce(b.id, a.id) as id,
                coalesce(array_agg(a.role order by a.role) filter (where b.id is null), '{}') as gained,
                coalesce(array_agg(b.role order by b.role) filter (where a.id is null), '{}') as lost
            from before b full join after a on a.id = b.id and a.role = b.role
            where a.id is null or b.id is null group by 1)
        """
    }

    private static let digest: PostgresFragment = """
        (select encode(sha256(convert_to(coalesce(
            string_agg(m.id::text || m.gained::text || m.lost::text, ',' order by m.id), ''), 'UTF8')), 'hex')
        from moves m)
        """
}

extension RolePreview {
    /// The result of `RoleMoves.preview`.
    init(_ rows: PostgresRows) throws(PostgresError) {
        guard let first = rows.first else { throw .unexpectedResult("a preview of roles without a row") }
        self.init(moves: [], unchanged: Int(try first.bigint(6)), digest: try first.text(7))
        for index in 0..<rows.count {
            let row = rows[index]
            guard let id = try row.uuidOrNull(3) else { continue }
            let (gained, lost) = (try Self.roles(row.textArray(0)), try Self.roles(row.textArray(1)))
            if moves.last?.gained != gained || moves.last?.lost != lost {
                moves.append(Move(gained: gained, lost: lost, count: Int(try row.bigint(2)), people: []))
            }
            moves[moves.count - 1].people.append(
                Person(id: UserID(rawValue: id), userName: try row.text(4), displayName: row.textOrNull(5)))
        }
    }

    static func roles(_ names: [String]) throws(PostgresError) -> [Role] {
        try names.map { name throws(PostgresError) in
            guard let role = Role(rawValue: name) else { throw .unexpectedResult("an unknown role") }
            return role
        }
    }
}
