import Domain
import Postgres

/// Users as others call them: the manager that one names, and those who named one before.
extension UserStore {
    /// The manager is named by id, or by externalId or userName; nobody fits while they have not arrived.
    static func resolveManager(
        of id: UserID, _ attributes: UserAttributes, _ tenant: TenantID, if condition: PostgresFragment = "true"
    ) -> PostgresQuery {
        let value = attributes.manager ?? ""
        return """
            update app.users set manager_value = \(attributes.manager), manager_id =
                (select m.id \(called(value, tenant)) and m.id <> \(id) \(bestMatchFirst(value)) limit 1)
            where tenant_id = \(tenant) and id = \(id) and \(condition)
            """
    }

    /// Users `m` who are called so, as the end of a query.
    static func called(_ value: String, _ tenant: TenantID) -> PostgresFragment {
        """
        from app.users m where m.tenant_id = \(tenant) and m.deleted_at is null
            and (m.id = \(identifier(value)) or m.external_id = \(value) or m.user_name_key = \(FoldedKey(name: value)))
        """
    }

    /// The order of users `m` who are called so: by id, by externalId, by user name.
    static func bestMatchFirst(_ value: String) -> PostgresFragment {
        "order by m.id = \(identifier(value)) desc nulls last, m.external_id = \(value) desc nulls last"
    }

    private static func identifier(_ value: String) -> PostgresBind {
        UserID(value).map { PostgresBind.uuid($0.rawValue) } ?? .null(.uuid)
    }

    static func arrival(
        _ id: UserID, _ attributes: UserAttributes, _ tenant: TenantID, if condition: PostgresFragment = "true"
    ) -> Arrival {
        Arrival(
            tenant: tenant, id: .uuid(id.rawValue), kind: .user,
            names: [id.description] + [attributes.externalID].compactMap(\.self),
            userName: attributes.userName.spelling, condition: condition)
    }

    /// Takes the turns of somebody who arrives, and of a manager who is nobody yet.
    static func turns(_ arrival: Arrival?, awaiting manager: String?, _ tenant: TenantID) -> PostgresQuery {
        ArrivalTurns(tenant: tenant).take(
            arrivingUnder: arrival?.turns ?? [],
            awaiting: manager.map {
                "select \(ArrivalTurns.turn("\($0)::text")) where not exists (select \(called($0, tenant)))"
            })
    }
}
