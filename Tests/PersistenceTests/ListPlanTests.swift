import Domain
import LecternTesting
import Postgres
import Testing

@testable import Persistence

/// The pages that PostgreSQL reads for lists in a tenant of 100,000 users: as few for the last page as for the first.
struct ListPlanTests {
    private static let users: Int64 = 100_000
    /// Pages of eight kilobytes, of which the whole tenant has more than 10,000.
    private static let fewPages = 1500
    private static let somePages = 6000

    private static let (many, few) = (
        PluginID(rawValue: TestDatabase.identifiers.next()), PluginID(rawValue: TestDatabase.identifiers.next())
    )

    private static let furnished = Task { try await furnish() }

    /// A tenant with all these users, half of them in one group and all of them below another.
    ///
    /// Of each hundred one is suspended, one an Editor, one an Instructor, and all are trainees; two are Owners in
    /// all. One connection has made most of them, another one of each thousand, and one of each thousand is made here.
    private static func furnish() async throws -> (TestDatabase, TenantID, group: GroupID, top: GroupID) {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant().id
        let (group, top) = (
            GroupID(rawValue: TestDatabase.identifiers.next()), GroupID(rawValue: TestDatabase.identifiers.next())
        )
        let statements: [PostgresQuery] = [
            """
            insert into app.plugins (tenant_id, id, kind, name, name_key, change_id)
            values (\(tenant), \(many), 'scim', 'Many', 'many', gen_random_uuid()),
                (\(tenant), \(few), 'scim', 'Few', 'few', gen_random_uuid())
            """,
            """
            insert into app.users (tenant_id, id, user_name, user_name_key, employee_number, active, plugin_id,
                attributes, change_id)
            select \(tenant), gen_random_uuid(), 'u' || n, 'u' || n, 'e' || n, n % 100 <> 7,
                case n % 1000 when 1 then \(few) when 2 then null else \(many) end,
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
            """
            insert into app.user_roles (tenant_id, user_id, role, origin)
            select u.tenant_id, u.id, r.role, 'admin' from app.users u
            cross join lateral (values ('trainee', true),
                ('instructor', u.user_name_key like '%33'), ('editor', u.user_name_key like '%14'),
                ('owner', u.user_name_key in ('u4', 'u99999'))) r(role, is_given)
            where u.tenant_id = \(tenant) and r.is_given
            """,
            """
            insert into app.user_words (tenant_id, word, user_id)
            select u.tenant_id, w.word, u.id from app.users u
            cross join lateral unnest(app.search_words(u.attributes)) w(word)
            where u.tenant_id = \(tenant) and w.word <> '' on conflict do nothing
            """,
            "analyze app.users", "analyze app.user_emails", "analyze app.user_words", "analyze app.group_members",
            "analyze app.user_roles",
        ]
        // However busy the machine is.
        let patience = PostgresQuery(unsafeSQL: "set local statement_timeout = 0")
        for statement in statements { _ = try await test.superuser.write([.begin, patience, statement, .commit]) }
        return (test, tenant, group, top)
    }

    /// Runs the query and holds the pages that it touches against the few that it may.
    private func expectFewPages(
        _ query: PostgresQuery, _ what: String, atMost limit: Int = fewPages,
        sourceLocation: SourceLocation = #_sourceLocation
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
        #expect(pages < limit, "\(what): \(pages)\n\(plan)", sourceLocation: sourceLocation)
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
            (.email, .equal, "M4711"), (.email, .equal, "nobody"), (.word, .startsWith, "U7777"),
            (.word, .startsWith, "no"),
            (.word, .startsWith, "m4711@"), (.employeeNumber, .equal, "E4711"),
            (.employeeNumber, .equal, "nobody"), (.externalID, .equal, "x"),
        ] {
            let query = try await list(.comparison(field, comparison, .text(text, caseExact: false)), first)
            try await expectFewPages(query, "\(field) \(text)")
        }
    }

    private func expectFewPages(of filter: Predicate<User.Field>, _ what: String, atMost pages: Int) async throws {
        for start in [
            PageRequest.Start.after(place("")), .after(place("u5")), .before(place("u9995")), .before(place("v")),
        ] {
            try await expectFewPages(try await list(filter, start), "\(what) \(start)", atMost: pages)
        }
    }

    private static let suspended = Predicate<User.Field>.comparison(.active, .equal, .boolean(false))
    private static let active = Predicate<User.Field>.comparison(.active, .equal, .boolean(true))
    private static let madeHere = Predicate<User.Field>.comparison(.source, .equal, .null)

    private static func made(by plugin: PluginID) -> Predicate<User.Field> {
        .comparison(.source, .equal, .text(plugin.description, caseExact: true))
    }

    private static func having(_ role: Role) -> Predicate<User.Field> {
        .comparison(.role, .equal, .text(role.rawValue, caseExact: true))
    }

    @Test func `the list by state, by source and by a role costs the same on every page`() async throws {
        for (filter, what) in [
            (Self.active, "active"), (Self.suspended, "suspended"), (Self.madeHere, "made here"),
            (Self.made(by: Self.many), "of many"), (Self.made(by: Self.few), "of few"),
            (Self.having(.owner), "owner"), (Self.having(.trainee), "trainee"), (Self.having(.admin), "admin"),
        ] { try await expectFewPages(of: filter, what, atMost: Self.fewPages) }
    }

    @Test func `filters together, and with a search, cost no more than the smaller of them`() async throws {
        let named = Predicate<User.Field>.comparison(.userName, .startsWith, .text("u77", caseExact: false))
        for (filter, what) in [
            (Predicate.and(Self.suspended, Self.made(by: Self.many)), "suspended of many"),
            (.and(Self.suspended, Self.having(.trainee)), "suspended trainee"),
            (.and(Self.active, .and(Self.made(by: Self.few), Self.having(.trainee))), "active trainee of few"),
            (.and(Self.suspended, Self.having(.owner)), "suspended owner"),
            (.and(named, .and(Self.active, Self.made(by: Self.many))), "named active of many"),
            (.and(named, Self.having(.owner)), "named owner"),
        ] { try await expectFewPages(of: filter, what, atMost: Self.fewPages) }
    }

    /// A role is no part of an index in the order of names: everybody who has it is looked at.
    @Test func `a role that some have costs as much as there are who have it`() async throws {
        for role in [Role.editor, .instructor] {
            try await expectFewPages(of: Self.having(role), "\(role)", atMost: Self.somePages)
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
