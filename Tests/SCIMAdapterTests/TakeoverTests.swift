import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

/// Users whom a connection writes to although another source made them.
struct TakeoverTests {
    private static let title: JSON = ["op": "replace", "path": "title", "value": "Boss"]
    private static let `operator` = ChangeOrigin(actor: .operator, requestID: "t")

    private func scope(_ scim: SCIMClient) -> TenantScope {
        TenantScope(tenant: scim.tenant.id, admission: .operator)
    }

    private func local(_ scim: SCIMClient, _ name: String = "local@x", role: Role = .trainee) async throws -> UserID {
        try await UserChanges(users: scim.test.users, identifiers: TestDatabase.identifiers).create(
            .named(name), role: role, origin: Self.operator, in: scope(scim)
        ).id
    }

    private func source(_ id: UserID, _ scim: SCIMClient) async throws -> PluginID? {
        try await scim.test.users.user(id, in: scope(scim)).source
    }

    private func decide(_ decision: LinkReview.Decision, _ id: UserID, _ scim: SCIMClient) async throws {
        let act = try await scim.test.linkReviews.link(of: id, to: scim.client.plugin, in: scope(scim)).act
        _ = try await LinkReviews(repository: scim.test.linkReviews, identifiers: TestDatabase.identifiers).decide(
            decision, on: act, for: id, of: scim.client.plugin, origin: Self.operator, in: scope(scim))
    }

    private func reviews(_ scim: SCIMClient) async throws -> [LinkReview] {
        try await scim.test.linkReviews.reviews(of: nil, limit: 100, in: scope(scim))
    }

    private func detail(_ answer: SCIMClient.Answer) -> String { answer.json["detail"]?.stringValue ?? "" }

    private func put(_ id: UserID, _ scim: SCIMClient, _ title: String) async -> SCIMClient.Answer {
        await scim.send(
            .put, "/Users/\(id)",
            ["schemas": [.string(SCIMClient.user)], "userName": "local@x", "title": .string(title)])
    }

    @Test func `under review PUT, PATCH and DELETE wait for an administrator, and work once approved`() async throws {
        let scim = try await SCIMClient(policy: ProvisioningPolicy(matching: .review))
        let id = try await local(scim)
        for answer in [
            await scim.patch("/Users/\(id)", Self.title), await put(id, scim, "Boss"),
            await scim.send(.delete, "/Users/\(id)"),
            await scim.send(.delete, "/Users/\(id)", headers: [.ifMatch: "W/\"v1\""]),
        ] {
            #expect(answer.status == 403 && answer.json["schemas"] == [.string(SCIMClient.error)])
            #expect(detail(answer).contains("another source") && detail(answer).contains("try again"))
        }
        #expect(await scim.send(.get, "/Users/\(id)").json["title"] == nil)
        #expect(try await reviews(scim).map(\.user) == [id])
        try await decide(.approved, id, scim)
        #expect(await scim.patch("/Users/\(id)", Self.title).json["title"] == "Boss")
        #expect(await put(id, scim, "Chief").status == 200)
        #expect(await scim.send(.delete, "/Users/\(id)").status == 204)
    }

    @Test func `after a refusal the words are others`() async throws {
        let scim = try await SCIMClient(policy: ProvisioningPolicy(matching: .review))
        let id = try await local(scim)
        #expect(await scim.patch("/Users/\(id)", Self.title).status == 403)
        try await decide(.refused, id, scim)
        for answer in [await scim.patch("/Users/\(id)", Self.title), await scim.send(.delete, "/Users/\(id)")] {
            #expect(answer.status == 403 && detail(answer).contains("an administrator has refused the link"))
        }
        try await decide(.approved, id, scim)
        #expect(await scim.patch("/Users/\(id)", Self.title).status == 200)
    }

    @Test func `a policy that refuses asks nobody`() async throws {
        let scim = try await SCIMClient(policy: ProvisioningPolicy(matching: .refuse))
        let id = try await local(scim)
        #expect(detail(await scim.patch("/Users/\(id)", Self.title)).contains("does not take users over"))
        #expect(await scim.send(.delete, "/Users/\(id)").status == 403)
        #expect(try await reviews(scim).isEmpty)
    }

    @Test func `what would change nothing asks nobody, and who is gone is not there`() async throws {
        let scim = try await SCIMClient(policy: ProvisioningPolicy(matching: .review))
        let id = try await local(scim)
        let same: JSON = ["op": "replace", "path": "userName", "value": "local@x"]
        #expect(await scim.patch("/Users/\(id)", same).status == 200)
        let stranger = UserID(rawValue: TestDatabase.identifiers.next())
        #expect(await scim.send(.delete, "/Users/\(stranger)").status == 404)
        #expect(try await reviews(scim).isEmpty)
    }

