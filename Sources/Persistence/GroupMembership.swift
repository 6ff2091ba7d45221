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
        case .exchange(let old, let new): return [refuseMissing(old)] + remove(old) + add(new)
        }
    }

    /// A query for the users whose roles it can have to do with that somebody was added or removed; nil when nobody was.
    func concerned(by steps: [MembershipChange], _ roles: RoleAssignment) -> PostgresFragment? {
        var names = MemberNames()
        for step in steps {
            names.ids += step.names.ids
            names.others += step.names.others
        }
        if names.isEmpty { return nil }
        let named: PostgresFragment = """
            select g.id from app.groups g where g.tenant_id = \(tenant) and (\(Self.isNamedGroup(names)))
            """
        return roles.whereGroupsMap(
            """
            select u.id from app.users u where u.tenant_id = \(tenant) and (\(Self.isNamed("u", names)))
            union
            select m.member_id from app.group_members m where m.tenant_id = \(tenant)
                and m.group_id = any(array(\(Self.below(groups: named, tenant))))
            """)
    }

    /// A query for the turns that adding takes (`ArrivalTurns`); nil when nobody is added.
    static func turns(adding steps: [MembershipChange], _ tenant: TenantID) -> PostgresFragment? {
        var names = MemberNames()
        for step in steps {
            names.ids += step.added.ids
            names.others += step.added.others
        }
        if names.isEmpty { return nil }
        // An id is somebody's already, or refused.
        let byID: PostgresFragment = """
            select \(ArrivalTurns.nesting) from \(given(names.ids)) n(id)
            join app.groups g on g.tenant_id = \(tenant) and g.id = n.id and g.deleted_at is null
            """
        if names.others.isEmpty { return byID }
        return """
            \(byID) union all
            select case when g.id is null then \(ArrivalTurns.turn("n.value")) else \(ArrivalTurns.nesting) end
            from \(given(names.others)) n(value, key)
            left join app.groups g on g.tenant_id = \(tenant) and g.external_id = n.value and g.deleted_at is null
            where not exists (\(userCalled("n", tenant)))
            """
    }

    // MARK: Steps

    private func add(_ names: MemberNames) -> [PostgresQuery] {
        let refuseCircles: PostgresQuery = """
            select app.refuse(exists (
                    select from (\(Self.above(group, tenant))) a
                    left join app.groups g on g.tenant_id = \(tenant) and g.id = a.id and g.deleted_at is null
                    where a.id = \(group) and \(Self.isOne(of: names.ids, "a.id")) or \(Self.isNamedGroup(names))),
                \(PostgresError.Rule.membersFormCircle.rawValue))
            """
        // The statement waits for a user who is being deleted at this moment and then does not find them.
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
            where g.tenant_id = \(tenant) and g.deleted_at is null and (\(Self.isNamedGroup(names))) and \(condition)
            for key share of g
            on conflict do nothing
            """
        return [refuseCircles, users, groups] + settleUnknown(names)
    }

    /// Handles the names that match no member; runs after the matching ones have been added.
    private func settleUnknown(_ names: MemberNames) -> [PostgresQuery] {
        var statements: [PostgresQuery] = []
        if !names.ids.isEmpty { statements.append(refuse(.memberIDsUnknown, ifAny: unknownIDs(names.ids))) }
        if names.others.isEmpty { return statements }
        let unknownNames = unknownNames(names.others)
        switch (unknown, names.mustBeKnown) {
        case (_, true): statements.append(refuse(.memberTextUnknown, ifAny: unknownNames))
        case (.refuse, false): statements.append(refuse(.membersUnknown, ifAny: unknownNames))
        case (.keep, false):
            statements.append(
                """
                insert into app.pending_members (tenant_id, group_id, value)
                select \(tenant), \(group), n.value from (\(unknownNames)) n where \(condition)
                on conflict do nothing
                """)
        }
        return statements
    }

    private func refuse(_ rule: PostgresError.Rule, ifAny found: PostgresFragment) -> PostgresQuery {
        "select app.refuse(exists (\(found)), \(rule.rawValue)) where \(condition)"
    }

    private func remove(_ names: MemberNames) -> [PostgresQuery] {
        var statements: [PostgresQuery] = []
        if names.mustBeKnown, !names.others.isEmpty {
            let unknown: PostgresFragment = """
                select from (\(unknownNames(names.others))) n where not exists (
                    select from app.pending_members p
                    where p.tenant_id = \(tenant) and p.group_id = \(group) and p.value = n.value)
                """
            statements.append(refuse(.memberTextUnknown, ifAny: unknown))
        }
        return statements + [
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

    private func keepOnly(_ names: MemberNames) -> [PostgresQuery] {
        [
            """
            delete from app.group_members where tenant_id = \(tenant) and group_id = \(group)
                and not (\(stays(names))) and \(condition)
            """,
            """
            delete from app.pending_members where tenant_id = \(tenant) and group_id = \(group)
                and \(isOther(names)) and \(condition)
            """,
        ]
    }

    private func refuseMissing(_ names: MemberNames) -> PostgresQuery {
        """
        select app.refuse(not (\(holds(names))), \(PostgresError.Rule.memberMissing.rawValue)) where \(condition)
        """
    }

    // MARK: Pieces

    /// Is the column one of the ids? A single one, which is the usual case, is compared by itself: for a list whose
    /// length it does not know PostgreSQL would make a new plan each time.
    static func isOne(of ids: [UInt128], _ column: PostgresFragment) -> PostgresFragment {
        ids.count == 1 ? "\(column) = \(.uuid(ids[0]))" : "\(column) = any(\(.uuidArray(ids)))"
    }

    /// The condition that a user of the table called `table` is named.
    private static func isNamed(_ table: PostgresFragment, _ names: MemberNames) -> PostgresFragment {
        let byID = isOne(of: names.ids, "\(table).id")
        if names.others.isEmpty { return byID }
        let keys = names.others.map { FoldedKey(name: $0).description }
        return """
            \(byID) or \(table).external_id = any(\(.textArray(names.others)))
                or \(table).user_name_key = any(\(.textArray(keys)))
            """
    }

    /// Which groups are meant, among those called `g`; a group has no name but its id and externalId.
    private static func isNamedGroup(_ names: MemberNames) -> PostgresFragment {
        let byID = isOne(of: names.ids, "g.id")
        return names.others.isEmpty ? byID : "\(byID) or g.external_id = any(\(.textArray(names.others)))"
    }

    /// The ids as a table.
    private static func given(_ ids: [UInt128]) -> PostgresFragment {
        ids.count == 1 ? "(select \(.uuid(ids[0]))::uuid)" : "unnest(\(.uuidArray(ids)))"
    }

    /// The names as a table, as they are spelled and as they are compared with user names.
    static func given(_ names: [String]) -> PostgresFragment {
        "unnest(\(.textArray(names)), \(.textArray(names.map { FoldedKey(name: $0).description })))"
    }

    /// A query for the users who are called as the row of `given`.
    static func userCalled(_ given: PostgresFragment, _ tenant: TenantID) -> PostgresFragment {
        """
        select from app.users u where u.tenant_id = \(tenant) and u.deleted_at is null
            and (u.external_id = \(given).value or u.user_name_key = \(given).key)
        """
    }

    /// Is the member one of those who stay? The list may be as long as the group: it is hashed (`in`) instead of gone
    /// through for each member.
    func stays(_ names: MemberNames) -> PostgresFragment {
        let byID: PostgresFragment = "member_id in (select unnest(\(.uuidArray(names.ids))))"
        return names.others.isEmpty ? byID : "\(byID) or \(isCalled(names))"
    }

    /// Is the name that waits none of these?
    func isOther(_ names: MemberNames) -> PostgresFragment {
        "value not in (select unnest(\(.textArray(names.texts))))"
    }

    func isMember(_ names: MemberNames) -> PostgresFragment {
        let byID = Self.isOne(of: names.ids, "member_id")
        return names.others.isEmpty ? byID : "\(byID) or \(isCalled(names))"
    }

    /// Is the member one of the users and groups that are called so?
    private func isCalled(_ names: MemberNames) -> PostgresFragment {
        """
        member_id in (
            select u.id from app.users u where u.tenant_id = \(tenant) and (\(Self.isNamed("u", names))) union all
            select g.id from app.groups g where g.tenant_id = \(tenant) and (\(Self.isNamedGroup(names))))
        """
    }

    /// A query for those of the ids that are not in the group, after all that are somebody's have been added.
    func unknownIDs(_ ids: [UInt128]) -> PostgresFragment {
        """
        select from \(Self.given(ids)) n(id) where not exists
            (select from app.group_members m
            where m.tenant_id = \(tenant) and m.group_id = \(group) and m.member_id = n.id)
        """
    }

    /// A query for those of the names that are nobody's.
    private func unknownNames(_ names: [String]) -> PostgresFragment {
        """
        select n.value from \(Self.given(names)) n(value, key)
        where not exists (\(Self.userCalled("n", tenant))) and not exists
            (select from app.groups g
            where g.tenant_id = \(tenant) and g.external_id = n.value and g.deleted_at is null)
        """
    }

    /// A query for the group itself and all groups that it is in, through however many others.
    static func above(_ group: GroupID, _ tenant: TenantID) -> PostgresFragment {
        """
        with recursive above(id) as (
            select \(group) union
            select m.group_id from app.group_members m join above a on m.member_id = a.id
            where m.tenant_id = \(tenant) and m.member_type = 'Group')
        select id from above
        """
    }

    /// A query for the group itself and all groups that are in it, through however many others.
    static func below(_ group: PostgresFragment, _ tenant: TenantID) -> PostgresFragment {
        below(groups: "select \(group)", tenant)
    }

    /// A query for the groups that another query gives and all groups that are in them.
    ///
    /// The query must not refer to the rows of the statement around it: PostgreSQL would run it again for each of them.
    private static func below(groups: PostgresFragment, _ tenant: TenantID) -> PostgresFragment {
        """
        with recursive below(id) as (
            \(groups) union
            select m.member_id from app.group_members m join below b on m.group_id = b.id
            where m.tenant_id = \(tenant) and m.member_type = 'Group')
        select id from below
        """
    }
}
