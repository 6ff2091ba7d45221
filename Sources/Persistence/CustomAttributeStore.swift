package import Domain
import Postgres
import StrictJSON

/// The attributes that tenants have defined for themselves, in PostgreSQL.
package struct CustomAttributeStore: Sendable {
    private let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    package func attributes(in scope: TenantScope) async throws(DomainError) -> [CustomAttribute] {
        let query: PostgresQuery = "select \(Self.list(scope.tenant))"
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in try Self.decode(rows[0].jsonbOrNull(0)) }
    }

    package func create(
        _ attribute: CustomAttribute, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let tenant = scope.tenant
        // Two who add the last one at the same time take turns.
        let lock: PostgresQuery = "select from app.tenants where id = \(tenant) for no key update"
        let insert: PostgresQuery = """
            insert into app.custom_attributes (tenant_id, name, name_key, type, multi_valued, case_exact, description)
            values (\(tenant), \(attribute.name), \(FoldedKey(attribute.name)), \(attribute.kind.rawValue),
                \(attribute.isMultiValued), \(attribute.isCaseExact), \(attribute.description))
            """
        let refuse: PostgresQuery = """
            select app.refuse((select count(*) from app.custom_attributes where tenant_id = \(tenant))
                > \(Int64(CustomAttribute.limit)), \(PostgresError.Rule.tooManyAttributes.rawValue))
            """
        let queries = [lock, insert, refuse, change.insert(tenant: tenant), IntegrationStore.touchSettings(tenant)]
        _ = try await database.write(scope, conflict: "name", queries)
    }

    /// Removes the definition of an attribute that no user has a value of.
    ///
    /// - Parameter urn: of the extension that the attribute is in.
    package func delete(
        _ name: String, of urn: String, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let tenant = scope.tenant
        let delete: PostgresQuery = """
            with gone as (
                delete from app.custom_attributes where tenant_id = \(tenant) and name_key = \(FoldedKey(name))
                returning name)
            \(change.insert(tenant: tenant, if: "exists (select from gone)").fragment) returning id
            """
        let refuse: PostgresQuery = """
            select app.refuse(exists (select from app.users u where u.tenant_id = \(tenant)
                and u.attributes #> \(.textArray([urn, name])) is not null),
                \(PostgresError.Rule.attributeInUse.rawValue))
            """
        let queries = [delete, refuse, IntegrationStore.touchSettings(tenant)]
        if try await database.write(scope, queries)[0].count == 0 { throw .notFound }
    }

    /// All of a tenant's, as an expression of type `jsonb`.
    static func list(_ tenant: TenantID) -> PostgresFragment {
        """
        (select jsonb_agg(jsonb_build_array(a.name, a.type, a.multi_valued, a.case_exact, a.description)
            order by a.created_at, a.name_key)
        from app.custom_attributes a where a.tenant_id = \(tenant))
        """
    }

    static func decode(_ json: [UInt8]?) throws(PostgresError) -> [CustomAttribute] {
        guard let json else { return [] }
        guard let list = (try? JSON.parse(json, limits: .stored))?.arrayValue else {
            throw .unexpectedResult("custom attributes are no list")
        }
        return list.compactMap { entry in
            guard let name = entry[0]?.stringValue,
                let kind = entry[1]?.stringValue.flatMap(CustomAttribute.Kind.init)
            else { return nil }
            return CustomAttribute(
                name: name, kind: kind, isMultiValued: entry[2]?.boolValue ?? false,
                isCaseExact: entry[3]?.boolValue ?? false, description: entry[4]?.stringValue ?? "")
        }
    }
}
