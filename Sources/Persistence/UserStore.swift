package import Domain
import Postgres
import StrictJSON

/// Users in PostgreSQL.
package struct UserStore: UserRepository, RoleGrantRepository {
    let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    package func user(_ id: UserID, in scope: TenantScope) async throws(DomainError) -> User {
        let query: PostgresQuery = """
            \(Self.select) where u.tenant_id = \(scope.tenant) and u.id = \(id) and u.deleted_at is null
            """
        guard let row = try await database.read(scope, query)[0].first else { throw .notFound }
        return try decoding { () throws(PostgresError) in try Self.decode(row) }
    }

    package func users(
        matching predicate: Predicate<User.Field>?, order: ListOrder<User.Field>, page: PageRequest,
        in scope: TenantScope
    ) async throws(DomainError) -> Page<User> {
        let (list, count, paging) = Self.listQueries(predicate, order, page, scope.tenant)
        let isCounted = predicate?.matchesAtMostOne != true || page.start != .offset(0) || page.limit == 0
        let rows: [PostgresRows]
        switch page.start {
        case .offset where isCounted: rows = try await database.read(scope, mayTakeLong: true, list, count)
        case .offset: rows = try await database.read(scope, list)
        case .after, .before: rows = try await database.read(scope, mayTakeLong: true, list)
        }
        return try decoding { () throws(PostgresError) in
            let found = try rows[0].map { row throws(PostgresError) in
                let user = try Self.decode(row)
                let place = ListPosition(
                    value: row.textOrNull(Self.columnCount), createdAt: user.createdAt, id: user.id.description)
                return (user, place)
            }
            return switch page.start {
            case .offset: paging.assemble(found, total: isCounted ? Int(try rows[1][0].bigint(0)) : found.count)
            case .after, .before: paging.assemble(found, total: nil)
            }
        }
    }

    /// The statements of a list: the page, the number of all, and how the page is cut.
    static func listQueries(
        _ predicate: Predicate<User.Field>?, _ order: ListOrder<User.Field>, _ page: PageRequest, _ tenant: TenantID
    ) -> (list: PostgresQuery, count: PostgresQuery, Paging) {
        let condition: PostgresFragment =
            predicate.map { " and (\(UserCondition(tenant: tenant).sql($0)))" } ?? ""
        let paging = Paging(
            table: "u", key: order.key.flatMap(UserCondition.sortable),
            isAlwaysThere: order.key?.field.isAlwaysThere == true, isDescending: order.isDescending, page: page)
        var list: PostgresQuery = """
            select \(Self.columns), \(paging.value) \(Self.tables)
            where u.tenant_id = \(tenant) and u.deleted_at is null\(condition)\(paging.condition)
            \(paging.order)
            """
        var count: PostgresQuery = """
            select count(*) from app.users u
            where u.tenant_id = \(tenant) and u.deleted_at is null\(condition)
            """
        // Filters come in endless shapes; only what every provider asks is kept prepared.
        if predicate?.hasOnePlan == false { (list.preparation, count.preparation) = (.never, .never) }
        return (list, count, paging)
    }

    package func create(_ user: NewUser, in scope: TenantScope) async throws(DomainError) -> User {
        let tenant = scope.tenant
        let attributes = user.attributes
        let creation = Self.creation(of: user, tenant)
        var statements = creation.statements
        if user.mapsGroups { statements.append(creation.groupRoles) }
        if attributes.manager != nil { statements.append(Self.selectOne(user.id, tenant)) }
        var rows = try await database.write(scope, conflict: "userName", statements)
        let joined = try decoding { () throws(PostgresError) in try rows[creation.arrival][0].boolean(0) }
        // Rare: groups waited for the user. That none maps to a role may be old news.
        if joined {
            rows = try await database.write(scope.afterwards, [creation.groupRoles, Self.selectOne(user.id, tenant)])
        }
        return try decoding { () throws(PostgresError) in
            if joined || attributes.manager != nil { return try Self.decode(rows[rows.count - 1][0]) }
            let created = try rows[creation.insertion][0].time(1)
            return User(
                id: user.id, version: try rows[creation.insertion][0].bigint(0), createdAt: created,
                updatedAt: created, profile: .stored(JSON.object(attributes.document).utf8), manager: nil, groups: [],
                source: user.source, isActive: attributes.isActive)
        }
    }

    package func update(
        _ user: User, to attributes: UserAttributes, reach: Reach = .everybody, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> User? {
        let tenant = scope.tenant
        let document = JSON.object(attributes.document).utf8
        let update: PostgresQuery = """
            update app.users set
                user_name = \(attributes.userName.spelling),
                user_name_key = case when user_name = \(attributes.userName.spelling) then user_name_key
                    else \(attributes.userName.key) end,
                external_id_shared = external_id_shared and external_id is not distinct from \(attributes.externalID),
                external_id = \(attributes.externalID), employee_number = \(attributes.employeeNumber),
                active = \(attributes.isActive(under: user.suspension)), plugin_id = \(user.source),
                attributes = \(.jsonb(document)), suspended_at = \(user.suspension?.at),
                suspended_by = \(user.suspension?.by),
                version = version + 1, change_id = \(change.id), updated_at = now()
            where tenant_id = \(tenant) and id = \(user.id) and version = \(user.version) and deleted_at is null
                \(reach.condition(tenant))
            returning version, updated_at
            """
        // Nobody can give the user a role meanwhile: that takes a key share of the row.
        let locks = reach == .everybody ? [] : [Self.lock(user.id, tenant)]
        let mark = Self.mark(user.id, change.id, tenant)
        let managerMoved = change.difference.touches(UserAttributes.managerPath)
        let isRenamed = change.difference.touches("userName") || change.difference.touches("externalId")
        let arrival = isRenamed ? Self.arrival(user.id, attributes, tenant, if: mark) : nil
        let awaited = managerMoved ? attributes.manager : nil
        let turns = isRenamed || awaited != nil ? [Self.turns(arrival, awaiting: awaited, tenant)] : []
        let first = turns + locks
        var statements = first + [update, change.insert(tenant: tenant, if: mark)]
        if change.difference.touches("emails") {
            statements.append(
                """
                delete from app.user_emails
                where tenant_id = \(tenant) and user_id = \(user.id) and \(mark)
                """)
            statements.append(Self.insertEmails(of: user.id, attributes, tenant, if: mark))
        }
        if change.difference.touchesSearchWords {
            statements += Self.replaceWords(of: user.id, user.profile.utf8, by: document, tenant, if: mark)
        }
        if managerMoved {
            statements.append(Self.resolveManager(of: user.id, attributes, tenant, if: mark))
        }
        if let arrival { statements.append(arrival.joinGroupsAndReports(user.id, change)) }
        let assignment = RoleAssignment(tenant: tenant, change: change)
        let itself: PostgresFragment = "select \(user.id)::uuid where \(mark)"
        if change.difference.touches("roles") || change.difference.touches("source") {
            // Another connection takes no role away unasked.
            let taker = change.difference.touches("source") ? user.source : nil
            statements.append(
                assignment.assign(to: itself, keeping: taker.map { KeptRoles.bySetting(of: $0, tenant) }))
        } else if isRenamed {
            // A group may have waited for the new name.
            statements.append(assignment.assign(to: assignment.whereGroupsMap(itself)))
        }
        if change.action == .disable || change.action == .suspend {
            statements += Self.guardLastOwner(user.id, tenant, if: mark)
            statements += SignInStore.signOut(user.id, tenant, if: mark)
        }
        if managerMoved { statements.append(Self.selectOne(user.id, tenant)) }
        let rows = try await database.write(scope, conflict: "userName", statements)
        guard let row = rows[first.count].first else { return nil }
        return try decoding { () throws(PostgresError) in
            if managerMoved { return try Self.decode(rows[rows.count - 1][0]) }
            var updated = user
            updated.version = try row.bigint(0)
            updated.updatedAt = try row.time(1)
            updated.profile = .stored(document)
            updated.isActive = attributes.isActive(under: user.suspension)
            return updated
        }
    }

    package func delete(
        _ id: UserID, version: Int64?, reach: Reach = .everybody, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> Bool {
        let tenant = scope.tenant
        let expected: PostgresFragment = version.map { " and version = \($0)" } ?? ""
        let delete: PostgresQuery = """
            update app.users set deleted_at = now(), version = version + 1, change_id = \(change.id), updated_at = now()
            where tenant_id = \(tenant) and id = \(id) and deleted_at is null\(expected)
                \(reach.condition(tenant, isDeletion: true))
            returning id
            """
        let mark = Self.mark(id, change.id, tenant)
        let groups: PostgresFragment = """
            select group_id from app.group_members where tenant_id = \(tenant) and member_id = \(id) and \(mark)
            """
        let noteGroups = change.insertConsequences(
            tenant: tenant, .removeMembers, on: "'group'", difference: Difference.removal(of: id.rawValue), of: groups)
        let touchGroups: PostgresQuery = """
            update app.groups set version = version + 1, updated_at = now()
            where tenant_id = \(tenant) and deleted_at is null and id in (\(groups))
            """
        let leaveGroups: PostgresQuery = """
            delete from app.group_members where tenant_id = \(tenant) and member_id = \(id) and \(mark)
            """
        // The people who reported to the deleted user wait for a user of that name again.
        let reports: PostgresFragment = """
            select id from app.users
            where tenant_id = \(tenant) and manager_id = \(id) and deleted_at is null and \(mark)
            """
        let noteReports = change.insertConsequences(
            tenant: tenant, .update, on: "'user'", difference: Difference.ofManager(from: id, to: nil), of: reports)
        let releaseReports: PostgresQuery = """
            update app.users set manager_id = null, version = version + 1, updated_at = now()
            where tenant_id = \(tenant) and manager_id = \(id) and \(mark)
            """
        let forgetEmails: PostgresQuery = """
            delete from app.user_emails where tenant_id = \(tenant) and user_id = \(id) and \(mark)
            """
        let queries =
            [
                // Nobody can put the user into a group meanwhile: that takes a key share of the row.
                Self.lock(id, tenant), delete,
            ] + Self.guardLastOwner(id, tenant, if: mark) + [
                change.insert(tenant: tenant, if: mark), noteGroups, touchGroups, leaveGroups, noteReports,
                releaseReports, forgetEmails,
            ] + SignInStore.signOut(id, tenant, if: mark)
        return try await database.write(scope, queries)[1].count == 1
    }

    // MARK: Pieces

    /// `offset 0` keeps PostgreSQL from reading all memberships of the tenant into a table at the first user of a list.
    private static let columns: PostgresFragment = """
        u.id, u.version, u.created_at, u.updated_at, u.attributes, m.id, m.attributes->>'displayName',
            case when exists
                (select from app.group_members x where x.tenant_id = u.tenant_id and x.member_id = u.id offset 0)
            then (
                with recursive above(id, direct) as (
                    select x.group_id, true from app.group_members x
                    where x.tenant_id = u.tenant_id and x.member_id = u.id
                    union
                    select x.group_id, false from app.group_members x join above a on x.member_id = a.id
                    where x.tenant_id = u.tenant_id)
                select jsonb_agg(jsonb_build_array(g.id, g.display_name, a.direct) order by g.id)
                from (select id, bool_or(direct) as direct from above group by id) a
                join app.groups g on g.tenant_id = u.tenant_id and g.id = a.id and g.deleted_at is null)
            end, u.plugin_id, u.active, u.suspended_at, u.suspended_by
        """

    private static let columnCount: Int32 = 12

    private static let tables: PostgresFragment = """
        from app.users u
        left join app.users m on m.tenant_id = u.tenant_id and m.id = u.manager_id
        """

    static let select: PostgresFragment = "select \(columns) \(tables)"

    private static func selectOne(_ id: UserID, _ tenant: TenantID) -> PostgresQuery {
        "\(select) where u.tenant_id = \(tenant) and u.id = \(id)"
    }

    private static func lock(_ id: UserID, _ tenant: TenantID) -> PostgresQuery {
        "select from app.users where tenant_id = \(tenant) and id = \(id) for update"
    }

    /// True while the row is as this change left it, so that what follows a lost race does nothing.
    static func mark(_ id: UserID, _ change: ChangeID, _ tenant: TenantID) -> PostgresFragment {
        """
        exists (select from app.users c
            where c.tenant_id = \(tenant) and c.id = \(id) and c.change_id = \(change))
        """
    }

    static func insertEmails(
        of id: UserID, _ attributes: UserAttributes, _ tenant: TenantID, if condition: PostgresFragment = "true"
    ) -> PostgresQuery {
        let keys = attributes.emails.map { FoldedKey($0).description }
        return """
            insert into app.user_emails (tenant_id, user_id, address_key)
            select \(tenant), \(id), e.key from unnest(\(.textArray(keys))) e(key) where \(condition)
            on conflict do nothing
            """
    }

    private static func suspension(_ row: PostgresRow, from column: Int32) throws(PostgresError) -> Suspension? {
        guard let at = try row.timeOrNull(column) else { return nil }
        return Suspension(at: at, by: try row.uuidOrNull(column + 1).map { UserID(rawValue: $0) })
    }

    static func decode(_ row: PostgresRow) throws(PostgresError) -> User {
        var manager: ManagerReference?
        if let id = try row.uuidOrNull(5) {
            manager = ManagerReference(id: UserID(rawValue: id), displayName: row.textOrNull(6))
        }
        return User(
            id: try row.identifier(0), version: try row.bigint(1), createdAt: try row.time(2),
            updatedAt: try row.time(3), profile: .stored(try row.jsonb(4)), manager: manager,
            groups: try GroupReference.list(row.jsonbOrNull(7)),
            source: try row.uuidOrNull(8).map { PluginID(rawValue: $0) }, isActive: try row.boolean(9),
            suspension: try suspension(row, from: 10))
    }
}

extension GroupReference {
    /// `[[id, displayName, direct], …]`, or nothing.
    fileprivate static func list(_ json: [UInt8]?) throws(PostgresError) -> [GroupReference] {
        guard let json else { return [] }
        guard let list = (try? JSON.parse(json, limits: .stored))?.arrayValue else {
            throw .unexpectedResult("the groups of a user are no list")
        }
        return list.compactMap { entry in
            guard let id = entry[0]?.stringValue.flatMap({ GroupID($0) }), let name = entry[1]?.stringValue else {
                return nil
            }
            return GroupReference(id: id, displayName: name, isDirect: entry[2]?.boolValue ?? true)
        }
    }
}
