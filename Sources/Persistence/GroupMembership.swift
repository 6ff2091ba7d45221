import Domain
import Postgres

/// The statements that change who is in one group. Each does nothing unless `condition` holds, so that what follows a
/// lost race has no effect.
struct GroupMembership {
    let tenant: TenantID
    let group: GroupID
    let condition: PostgresFragment
    let unknown: ProvisioningPolicy.UnknownMembers

    func statements(for step: MembershipChange) -> [PostgresQuery] {
        switch step {
        case .add(let names): return names.isEmpty ? [] : add(names)
        case .remove(let names): return names.isEmpty ? [] : remove(names)
        case .replace(let names): return keepOnly(names) + (names.isEmpty ? [] : add(names))
        }
    }

    /// A query for the users whose roles the steps can have to do with; nil when there is nobody.
    func concerned(
        by steps: [MembershipChange], isRenamed: Bool, _ roles: RoleAssignment
    ) -> PostgresFragment? {
        var names = MemberNames()
        for step in steps {
            switch step {
            case .add(let some), .remove(let some):
                names.ids += some.ids
                names.others += some.others
            case .replace: return roles.whereGroupsMap(roles.everybody(in: group))
            }
        }
        if isRenamed { return roles.whereGroupsMap(roles.everybody(in: group)) }
        if names.isEmpty { return nil }
        return roles.whereGroupsMap(
            """
            select u.id from app.users u where u.tenant_id = \(tenant) and (\(Self.isNamed("u", names)))
            union
            select m.member_id from app.groups g join app.group_members m on m.tenant_id = g.tenant_id
                and m.group_id in (\(Self.below("g.id", tenant)))
            where g.tenant_id = \(tenant) and \(Self.isOne(of: names.ids, "g.id"))
            """)
    }

    // MARK: Steps

    private func add(_ names: MemberNames) -> [PostgresQuery] {
        // Circles could only arise from two groups that are put into each other at the same time, so those take turns.
        let takeTurns: PostgresQuery = """
            select from app.tenants where id = \(tenant) and exists
                (select from app.groups g where g.tenant_id = \(tenant) and \(Self.isOne(of: names.ids, "g.id")) and g.deleted_at is null)
            for no key update
            """
        let refuseCircles: PostgresQuery = """
            select app.refuse(exists (select from (\(Self.above(group, tenant))) a where \(Self.isOne(of: names.ids, "a.id"))),
                \(PostgresError.Rule.membersFormCircle.rawValue))
            """
        // Whoever is being deleted at this moment is waited for, and then is not there.
        let users: PostgresQuery = """
            insert into app.group_members (tenant_id, group_id, member_id, member_type)
            select u.tenant_id, \(group), u.id, 'User' from app.users u
            where u.tenant_id = \(tenant) and u.deleted_at is null and (\(Self.isNamed("u", names))) and \(condition)
            for key share of u
            on conflict do nothing
            """
        let groups: PostgresQuery = """
            insert into app.group_members (tenant_id, group_id, member_id, member_type)
            select g.tenant_id, \(group), g.id, 'Group' from app.groups g
            where g.tenant_id = \(tenant) and \(Self.isOne(of: names.ids, "g.id")) and g.deleted_at is null and \(condition)
            for key share of g
            on conflict do nothing
            """
        let unknownNames = unknownNames(names)
        switch unknown {
        case .keep:
            let pending: PostgresQuery = """
                insert into app.pending_members (tenant_id, group_id, value)
                select \(tenant), \(group), n.value from (\(unknownNames)) n where \(condition)
                on conflict do nothing
                """
            return [takeTurns, refuseCircles, users, groups, pending]
        case .refuse:
            let refuse: PostgresQuery = """
                select app.refuse(exists (\(unknownNames)), \(PostgresError.Rule.membersUnknown.rawValue))
                where \(condition)
                """
            return [takeTurns, refuseCircles, users, groups, refuse]
        }
    }

    private func remove(_ names: MemberNames) -> [PostgresQuery] {
        [
            """
            delete from app.group_members where tenant_id = \(tenant) and group_id = \(group)
                and (\(isMember(names))) and \(condition)
            """,
            """
            delete from app.pending_members where tenant_id = \(tenant) and group_id = \(group)
                and value = any(\(.textArray(names.texts))) and \(condition)
            """,
        ]
    }

