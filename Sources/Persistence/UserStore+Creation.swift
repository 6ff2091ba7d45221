import Domain
import Postgres
import StrictJSON

/// The statements that make a user, for transactions that do more.
extension UserStore {
    struct Creation {
        let statements: [PostgresQuery]
        /// The place of the statement that returns version and time.
        let insertion: Int
        /// The place of the statement that returns whether groups waited for the user.
        let arrival: Int
        /// Gives the roles that follow from the user's groups.
        let groupRoles: PostgresQuery
    }

    static func creation(of user: NewUser, _ tenant: TenantID) -> Creation {
        let attributes = user.attributes
        let document = JSON.object(attributes.document).utf8
        let arrival = arrival(user.id, attributes, tenant)
        // A user without a manager takes the advisory locks along with the insertion.
        let turns = attributes.manager.map { [Self.turns(arrival, awaiting: $0, tenant)] } ?? []
        let announce: PostgresFragment =
            turns.isEmpty ? ", \(ArrivalTurns(tenant: tenant).arrive(under: arrival.turns))" : ""
        let insert: PostgresQuery = """
            insert into app.users
                (tenant_id, id, plugin_id, user_name, user_name_key, external_id, employee_number, active,
                manager_value, attributes, change_id)
            values
                (\(tenant), \(user.id), \(user.source), \(attributes.userName.spelling), \(attributes.userName.key),
                \(attributes.externalID), \(attributes.employeeNumber), \(attributes.isActive), \(attributes.manager),
                \(.jsonb(document)), \(user.change.id))
            returning version, created_at\(announce)
            """
        var statements = turns + [insert, firstRoles(of: user, tenant), insertWords(of: user.id, document, tenant)]
        if !attributes.emails.isEmpty { statements.append(insertEmails(of: user.id, attributes, tenant)) }
        if attributes.manager != nil { statements.append(resolveManager(of: user.id, attributes, tenant)) }
        let place = statements.count
        statements.append(arrival.joinGroupsAndReports(user.id, user.change))
        statements.append(user.change.insert(tenant: tenant))
        if user.isInvited { statements.append(MailStore.add(.invitation, to: user.id, tenant)) }
        let assignment = RoleAssignment(tenant: tenant, change: user.change)
        return Creation(
            statements: statements, insertion: turns.count, arrival: place,
            groupRoles: assignment.assign(to: assignment.whereGroupsMap("select \(user.id)")))
    }
}
