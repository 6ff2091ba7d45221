import Domain
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

struct LinkReviewTests {
    let test: TestDatabase
    let tenant: Tenant
    let client: ProvisioningClient
    let user: User

    /// A tenant with a connection that reviews, and a user who was made here.
    init() async throws {
        test = try await TestDatabase.shared()
        tenant = try await test.makeTenant()
        client = try await test.makeClient(
            of: tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 1, count: 32)),
            policy: ProvisioningPolicy(matching: .review))
        user = try await UserChanges(users: test.users, identifiers: TestDatabase.identifiers).create(
            .named("local@x"), role: .trainee, origin: Self.operator,
            in: TenantScope(tenant: tenant.id, admission: .operator))
    }

    private static let `operator` = ChangeOrigin(actor: .operator, requestID: "t")
    private var scope: TenantScope { TenantScope(tenant: tenant.id, admission: .operator) }
    private var reviews: LinkReviews {
        LinkReviews(repository: test.linkReviews, identifiers: TestDatabase.identifiers)
    }

    private func ask(_ reach: Reach? = nil) async throws -> LinkReview.Answer? {
        try await test.users.ask(
            .init(.update), for: user.id, beyond: reach ?? .own(client.plugin), in: TenantScope(client))
    }

    private func decide(_ decision: LinkReview.Decision) async throws -> Bool {
        try await reviews.decide(
            decision, on: .update, for: user.id, of: client.plugin, origin: Self.operator, in: scope)
    }

    private func list(_ plugin: PluginID? = nil) async throws -> [LinkReview] {
        try await test.linkReviews.reviews(of: plugin, limit: 10, in: scope)
    }

    /// The user's change log after the creation.
    private func log() async throws -> [(action: String, difference: JSON)] {
        try await test.superuser.read([
            """
            select action, difference from app.changes
            where subject_id = \(.uuid(user.id.rawValue)) and action <> 'create' order by id
            """
        ])[0].map { (try $0.text(0), try JSON.parse(try $0.jsonb(1))) }
    }

    @Test func `asking again moves the last time only`() async throws {
        #expect(try await list() == [])
        #expect(try await ask() == .waiting)
        let first = try await list()[0]
        #expect(first.userName == "local@x" && first.sourceName == nil && first.decision == nil)
        #expect(first.firstAskedAt == first.lastAskedAt && first.decidedAt == nil)
        #expect(try await ask() == .waiting)
        let second = try await list(client.plugin)
        #expect(second.count == 1 && second[0].firstAskedAt == first.firstAskedAt)
        #expect(second[0].lastAskedAt > first.lastAskedAt)
        #expect(try await log().isEmpty)
    }

    @Test func `who approves gives the user, its roles and one line of the log`() async throws {
        _ = try await ask()
        #expect(try await decide(.approved))
        let linked = try await test.users.user(user.id, in: scope)
        #expect(linked.source == client.plugin && linked.version == user.version + 1)
        let roles = try await test.users.roles(of: user.id, in: scope)
        #expect(Set(roles.map(\.origin)) == ["operator", "default"])
        let log = try await log().filter { $0.action != "assign-roles" }
        #expect(log.map(\.action) == ["update"])
        #expect(log[0].difference == ["source": [.null, .string(client.plugin.description)]])
        #expect(try await list()[0].decision == .approved)
        #expect(try await list()[0].sourceName != nil)
        #expect(try await !decide(.approved))
        let late = await #expect(throws: DomainError.self) { try await decide(.refused) }
        if case .refused = late {} else { Issue.record("\(late as Any)") }
        #expect(try await ask() == nil)
        #expect(try await list()[0].decision == .approved)
    }

    @Test(arguments: [true, false])
    func `a review says what the user gains and loses, and an approval can keep what would be lost`(
        keepsRoles: Bool
    ) async throws {
        let second = try await test.makeClient(
            of: tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 2, count: 32)))
        let author = try await UserChanges(
            users: test.users, identifiers: TestDatabase.identifiers, source: second.plugin
        ).create(
            .named("author@x", more: ["roles": [["value": "Author"]]]), role: .trainee, origin: Self.operator, in: scope
        )
        _ = try await test.users.ask(
            .init(.update), for: author.id, beyond: .own(client.plugin), in: TenantScope(client))
        _ = try await ask()
        for (plugin, role) in [(second.plugin, Role.editor), (client.plugin, .instructor)] {
            try await test.integration.set(
                RoleMapping(origin: .appRole, value: "Author", role: role), isPresent: true, of: plugin,
                change: TestDatabase.change(.update, .plugin(plugin)), in: scope)
        }
        let asked = try await list()
        let moves = try await reviews.roleMoves(of: asked, in: scope)
        let review = try #require(asked.first { $0.user == author.id })
        #expect(moves[review]?.gained == [.instructor] && moves[review]?.lost == [.editor])
        // A user with a role given by hand gets the connection's default role beside it, and here has it already.
        #expect(moves.count == 1)
        let other = try await LinkReviewTests()
        #expect(try await other.reviews.roleMoves(of: asked, in: other.scope).isEmpty)
        #expect(
            try await reviews.decide(
                .approved, on: .update, for: author.id, of: client.plugin, keepsRoles: keepsRoles,
                origin: Self.operator, in: scope))
        let grants = try await test.users.roles(of: author.id, in: scope).map { "\($0.role) by \($0.origin)" }
        #expect(
            Set(grants) == (keepsRoles ? ["editor by operator", "instructor by app-role"] : ["instructor by app-role"]))
    }

    @Test func `a refusal is remembered, written down, and can be taken back`() async throws {
        _ = try await ask()
        #expect(try await decide(.refused))
        #expect(try await !decide(.refused))
        #expect(try await ask() == .refused)
        // A refusal holds also under a policy that links.
        #expect(try await ask(.unguarded(client.plugin)) == .refused)
        #expect(try await test.users.user(user.id, in: scope).source == nil)
        let log = try await log()
        #expect(log.count == 1 && log[0].difference["linkReview"]?[1]?["decision"] == "refused")
        #expect(try await decide(.approved))
        #expect(try await test.users.user(user.id, in: scope).source == client.plugin)
    }

    @Test func `of many who approve at once one does, and one line says so`() async throws {
        _ = try await ask()
        let approved = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 { group.addTask { try await decide(.approved) } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(approved == 1)
        #expect(try await log().filter { $0.difference["source"] != nil }.count == 1)
        #expect(try await test.users.user(user.id, in: scope).version == user.version + 1)
    }

    @Test func `an approval and a refusal at once agree on what was last`() async throws {
        _ = try await ask()
        async let approval = decide(.approved)
        async let refusal = try? decide(.refused)
        _ = (try await approval, await refusal)
        #expect(try await test.users.user(user.id, in: scope).source == client.plugin)
        #expect(try await list()[0].decision == .approved)
    }

    @Test func `who was not asked about, is gone or is another tenant's cannot be decided`() async throws {
        let unasked = await #expect(throws: DomainError.self) { try await decide(.approved) }
        if case .refused = unasked {} else { Issue.record("\(unasked as Any)") }
        _ = try await ask()
        let other = try await LinkReviewTests()
        #expect(try await other.list().isEmpty)
        await #expect(throws: DomainError.notFound) {
            try await other.reviews.decide(
                .approved, on: .update, for: user.id, of: client.plugin, origin: Self.operator, in: other.scope)
        }
        #expect(
            try await other.test.users.ask(.init(.update), for: user.id, beyond: .own(client.plugin), in: other.scope)
                == nil)
        #expect(
            try await test.users.delete(
                user.id, version: nil, change: TestDatabase.change(.delete, .user(user.id)), in: scope))
        #expect(try await list().isEmpty)
        #expect(try await ask() == nil)
        await #expect(throws: DomainError.notFound) { try await decide(.approved) }
    }

    @Test func `an approval that another source has overtaken is asked anew`() async throws {
        _ = try await ask()
        #expect(try await decide(.approved))
        let second = try await test.makeClient(
            of: tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 2, count: 32)),
            policy: ProvisioningPolicy(matching: .review))
        #expect(
            try await test.users.ask(.init(.update), for: user.id, beyond: .own(second.plugin), in: scope) == .waiting)
        #expect(
            try await reviews.decide(
                .approved, on: .update, for: user.id, of: second.plugin, origin: Self.operator, in: scope))
        #expect(try await ask() == .waiting)
        #expect(try await list(client.plugin)[0].decision == nil)
    }
}
