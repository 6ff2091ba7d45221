import Domain
import Postgres

/// The references that wait for somebody who does not exist yet, and are resolved when they are created: groups that
/// list them as a member, users whose manager they are.
struct Arrival {
    let tenant: TenantID
    let id: PostgresBind
    let kind: GroupMember.Kind
    /// Names that count as they are spelled: id and externalId.
    let names: [String]
    /// A name that counts without case.
    let userName: String?
    let condition: PostgresFragment

    /// Names by which they can have been waited for by others than themselves.
    var turns: [String] { Array(names.dropFirst()) + [userName].compactMap(\.self) }

    /// Is the column one of the names?
    ///
    /// - Parameter key: the column's folded twin, which is indexed.
    func isNamed(in column: PostgresFragment, key: PostgresFragment) -> PostgresFragment {
        var keys: PostgresFragment = SQLComparison.folded("\(names[0])::text")
        var exact: PostgresFragment = "\(names[0])::text"
        for name in names.dropFirst() {
            keys = "\(keys), \(SQLComparison.folded("\(name)::text"))"
            exact = "\(exact), \(name)::text"
        }
        guard let userName else { return "\(key) in (\(keys)) and \(column) in (\(exact))" }
        let folded = SQLComparison.folded("\(userName)::text")
        return "\(key) in (\(keys), \(folded)) and (\(column) in (\(exact)) or \(key) = \(folded))"
    }

    /// Moves pending members into their groups: the first parts of a `with`, of which `joined` names the groups.
    var parts: PostgresFragment {
        let acceptable: PostgresFragment =
            switch kind {
            case .user: "true"
            // A group that is in the arriving one by now cannot hold it.
            case .group: "a.group_id not in (\(GroupMembership.below("\(id)", tenant)))"
            }
        return """
            arrived as (
                delete from app.pending_members where tenant_id = \(tenant) and \(isNamed(in: "value", key: "value_key"))
                    and \(condition)
                returning group_id),
            joined as (
                insert into app.group_members (tenant_id, group_id, member_id, member_type)
                select distinct g.tenant_id, g.id, \(id), \(kind.rawValue) from arrived a
                join app.groups g on g.tenant_id = \(tenant) and g.id = a.group_id and g.deleted_at is null
                where \(acceptable)
                on conflict do nothing returning group_id),
            touched as (
                update app.groups set version = version + 1, updated_at = now()
                where tenant_id = \(tenant) and id in (select group_id from joined) returning id)
            """
    }

    /// Moves pending members into their groups, and notes it for each group.
    func joinGroups(_ change: Change) -> PostgresQuery {
        let noted = change.insertConsequences(
            tenant: tenant, .addMembers, on: "'group'", difference: difference, of: "select group_id from joined")
        return "with \(parts) \(noted.fragment) returning id"
    }

    /// The same, and gives those whose manager it is their manager. A single row says whether it joined a group.
    func joinGroupsAndReports(_ id: UserID, _ change: Change) -> PostgresQuery {
        let joined = change.insertConsequences(
            tenant: tenant, .addMembers, on: "'group'", difference: difference, of: "select group_id from joined")
        let adopted = change.insertConsequences(
            tenant: tenant, .update, on: "'user'", difference: Difference.ofManager(from: nil, to: id),
            of: "select id from adopted")
        return """
            with adopted as (
                update app.users set manager_id = \(id), version = version + 1, updated_at = now()
                where tenant_id = \(tenant) and manager_id is null
                    and \(isNamed(in: "manager_value", key: "manager_key")) and deleted_at is null and id <> \(id) and \(condition)
                returning id),
            \(parts),
            noted as (\(joined.fragment)),
            noted_reports as (\(adopted.fragment))
            select exists (select from joined)
            """
    }

    /// The difference for the group's change log.
    private var difference: PostgresFragment {
        "jsonb_build_object('members.add', jsonb_build_array(null, jsonb_build_array(\(id))))"
    }
}
