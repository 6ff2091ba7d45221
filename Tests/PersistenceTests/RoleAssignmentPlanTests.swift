import Domain
import LecternTesting
import Postgres
import Testing

@testable import Persistence

/// How much PostgreSQL expects and does for the roles of one person in a tenant of many memberships.
struct RoleAssignmentPlanTests {
    private static let users: Int64 = 5_000
    private static let groups: Int64 = 500
    /// Each user is in so many groups.
    private static let memberships: Int64 = 6
    /// PostgreSQL as packaged compiles statements to machine code from here on (`jit_above_cost`).
    private static let compilationCost = 100_000.0

    private static let furnished = Task { try await furnish() }

    /// A tenant whose groups map to a role. One group is inside another.
    private static func furnish() async throws -> (TestDatabase, TenantID, user: UInt128, group: GroupID) {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant().id
        let plugin = PluginID(rawValue: TestDatabase.identifiers.next())
        let statements: [PostgresQuery] = [
            """
            insert into app.plugins (tenant_id, id, kind, name, name_key, change_id)
            values (\(tenant), \(plugin), 'scim', 'P', 'p', gen_random_uuid())
            """,
            """
            insert into app.users (tenant_id, id, user_name, user_name_key, plugin_id, attributes, change_id)
            select \(tenant), gen_random_uuid(), 'u' || n, 'u' || n, \(plugin), '{}', gen_random_uuid()
            from generate_series(1, \(users)) n
            """,
            """
            insert into app.groups (tenant_id, id, display_name, display_name_key, attributes, change_id)
            select \(tenant), gen_random_uuid(), 'g' || n, 'g' || n, '{}', gen_random_uuid()
            from generate_series(1, \(groups)) n
            """,
            """
            insert into app.group_members (tenant_id, group_id, member_id, member_type)
            select \(tenant), g.id, u.id, 'User'
            from (select id, row_number() over (order by id) as n from app.users where tenant_id = \(tenant)) u
            cross join generate_series(1, \(memberships)) m
            join (select id, row_number() over (order by id) as n from app.groups where tenant_id = \(tenant)) g
                on g.n = (u.n * 7 + m * 13) % \(groups) + 1
            """,
            """
            insert into app.group_members (tenant_id, group_id, member_id, member_type)
            select o.tenant_id, o.id, i.id, 'Group' from app.groups o join app.groups i on i.tenant_id = o.tenant_id
            where o.tenant_id = \(tenant) and o.display_name = 'g1' and i.display_name = 'g2'
            """,
            """
            insert into app.role_mappings (tenant_id, plugin_id, origin, value, value_key, role)
            values (\(tenant), \(plugin), 'group', 'g1', 'g1', 'editor')
            """,
            "analyze app.users", "analyze app.groups", "analyze app.group_members", "analyze app.role_mappings",
        ]
        let patience = PostgresQuery(unsafeSQL: "set local statement_timeout = 0")
        for statement in statements { _ = try await test.superuser.write([.begin, patience, statement, .commit]) }
        let row = try await test.superuser.read([
            """
            select (select id from app.users where tenant_id = \(tenant) and user_name = 'u77'),
                (select id from app.groups where tenant_id = \(tenant) and display_name = 'g1')
            """
        ])[0][0]
        return (test, tenant, try row.uuid(0), try row.identifier(1))
    }

    private func plan(
        _ options: PostgresFragment, _ step: (UInt128) -> MembershipChange
    ) async throws -> [String] {
        let (test, tenant, user, group) = try await Self.furnished.value
        let roles = RoleAssignment(tenant: tenant, change: TestDatabase.change(.update, .group(group)))
        let membership = GroupMembership(tenant: tenant, group: group, condition: "true", unknown: .keep)
        let concerned = try #require(membership.concerned(by: [step(user)], roles))
        let rows = try await test.app.write([
            .begin, PostgresQuery(unsafeSQL: "set local app.tenant = '\(tenant)'"),
            PostgresQuery("explain (\(options)) \(roles.assign(to: concerned).fragment)", preparation: .never),
            PostgresQuery(unsafeSQL: "rollback"),
        ])[2]
        return try rows.map { row throws(PostgresError) in try row.text(0) }
    }

    private func names(_ id: UInt128) -> MemberNames { MemberNames(ids: [id]) }

    @Test func `the roles of one member are expected to cost little, whether added or removed`() async throws {
        for step in [MembershipChange.add, MembershipChange.remove] {
            let lines = try await plan("costs") { step(names($0)) }
            let text = try #require(lines.first?.firstMatch(of: /\.\.(\d+\.\d+)/)?.output.1)
            let cost = try #require(Double(text))
            #expect(cost < Self.compilationCost / 5, "\(lines.joined(separator: "\n"))")
        }
    }

    @Test func `the roles of one member are found without reading the memberships of the tenant`() async throws {
        let lines = try await plan("analyze, buffers") { .add(names($0)) }
        let buffers = try #require(lines.first { $0.contains("Buffers:") })
        let pages = buffers.matches(of: /(?:hit|read)=(\d+)/).compactMap { Int($0.output.1) }.reduce(0, +)
        #expect(pages < 150, "\(lines.joined(separator: "\n"))")
    }
}