    @Test(arguments: [Role.owner, .admin, .editor])
    func `who is Owner or Admin by people is not taken over, also where users are linked`(role: Role) async throws {
        let scim = try await SCIMClient()
        _ = try await local(scim, "other@x", role: .owner)
        let (changed, deleted) = (try await local(scim, role: role), try await local(scim, "gone@x", role: role))
        let isGuarded = role != .editor
        #expect(await scim.patch("/Users/\(changed)", Self.title).status == (isGuarded ? 403 : 200))
        #expect(await scim.send(.delete, "/Users/\(deleted)").status == (isGuarded ? 403 : 204))
        #expect(try await source(changed, scim) == (isGuarded ? nil : scim.client.plugin))
        #expect(try await reviews(scim).count == (isGuarded ? 2 : 0))
        if isGuarded {
            try await decide(.approved, changed, scim)
            #expect(await scim.patch("/Users/\(changed)", Self.title).status == 200)
        }
    }

    @Test func `an Admin by mapping is the business of identity providers`() async throws {
        let scim = try await SCIMClient()
        let other = try await second(scim)
        try await scim.test.integration.set(
            RoleMapping(origin: .appRole, value: "Boss", role: .admin), isPresent: true, of: other.client.plugin,
            change: TestDatabase.change(.update, .plugin(other.client.plugin)), in: scope(scim))
        let made = await scim.send(
            .post, "/Users",
            ["schemas": [.string(SCIMClient.user)], "userName": "b@x", "roles": [["value": "Boss"]]],
            token: other.token)
        #expect(made.status == 201)
        #expect(await scim.patch("/Users/\(made.id)", Self.title).status == 200)
    }

