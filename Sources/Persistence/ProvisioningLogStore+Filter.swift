package import Domain
import Postgres

/// Of whom lines are wanted, by what people call them.
extension ProvisioningLogStore {
    /// Several deleted users may have had one name.
    private static let mostSubjects: Int64 = 100

    package func subjects(named name: String, in scope: TenantScope) async throws(DomainError) -> [String] {
        let (tenant, key) = (scope.tenant, FoldedKey(name: name))
        // Existing users and deleted users are found by an index each.
        let query: PostgresQuery = """
            select x.id::text from (
                select u.id from app.users u
                where u.tenant_id = \(tenant) and u.user_name_key = \(key) and u.deleted_at is null
                union select u.id from app.users u
                where u.tenant_id = \(tenant) and u.user_name_key = \(key) and u.deleted_at is not null
                union select e.user_id from app.user_emails e
                where e.tenant_id = \(tenant) and e.address_key = \(key)
                union select g.id from app.groups g
                where g.tenant_id = \(tenant) and g.display_name_key = \(key) and g.deleted_at is null
                union select g.id from app.groups g
                where g.tenant_id = \(tenant) and g.display_name_key = \(key) and g.deleted_at is not null
            ) x order by x.id desc limit \(Self.mostSubjects)
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in try row.text(0) }
        }
    }
}

extension ProvisioningLogFilter {
    /// The conditions on refused requests, called `r`.
    func onRefused(before: ChangeID?) -> PostgresFragment {
        var wanted = onBoth("r", before: before)
        if let token { wanted = "\(wanted) and r.token_id = \(token)" }
        if let subjects {
            let asked = SQLComparison.foldedName("r.name")
            let named: PostgresFragment = name.map { "or r.resource_id is null and \(asked) = \($0)" } ?? ""
            wanted = "\(wanted) and (r.resource_id = any(\(.textArray(subjects))) \(named))"
        }
        if let action { wanted = "\(wanted) and r.method = any(\(.textArray(action.methods)))" }
        return wanted
    }

    /// The conditions on changes, called `c`.
    func onDone(before: ChangeID?) -> PostgresFragment {
        var wanted = onBoth("c", before: before)
        if let token { wanted = "\(wanted) and c.actor = 'token' and c.actor_id = \(token)" }
        if let subjects {
            let ids = subjects.compactMap { UserID($0)?.rawValue }
            wanted = "\(wanted) and c.subject_id = any(\(.uuidArray(ids)))"
        }
        if let action {
            // A step of members may be part of another change, and a replacement both adds and removes.
            let step: PostgresFragment =
                switch action {
                case .addMembers: "c.difference ? 'members.add' or c.difference #> '{members.replace,1,0}' is not null"
                case .removeMembers: "c.difference ?| array['members.remove', 'members.replace']"
                default: "false"
                }
            wanted = """
                \(wanted) and (c.action = \(action.rawValue)
                    or c.subject = 'group' and c.action <> 'create' and (\(step)))
                """
        }
        return wanted
    }

    private func onBoth(_ row: PostgresFragment, before: ChangeID?) -> PostgresFragment {
        var wanted: PostgresFragment = before.map { "and \(row).id < \($0)" } ?? ""
        if let plugin { wanted = "\(wanted) and \(row).plugin_id = \(plugin)" }
        // The id begins with the time, by which the index leads to the right place; the clock that counts is the row's.
        if let from {
            let first = Self.firstID(at: from.adding(seconds: -Self.secondsBetweenClocks))
            wanted = "\(wanted) and \(row).id >= \(first) and \(row).at >= \(from)"
        }
        if let until {
            let last = Self.firstID(at: until.adding(seconds: Self.secondsBetweenClocks))
            wanted = "\(wanted) and \(row).id < \(last) and \(row).at < \(until)"
        }
        return wanted
    }

    /// More than the program's clock and PostgreSQL's ever differ by.
    static let secondsBetweenClocks: Int64 = 86_400

    static func firstID(at time: Timestamp) -> ChangeID {
        ChangeID(rawValue: UUIDv7.make(milliseconds: max(0, time.microseconds / 1000), random: 0))
    }
}
