import Domain
import LecternTesting
import Postgres
import Testing

@testable import Persistence

/// What PostgreSQL reads for pages of lists in a tenant of 100,000 users: as little for the last page as for the first.
struct ListPlanTests {
    private static let users: Int64 = 100_000
    /// Pages of eight kilobytes, of which the whole tenant has more than 10,000.
    private static let fewPages = 1200

    private static let furnished = Task { try await furnish() }

    /// A tenant with all these users, half of them in one group and all of them below another.
    private static func furnish() async throws -> (TestDatabase, TenantID, group: GroupID, top: GroupID) {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant().id
        let (group, top) = (
            GroupID(rawValue: TestDatabase.identifiers.next()), GroupID(rawValue: TestDatabase.identifiers.next())
        )
        let statements: [PostgresQuery] = [
            """
            insert into app.users (tenant_id, id, user_name, user_name_key, employee_number, active, attributes, change_id)
            select \(tenant), gen_random_uuid(), 'u' || n, 'u' || n, 'e' || n, true,
                jsonb_build_object('userName', 'u' || n, 'emails', jsonb_build_array(jsonb_build_object('value', 'm' || n))),
                gen_random_uuid()
            from generate_series(1, \(users)) n
            """,
            """
            insert into app.user_emails (tenant_id, user_id, address_key)
            select tenant_id, id, 'm' || substr(user_name, 2) from app.users where tenant_id = \(tenant)
            """,
            """
            insert into app.groups (tenant_id, id, display_name, display_name_key, attributes, change_id)
            select \(tenant), g.id, g.name, g.name, '{}', gen_random_uuid()
            from (values (\(group), 'inner'), (\(top), 'top')) g(id, name)
            """,
            """
            insert into app.group_members (tenant_id, group_id, member_id, member_type)
            select tenant_id, case when hashtext(user_name) % 2 = 0 then \(group) else \(top) end, id, 'User'
            from app.users where tenant_id = \(tenant)
            """,
            """
            insert into app.group_members (tenant_id, group_id, member_id, member_type)
            values (\(tenant), \(top), \(group), 'Group')
            """,
            "analyze app.users", "analyze app.user_emails", "analyze app.group_members",
        ]
        // However busy the machine is.
        let patience = PostgresQuery(unsafeSQL: "set local statement_timeout = 0")
        for statement in statements { _ = try await test.superuser.write([.begin, patience, statement, .commit]) }
        return (test, tenant, group, top)
    }

    /// Runs the query and holds the pages that it touches against the few that it may.
    private func expectFewPages(
        _ query: PostgresQuery, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let (test, tenant, _, _) = try await Self.furnished.value
        let rows = try await test.app.read([
            .beginReadOnly, PostgresQuery(unsafeSQL: "set local app.tenant = '\(tenant)'"),
            PostgresQuery("explain (analyze, buffers) \(query.fragment)", preparation: .never), .commit,
        ])[2]
        let lines = try rows.map { row throws(PostgresError) in try row.text(0) }
        // The first line about buffers is the whole plan's.
        let buffers = try #require(lines.first { $0.contains("Buffers:") })
        let pages = buffers.matches(of: /(?:hit|read)=(\d+)/).compactMap { Int($0.output.1) }.reduce(0, +)
        let plan = lines.joined(separator: "\n")
        #expect(pages < Self.fewPages, "\(what)\n\(plan)", sourceLocation: sourceLocation)
    }

    private func list(_ predicate: Predicate<User.Field>?, _ start: PageRequest.Start) async throws -> PostgresQuery {
        let (_, tenant, _, _) = try await Self.furnished.value
        return UserStore.listQueries(
            predicate, ListOrder(key: SortKey(field: .userName, kind: .text(caseExact: true))),
            PageRequest(start: start, limit: 50), tenant
        ).list
    }

    private func place(_ name: String) -> ListPosition {
        ListPosition(value: name, createdAt: Timestamp(microseconds: 0), id: UserID(rawValue: 0).description)
    }

    @Test func `the first page, one in the middle and the last cost the same`() async throws {
        for name in ["", "u5", "u9995"] {
            try await expectFewPages(try await list(nil, .after(place(name))), "after \(name)")
            try await expectFewPages(try await list(nil, .before(place(name + "z"))), "before \(name)")
        }
    }

    @Test func `who is searched for is found by index`() async throws {
        let first = PageRequest.Start.after(place(""))
        for (field, comparison, text) in [
            (User.Field.userName, Comparison.startsWith, "u7777"), (.userName, .startsWith, "nobody"),
            (.email, .equal, "M4711"), (.email, .equal, "nobody"), (.employeeNumber, .equal, "E4711"),
            (.employeeNumber, .equal, "nobody"), (.externalID, .equal, "x"),
        ] {
            let query = try await list(.comparison(field, comparison, .text(text, caseExact: false)), first)
            try await expectFewPages(query, "\(field) \(text)")
        }
    }

    @Test func `members of a large group cost the same on every page`() async throws {
        let (test, tenant, group, top) = try await Self.furnished.value
        for id in [group, top] {
            for start in [
                "00000000-0000-0000-0000-000000000000", "80000000-0000-0000-0000-000000000000",
                "ffff0000-0000-0000-0000-000000000000",
            ] {
                try await expectFewPages(UserStore.membersQuery(id, UserID(start), 51, tenant), start)
            }
        }
        let scope = TenantScope(tenant: tenant, admission: .operator)
        var seen: Set<UserID> = []
        var last: UserID?
        for _ in 0..<4 {
            let page = try await test.users.members(of: top, after: last, limit: 500, in: scope)
            #expect(page.count == 500 && page.map(\.id.rawValue) == page.map(\.id.rawValue).sorted())
            seen.formUnion(page.map(\.id))
            last = page.last?.id
        }
        #expect(seen.count == 2000)
    }
}