    /// The list of who stays may be as long as the group: it is hashed (`in`) instead of gone through for each member.
    private func keepOnly(_ names: MemberNames) -> [PostgresQuery] {
        var stays: PostgresFragment = "member_id in (select unnest(\(.uuidArray(names.ids))))"
        if !names.others.isEmpty { stays = "\(stays) or \(isCalled(names))" }
        return [
            """
            delete from app.group_members where tenant_id = \(tenant) and group_id = \(group)
                and not (\(stays)) and \(condition)
            """,
            """
            delete from app.pending_members where tenant_id = \(tenant) and group_id = \(group)
                and value not in (select unnest(\(.textArray(names.texts)))) and \(condition)
            """,
        ]
    }

    // MARK: Pieces

    /// Is the column one of the ids? A single one, which is the usual case, is compared by itself: for a list whose
    /// length it does not know PostgreSQL would make a new plan each time.
    static func isOne(of ids: [UInt128], _ column: PostgresFragment) -> PostgresFragment {
        ids.count == 1 ? "\(column) = \(.uuid(ids[0]))" : "\(column) = any(\(.uuidArray(ids)))"
    }

    /// Who is meant, among users called `table`.
    private static func isNamed(_ table: PostgresFragment, _ names: MemberNames) -> PostgresFragment {
        let byID = isOne(of: names.ids, "\(table).id")
        if names.others.isEmpty { return byID }
        let keys = names.others.map { FoldedKey($0).description }
        return """
            \(byID) or \(table).external_id = any(\(.textArray(names.others)))
                or \(table).user_name_key = any(\(.textArray(keys)))
            """
    }

    private func isMember(_ names: MemberNames) -> PostgresFragment {
        let byID = Self.isOne(of: names.ids, "member_id")
        return names.others.isEmpty ? byID : "\(byID) or \(isCalled(names))"
    }

    /// Is the member one of the users who are called so?
    private func isCalled(_ names: MemberNames) -> PostgresFragment {
        """
        member_id in (select u.id from app.users u where u.tenant_id = \(tenant) and (\(Self.isNamed("u", names))))
        """
    }

    /// A query for those of the names that are nobody's; runs after those that are somebody's have been added.
    private func unknownNames(_ names: MemberNames) -> PostgresFragment {
        let given: PostgresFragment =
            names.ids.count == 1
            ? "(select \(.uuid(names.ids[0]))::uuid)" : "unnest(\(.uuidArray(names.ids)))"
        let ids: PostgresFragment = """
            select n.id::text as value from \(given) n(id) where not exists
                (select from app.group_members m
                where m.tenant_id = \(tenant) and m.group_id = \(group) and m.member_id = n.id)
            """
        if names.others.isEmpty { return ids }
        let keys = names.others.map { FoldedKey($0).description }
        return """
            \(ids) union all
            select n.value from unnest(\(.textArray(names.others)), \(.textArray(keys))) n(value, key) where not exists
                (select from app.users u where u.tenant_id = \(tenant) and u.deleted_at is null
                    and (u.external_id = n.value or u.user_name_key = n.key))
            """
    }

    /// A query for the group itself and all groups that it is in, through however many others.
    static func above(_ group: GroupID, _ tenant: TenantID) -> PostgresFragment {
        """
        with recursive above(id) as (
            select \(group) union
            select m.group_id from app.group_members m join above a on m.member_id = a.id
            where m.tenant_id = \(tenant))
        select id from above
        """
    }

    /// A query for the group itself and all groups that are in it, through however many others.
    static func below(_ group: PostgresFragment, _ tenant: TenantID) -> PostgresFragment {
        """
        with recursive below(id) as (
            select \(group) union
            select m.member_id from app.group_members m join below b on m.group_id = b.id
            where m.tenant_id = \(tenant) and m.member_type = 'Group')
        select id from below
        """
    }
}

/// What waits for somebody, and finds them when they arrive: groups that had them as members beforehand.
struct Arrival {
    let tenant: TenantID
    let id: PostgresBind
    let kind: GroupMember.Kind
    /// By what they may have been called.
    let names: [String]
    let condition: PostgresFragment

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
                delete from app.pending_members where tenant_id = \(tenant) and value = any(\(.textArray(names)))
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

    /// What a group's change log says of it.
    var difference: PostgresFragment {
        "jsonb_build_object('members.add', jsonb_build_array(null, jsonb_build_array(\(id))))"
    }
}