    @Test func `a role that is granted at the same moment guards or comes too late, never both`() async throws {
        let scim = try await SCIMClient()
        for round in 0..<12 {
            let id = try await local(scim, "u\(round)@x")
            let grant: PostgresQuery = """
                insert into app.user_roles (tenant_id, user_id, role, origin)
                values (\(.uuid(scim.tenant.id.rawValue)), \(.uuid(id.rawValue)), 'admin', 'admin')
                """
            async let granting = scim.test.superuser.write([grant])
            async let answer = scim.patch("/Users/\(id)", Self.title)
            _ = try await granting
            let status = await answer.status
            #expect(try await source(id, scim) == (status == 200 ? scim.client.plugin : nil))
            #expect(status == 200 || status == 403)
            #expect(
                await scim.patch("/Users/\(id)", ["op": "replace", "path": "title", "value": "Other"]).status == status)
        }
    }

    @Test func `a takeover waits for who is granting a role, and then is held`() async throws {
        let scim = try await SCIMClient()
        let id = try await local(scim)
        let (tenant, user) = (PostgresBind.uuid(scim.tenant.id.rawValue), PostgresBind.uuid(id.rawValue))
        async let granting = scim.test.superuser.write([
            .begin,
            "insert into app.user_roles (tenant_id, user_id, role, origin) values (\(tenant), \(user), 'admin', 'admin')",
            "select pg_sleep(0.3)", .commit,
        ])
        // The moment counts at which the grant holds its lock; whoever misses it comes after the grant.
        let isHeld: PostgresQuery = """
            select exists (select from pg_stat_activity
                where datname = current_database() and query like '%pg_sleep(0.3)%' and wait_event = 'PgSleep')
            """
        for _ in 0..<2_000 where try await scim.test.superuser.read([isHeld])[0][0].boolean(0) { break }
        #expect(await scim.patch("/Users/\(id)", Self.title).status == 403)
        _ = try await granting
        #expect(try await source(id, scim) == nil)
    }

    @Test func `users of the active provider are taken over by review only, others by a link`() async throws {
        let scim = try await SCIMClient()
        let (second, third) = (try await second(scim), try await second(scim))
        func write(_ id: String, _ token: String) async -> Int {
            let title: JSON = ["op": "replace", "path": "title", "value": .string(token)]
            return await scim.send(
                .patch, "/Users/\(id)", ["schemas": [.string(SCIMClient.patchOp)], "Operations": [title]], token: token
            ).status
        }
        let active = await scim.createUser("active@x").id
        #expect(await write(active, second.token) == 403)
        #expect(await scim.send(.delete, "/Users/\(active)", token: second.token).status == 403)
        #expect(await write(active, scim.token) == 200)
        let mine = await scim.send(
            .post, "/Users", ["schemas": [.string(SCIMClient.user)], "userName": "second@x"], token: second.token
        ).id
        #expect(await write(mine, second.token) == 200)
        #expect(await write(mine, third.token) == 200)
        // The active one takes over like every other; what it has then stays with it.
        #expect(await write(mine, scim.token) == 200)
        #expect(await write(mine, third.token) == 403)
        #expect(
            try await scim.test.integration.activate(
                third.client.plugin, change: TestDatabase.change(.update, .plugin(third.client.plugin)),
                in: scope(scim)))
        #expect(await write(mine, third.token) == 200)
        #expect(await write(mine, scim.token) == 403)
    }

    @Test(arguments: ProvisioningPolicy.TakeoverRoles.allCases)
    func `a takeover by a request keeps the roles that the former connection's rules gave, unless set otherwise`(
        policy: ProvisioningPolicy.TakeoverRoles
    ) async throws {
        let scim = try await SCIMClient()
        let former = try await second(scim)
        let scope = scope(scim)
        try await scim.test.integration.set(
            RoleMapping(origin: .appRole, value: "Author", role: .editor), isPresent: true, of: former.client.plugin,
            change: TestDatabase.change(.update, .plugin(former.client.plugin)), in: scope)
        let plugins = try await scim.test.integration.plugins(in: scope)
        var taker = try #require(plugins.first { $0.id == scim.client.plugin })
        #expect(taker.policy.takeoverRoles == .keep)
        taker.policy.takeoverRoles = policy
        try await scim.test.integration.update(
            taker, change: TestDatabase.change(.update, .plugin(taker.id)), in: scope)
        let made = await scim.send(
            .post, "/Users",
            ["schemas": [.string(SCIMClient.user)], "userName": "b@x", "roles": [["value": "Author"]]],
            token: former.token)
        let id = try #require(UserID(made.id))
        let grants = { Set(try await scim.test.users.roles(of: id, in: scope).map { "\($0.role) by \($0.origin)" }) }
        #expect(try await grants() == ["editor by app-role"])
        #expect(await scim.patch("/Users/\(id)", Self.title).status == 200)
        #expect(try await source(id, scim) == scim.client.plugin)
        let kept: Set = ["editor by kept", "trainee by default"]
        #expect(try await grants() == (policy == .keep ? kept : ["trainee by default"]))
        // Nothing that the provider sends later takes it; an administrator does.
        _ = await scim.patch("/Users/\(id)", ["op": "remove", "path": "roles"])
        #expect(try await grants() == (policy == .keep ? kept : ["trainee by default"]))
        if policy == .keep {
            try await scim.test.users.set(
                .editor, isGiven: false, to: id, change: TestDatabase.change(.assignRoles, .user(id)), in: scope)
            #expect(try await grants() == ["trainee by default"])
        }
    }

    @Test func `users of an active provider that is switched off stay its`() async throws {
        let scim = try await SCIMClient()
        let second = try await second(scim)
        let id = await scim.createUser("active@x").id
        var plugin = try #require(
            try await scim.test.integration.plugins(in: scope(scim)).first { $0.id == scim.client.plugin })
        #expect(plugin.isActiveProvider)
        plugin.isEnabled = false
        try await scim.test.integration.update(
            plugin, change: TestDatabase.change(.update, .plugin(plugin.id)), in: scope(scim))
        #expect(await scim.send(.delete, "/Users/\(id)", token: second.token).status == 403)
        let reviews = LinkReviews(repository: scim.test.linkReviews, identifiers: TestDatabase.identifiers)
        #expect(
            try await reviews.decide(
                .approved, on: .delete, for: UserID(id)!, of: second.client.plugin, origin: Self.operator,
                in: scope(scim)))
        #expect(await scim.send(.delete, "/Users/\(id)", token: second.token).status == 204)
    }

    @Test func `what an administrator approved is not taken back by who had it before`() async throws {
        let scim = try await SCIMClient(policy: ProvisioningPolicy(matching: .link))
        let second = try await second(scim)
        let id = await scim.createUser("shared@x").id
        func write(_ token: String, _ title: String) async -> Int {
            let title: JSON = ["op": "replace", "path": "title", "value": .string(title)]
            return await scim.send(
                .patch, "/Users/\(id)", ["schemas": [.string(SCIMClient.patchOp)], "Operations": [title]], token: token
            ).status
        }
        #expect(await write(second.token, "a") == 403)
        let reviews = LinkReviews(repository: scim.test.linkReviews, identifiers: TestDatabase.identifiers)
        #expect(
            try await reviews.decide(
                .approved, on: .update, for: UserID(id)!, of: second.client.plugin, origin: Self.operator,
                in: scope(scim)))
        #expect(await write(second.token, "b") == 200)
        #expect(await write(scim.token, "c") == 403)
        #expect(await write(second.token, "d") == 200)
    }

    @Test func `one connection's groups give no roles that are another's to give`() async throws {
        let scim = try await SCIMClient()
        let second = try await second(scim)
        try await scim.test.integration.set(
            RoleMapping(origin: .group, value: "Admins", role: .admin), isPresent: true, of: scim.client.plugin,
            change: TestDatabase.change(.update, .plugin(scim.client.plugin)), in: scope(scim))
        let id = await scim.createUser("tina@x").id
        func send(_ method: HTTPRequest.Method, _ path: String, _ body: JSON?, _ token: String) async
            -> SCIMClient.Answer
        {
            await scim.send(method, path, body, token: token)
        }
        let group: JSON = [
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Admins",
            "members": [["value": .string(id)]],
        ]
        let foreign = await send(.post, "/Groups", group, second.token)
        #expect(foreign.status == 201)
        let roles = { try await scim.test.users.roles(of: UserID(id)!, in: scope(scim)).map(\.role) }
        #expect(try await roles() == [.trainee])
        #expect(await send(.delete, "/Groups/\(foreign.id)", nil, second.token).status == 204)
        let own = await send(.post, "/Groups", group, scim.token)
        #expect(try await roles() == [.admin])
        // Nor can the other one write to the group.
        let remove: JSON = [
            "schemas": [.string(SCIMClient.patchOp)], "Operations": [["op": "remove", "path": "members"]],
        ]
        #expect(await send(.patch, "/Groups/\(own.id)", remove, second.token).status == 403)
        #expect(await send(.put, "/Groups/\(own.id)", group, second.token).status == 403)
        #expect(await send(.delete, "/Groups/\(own.id)", nil, second.token).status == 403)
        #expect(try await roles() == [.admin])
        #expect(await send(.patch, "/Groups/\(own.id)", remove, scim.token).status == 204)
        #expect(try await roles() == [.trainee])
    }

    @Test func `an old version is said to be old before anybody is asked`() async throws {
        let scim = try await SCIMClient()
        let id = try await local(scim, role: .admin)
        let old: HTTPFields = [.ifMatch: "W/\"v7\""]
        let patch: JSON = ["schemas": [.string(SCIMClient.patchOp)], "Operations": [Self.title]]
        #expect(await scim.send(.patch, "/Users/\(id)", patch, headers: old).status == 412)
        #expect(await scim.send(.delete, "/Users/\(id)", headers: old).status == 412)
        #expect(try await reviews(scim).isEmpty)
    }

    @Test func `an operation of a bulk waits like a request of its own, and the others do not`() async throws {
        let scim = try await SCIMClient(policy: ProvisioningPolicy(matching: .review))
        let id = try await local(scim)
        let answer = await scim.send(
            .post, "/Bulk",
            [
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                "Operations": [
                    ["method": "DELETE", "path": .string("/Users/\(id)")],
                    [
                        "method": "POST", "path": "/Users", "bulkId": "b",
                        "data": ["schemas": [.string(SCIMClient.user)], "userName": "b@x"],
                    ],
                ],
            ])
        let statuses = answer.json["Operations"]?.arrayValue?.map { $0["status"] }
        #expect(statuses == ["403", "201"])
        #expect(try await reviews(scim).map(\.user) == [id])
    }

    @Test func `another tenant's connection learns nothing and asks for nobody`() async throws {
        let (mine, other) = (try await SCIMClient(), try await SCIMClient(policy: .init(matching: .review)))
        let id = try await local(mine)
        #expect(await other.patch("/Users/\(id)", Self.title).status == 404)
        #expect(await other.send(.delete, "/Users/\(id)").status == 404)
        #expect(try await reviews(other).isEmpty)
        #expect(try await reviews(mine).isEmpty)
    }

    @Test func `the log tells the administrator what to do`() async throws {
        let scim = try await SCIMClient(policy: ProvisioningPolicy(matching: .review))
        let id = try await local(scim)
        _ = await scim.patch("/Users/\(id)", Self.title)
        await scim.refusals.write()
        let entry = try await scim.test.provisioningLog.entries(
            ProvisioningLogFilter(outcome: .refused), before: nil, limit: 1, in: scope(scim))[0]
        #expect(entry.reason?.contains("asked to approve") == true && entry.remedy == .forbidden)
    }

    /// A further connection of the tenant, which is not its active provider.
    private func second(_ scim: SCIMClient) async throws -> (client: ProvisioningClient, token: String) {
        let token = PlainToken(secret: (0..<32).map { _ in UInt8.random(in: 0...255) }).text
        return (try await scim.test.makeClient(of: scim.tenant, tokenDigest: TokenDigest(of: token)), token)
    }
}
