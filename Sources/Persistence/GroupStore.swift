package import Domain
import Postgres
import StrictJSON

/// Groups and who is in them, in PostgreSQL.
package struct GroupStore: GroupRepository {
    let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    package func group(
        _ id: GroupID, withMembers: Bool, in scope: TenantScope
    ) async throws(DomainError) -> Group {
        let head: PostgresQuery = """
            \(Self.select) where g.tenant_id = \(scope.tenant) and g.id = \(id) and g.deleted_at is null
            """
        var rows =
            withMembers
            ? try await database.read(scope, head, Self.members(of: [id], scope.tenant, limit: Self.shortList + 1))
            : try await database.read(scope, head)
        // A long list is read again where nobody else has to wait for it.
        if withMembers, rows[1].count > Self.shortList {
            rows = try await database.read(scope, mayTakeLong: true, head, Self.members(of: [id], scope.tenant))
        }
        guard let row = rows[0].first else { throw .notFound }
        return try decoding { () throws(PostgresError) in
            var group = try Self.decode(row)
            if withMembers { group.members = try Self.decodeMembers(rows[1])[id] ?? [] }
            return group
        }
    }

    package func groups(
        matching predicate: Predicate<Group.Field>?, order: ListOrder<Group.Field>, page: PageRequest,
        withMembers: Bool, in scope: TenantScope
    ) async throws(DomainError) -> Page<Group> {
        let condition: PostgresFragment =
            predicate.map { " and (\(GroupCondition(tenant: scope.tenant).sql($0)))" } ?? ""
        let paging = Paging(
            table: "g", key: order.key.flatMap(GroupCondition.sortable),
            isAlwaysThere: order.key?.field.isAlwaysThere == true, isDescending: order.isDescending, page: page)
        var list: PostgresQuery = """
            select \(Self.columns), \(paging.value) from app.groups g
            where g.tenant_id = \(scope.tenant) and g.deleted_at is null\(condition)\(paging.condition)
            \(paging.order)
            """
        var count: PostgresQuery = """
            select count(*) from app.groups g
            where g.tenant_id = \(scope.tenant) and g.deleted_at is null\(condition)
            """
        if predicate?.isSingleComparison == false { (list.preparation, count.preparation) = (.never, .never) }
        let rows =
            if case .offset = page.start {
                try await database.read(scope, mayTakeLong: true, list, count)
            } else { try await database.read(scope, mayTakeLong: true, list) }
        var found = try decoding { () throws(PostgresError) in
            let found = try rows[0].map { row throws(PostgresError) in
                let group = try Self.decode(row)
                let place = ListPosition(
                    value: row.textOrNull(6), createdAt: group.createdAt, id: group.id.description)
                return (group, place)
            }
            return paging.assemble(found, total: rows.count > 1 ? Int(try rows[1][0].bigint(0)) : nil)
        }
        if withMembers, !found.elements.isEmpty {
            let members = try await database.read(
                scope, mayTakeLong: true, Self.members(of: found.elements.map(\.id), scope.tenant))[0]
            let byGroup = try decoding { () throws(PostgresError) in try Self.decodeMembers(members) }
            for index in found.elements.indices {
                found.elements[index].members = byGroup[found.elements[index].id] ?? []
            }
        }
        return found
    }

    package func create(_ group: NewGroup, in scope: TenantScope) async throws(DomainError) -> Group {
        let tenant = scope.tenant
        let attributes = group.attributes
        let insert: PostgresQuery = """
            insert into app.groups
                (tenant_id, id, plugin_id, display_name, display_name_key, external_id, attributes, change_id)
            values
                (\(tenant), \(group.id), \(group.source), \(attributes.displayName), \(attributes.displayNameKey),
                \(attributes.externalID), \(.jsonb(JSON.object(attributes.document).utf8)), \(group.change.id))
            returning version, created_at
            """
        let membership = GroupMembership(
            tenant: tenant, group: group.id, condition: "true", unknown: group.unknownMembers)
        let arrival = Self.arrival(group.id, attributes, tenant)
        let turns = Self.turns(arrival, adding: [.add(group.members)], tenant)
        let roles = RoleAssignment(tenant: tenant, change: group.change)
        let queries =
            turns + [insert] + membership.statements(for: .add(group.members))
            + [
                group.change.insert(tenant: tenant), arrival.joinGroups(group.change),
                GroupMappings(tenant: tenant).bind(group.id, change: group.change),
                roles.assign(to: roles.everybody(in: group.id), mayBeMany: true),
                Self.members(of: [group.id], tenant),
            ]
        let rows = try await database.write(
            scope, conflict: "displayName", mayTakeLong: group.members.areMany, queries)
        return try decoding { () throws(PostgresError) in
            let head = rows[turns.count][0]
            let created = try head.time(1)
            return Group(
                id: group.id, version: try head.bigint(0), createdAt: created, updatedAt: created,
                displayName: attributes.displayName, profile: .parsed(attributes.document),
                members: try Self.decodeMembers(rows[rows.count - 1])[group.id] ?? [])
        }
    }

    package func update(
        _ id: GroupID, _ update: GroupUpdate, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> GroupUpdateResult {
        let tenant = scope.tenant
        let expected: PostgresFragment = update.version.map { " and version = \($0)" } ?? ""
        var assignments: PostgresFragment = "version = version + 1, change_id = \(change.id), updated_at = now()"
        if let attributes = update.attributes {
            let externalID = attributes.externalID.map(PostgresBind.text) ?? .null(.text)
            assignments =
                assignments + """
                    , display_name = \(attributes.displayName),
                    display_name_key = case when display_name = \(attributes.displayName) then display_name_key
                        else \(.text(attributes.displayNameKey.description)) end,
                    external_id_shared = external_id_shared and external_id is not distinct from \(externalID),
                    external_id = \(externalID),
                    attributes = \(.jsonb(JSON.object(attributes.document).utf8))
                    """
        }
        let mark = Self.mark(id, change.id, tenant)
        let membership = GroupMembership(
            tenant: tenant, group: id, condition: mark, unknown: update.policy.unknownMembers)
        let effect: PostgresFragment =
            update.attributes == nil ? "and (\(membership.hasEffect(update.membership)))" : ""
        let head: PostgresQuery = """
            update app.groups set \(assignments)
            where tenant_id = \(tenant) and id = \(id) and deleted_at is null\(expected) \(update.reach.groups(tenant))
                \(effect)
            returning version
            """
        let steps = update.membership.flatMap(membership.statements)
        let roles = RoleAssignment(tenant: tenant, change: change)
        // Somebody may have waited for the new externalId.
        var arrival: Arrival?
        if let attributes = update.attributes, change.difference.touches("externalId") {
            arrival = Self.arrival(id, attributes, tenant, if: mark)
        }
        let formerName = formerName(change)
        let binding: PostgresQuery? =
            if arrival != nil || formerName != nil {
                GroupMappings(tenant: tenant).bind(id, formerName: formerName, change: change, if: mark)
            } else { nil }
        let assignment: PostgresQuery? =
            if binding != nil || update.membership.contains(where: \.isReplacement) {
                roles.assign(to: roles.everybody(in: id), mayBeMany: true)
            } else { membership.concerned(by: update.membership, roles).map { roles.assign(to: $0) } }
        let turns = Self.turns(arrival, holdsGroups: arrival != nil, adding: update.membership, tenant)
        let queries =
            turns + [head] + steps + [change.insert(tenant: tenant, if: mark)]
            + [arrival?.joinGroups(change), binding, assignment].compactMap(\.self)
        let rows = try await database.write(
            scope, conflict: "displayName", mayTakeLong: update.mayTakeLong, queries)
        guard let row = rows[turns.count].first else { return try await unwritten(update, id, scope) }
        return try decoding { () throws(PostgresError) in .updated(version: try row.bigint(0)) }
    }

    /// Why a change found nothing to write.
    private func unwritten(
        _ update: GroupUpdate, _ id: GroupID, _ scope: TenantScope
    ) async throws(DomainError) -> GroupUpdateResult {
        let query: PostgresQuery = """
            select version, true \(update.reach.groups(scope.tenant)) from app.groups
            where tenant_id = \(scope.tenant) and id = \(id) and deleted_at is null
            """
        guard let row = try await database.read(scope, query)[0].first else { return .missingOrStale }
        return try decoding { () throws(PostgresError) in
            guard try row.boolean(1) else { return .beyondReach }
            let version = try row.bigint(0)
            // A version never comes back, so the group was at it, and there was nothing to change.
            let isUnchanged = update.attributes == nil && (update.version ?? version) == version
            return isUnchanged ? .updated(version: version) : .missingOrStale
        }
    }

    package func delete(
        _ id: GroupID, version: Int64?, reach: Reach, mayTakeLong: Bool, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> Bool {
        let tenant = scope.tenant
        let expected: PostgresFragment = version.map { " and version = \($0)" } ?? ""
        let lock: PostgresQuery = "select from app.groups where tenant_id = \(tenant) and id = \(id) for update"
        let delete: PostgresQuery = """
            update app.groups set deleted_at = now(), version = version + 1, change_id = \(change.id), updated_at = now()
            where tenant_id = \(tenant) and id = \(id) and deleted_at is null\(expected) \(reach.groups(tenant))
            returning id
            """
        let mark = Self.mark(id, change.id, tenant)
        let parents: PostgresFragment = """
            select group_id from app.group_members where tenant_id = \(tenant) and member_id = \(id) and \(mark)
            """
        let noteParents = change.insertConsequences(
            tenant: tenant, .removeMembers, on: "'group'", difference: Difference.removal(of: id.rawValue), of: parents)
        let touchParents: PostgresQuery = """
            update app.groups set version = version + 1, updated_at = now()
            where tenant_id = \(tenant) and deleted_at is null and id in (\(parents))
            """
        let empty: PostgresQuery = """
            delete from app.group_members where tenant_id = \(tenant) and group_id = \(id) and \(mark)
            """
        let leaveParents: PostgresQuery = """
            delete from app.group_members where tenant_id = \(tenant) and member_id = \(id) and \(mark)
            """
        let forgetPending: PostgresQuery = """
            delete from app.pending_members where tenant_id = \(tenant) and group_id = \(id) and \(mark)
            """
        // The members are part of the deleted group.
        let members: PostgresFragment = """
            (select jsonb_build_object('members.remove',
                jsonb_build_array(coalesce(jsonb_agg(m.member_id order by m.member_id), '[]'), null))
            from app.group_members m where m.tenant_id = \(tenant) and m.group_id = \(id))
            """
        let roles = RoleAssignment(tenant: tenant, change: change)
        let queries = [
            lock, delete, change.insert(tenant: tenant, difference: members, if: mark), noteParents, touchParents,
            // The parents tell whose roles are concerned, so the group leaves them last.
            empty, forgetPending, roles.assign(to: roles.everybody(in: id), mayBeMany: true),
            leaveParents,
        ]
        if try await database.write(scope, mayTakeLong: mayTakeLong, queries)[1].count == 1 { return true }
        if try await isBeyond(reach, id, scope) { throw .groupBeyondReach }
        return false
    }

    /// Why a write found nothing: the group is there, and not within reach.
    private func isBeyond(_ reach: Reach, _ id: GroupID, _ scope: TenantScope) async throws(DomainError) -> Bool {
        if reach == .everybody { return false }
        let query: PostgresQuery = """
            select from app.groups where tenant_id = \(scope.tenant) and id = \(id) and deleted_at is null
                and not (true \(reach.groups(scope.tenant)))
            """
        return try await database.read(scope, query)[0].count == 1
    }

    // MARK: Pieces

    private static func arrival(
        _ id: GroupID, _ attributes: GroupAttributes, _ tenant: TenantID, if condition: PostgresFragment = "true"
    ) -> Arrival {
        Arrival(
            tenant: tenant, id: .uuid(id.rawValue), kind: .group,
            names: [id.description] + [attributes.externalID].compactMap(\.self), userName: nil, condition: condition)
    }

    /// The statement that takes the turns of who is added and of the group that arrives; none without either.
    ///
    /// - Parameter holdsGroups: whether the arriving group may have groups in it already.
    private static func turns(
        _ arrival: Arrival?, holdsGroups: Bool = false, adding steps: [MembershipChange], _ tenant: TenantID
    ) -> [PostgresQuery] {
        let names = arrival?.turns ?? []
        var awaiting = GroupMembership.turns(adding: steps, tenant)
        if holdsGroups {
            let nesting: PostgresFragment = "select \(ArrivalTurns.nesting)"
            awaiting = awaiting.map { "\($0) union all \(nesting)" } ?? nesting
        }
        if names.isEmpty, awaiting == nil { return [] }
        return [ArrivalTurns(tenant: tenant).take(arrivingUnder: names, awaiting: awaiting)]
    }

    private func formerName(_ change: Change) -> FoldedKey? {
        guard case .array(let sides) = change.difference.fields["displayName"] else { return nil }
        return sides.first?.stringValue.map { FoldedKey(name: $0) }
    }

    private static let columns: PostgresFragment =
        "g.id, g.version, g.created_at, g.updated_at, g.display_name, g.attributes"

    static let select: PostgresFragment = "select \(columns) from app.groups g"

    private static func mark(_ id: GroupID, _ change: ChangeID, _ tenant: TenantID) -> PostgresFragment {
        """
        exists (select from app.groups c
            where c.tenant_id = \(tenant) and c.id = \(id) and c.change_id = \(change))
        """
    }

    /// Members that are read beside other short things.
    private static let shortList = 500

    static func members(of groups: [GroupID], _ tenant: TenantID, limit: Int? = nil) -> PostgresQuery {
        let limit: PostgresFragment = limit.map { "limit \(Int64($0))" } ?? ""
        return """
            select m.group_id, m.member_id, m.member_type,
                coalesce(u.attributes->>'displayName', u.user_name, g.display_name)
            from app.group_members m
            left join app.users u on u.tenant_id = m.tenant_id and u.id = m.member_id and m.member_type = 'User'
            left join app.groups g on g.tenant_id = m.tenant_id and g.id = m.member_id and m.member_type = 'Group'
            where m.tenant_id = \(tenant) and \(GroupMembership.isOne(of: groups.map(\.rawValue), "m.group_id"))
            order by m.group_id, m.member_id \(limit)
            """
    }

    static func decode(_ row: PostgresRow) throws(PostgresError) -> Group {
        Group(
            id: try row.identifier(0), version: try row.bigint(1), createdAt: try row.time(2),
            updatedAt: try row.time(3), displayName: try row.text(4), profile: .stored(try row.jsonb(5)), members: nil)
    }

    static func decodeMembers(_ rows: PostgresRows) throws(PostgresError) -> [GroupID: [GroupMember]] {
        var members: [GroupID: [GroupMember]] = [:]
        for index in 0..<rows.count {
            let row = rows[index]
            let kind = GroupMember.Kind(rawValue: try row.text(2)) ?? .user
            let member = GroupMember(id: try row.uuid(1), kind: kind, display: row.textOrNull(3))
            members[try row.identifier(0), default: []].append(member)
        }
        return members
    }
}
