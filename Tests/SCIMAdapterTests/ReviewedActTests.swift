import Domain
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

/// The subject of a review, and its end.
struct ReviewedActTests {
    private let scim: SCIMClient
    /// A person who was made here.
    private let user: UserID

    init() async throws {
        scim = try await SCIMClient(policy: ProvisioningPolicy(matching: .review))
        user = try await Self.local(scim, "local@x.example")
    }

    private static let origin = ChangeOrigin(actor: .operator, requestID: "t")
    private static let title: JSON = ["op": "replace", "path": "title", "value": "Boss"]
    private static let leave: JSON = ["op": "replace", "path": "active", "value": "False"]
    private var scope: TenantScope { TenantScope(tenant: scim.tenant.id, admission: .operator) }

    private static func local(_ scim: SCIMClient, _ name: String, role: Role = .trainee) async throws -> UserID {
        try await UserChanges(users: scim.test.users, identifiers: TestDatabase.identifiers).create(
            .named(name), role: role, origin: origin, in: TenantScope(tenant: scim.tenant.id, admission: .operator)
        ).id
    }

    private func reviews() async throws -> [LinkReview] {
        try await scim.test.linkReviews.reviews(of: nil, limit: 100, in: scope)
    }

    private func decide(_ decision: LinkReview.Decision, on act: LinkReview.Act) async throws {
        _ = try await LinkReviews(repository: scim.test.linkReviews, identifiers: TestDatabase.identifiers).decide(
            decision, on: act, for: user, of: scim.client.plugin, origin: Self.origin, in: scope)
    }

    private func found() async throws -> User { try await scim.test.users.user(user, in: scope) }

    @Test func `a review names the act that was asked for last, and what it would change`() async throws {
        #expect(await scim.patch("/Users/\(user)", Self.title).status == 403)
        var review = try #require(try await reviews().first)
        #expect(review.act == .update && review.difference == ["title": [.null, "Boss"]])
        #expect(await scim.patch("/Users/\(user)", Self.leave).status == 403)
        review = try #require(try await reviews().first)
        #expect(review.act == .disable && review.difference == ["active": [true, false]])
        #expect(await scim.send(.delete, "/Users/\(user)").status == 403)
        review = try #require(try await reviews().first)
        #expect(review.act == .delete && review.difference.isEmpty)
        #expect(try await reviews().count == 1)
    }

    @Test func `approving an update approves no deletion, which disables and asks`() async throws {
        #expect(await scim.patch("/Users/\(user)", Self.title).status == 403)
        try await decide(.approved, on: .update)
        #expect(await scim.patch("/Users/\(user)", Self.title).status == 200)
        let refused = await scim.send(.delete, "/Users/\(user)")
        #expect(refused.status == 403)
        #expect(refused.json["detail"] == .string(Refusal.deletionWaiting.sentence))
        #expect(try await !found().isActive)
        let review = try #require(try await reviews().first)
        #expect(review.act == .delete && review.decision == nil)
        // The provider is still free to do everything else.
        #expect(
            await scim.patch("/Users/\(user)", ["op": "replace", "path": "active", "value": true]).status == 200)
        #expect(await scim.send(.delete, "/Users/\(user)").status == 403)
        #expect(try await !found().isActive)
        try await decide(.refused, on: .delete)
        #expect(
            await scim.send(.delete, "/Users/\(user)").json["detail"] == .string(Refusal.deletionRefused.sentence))
        try await decide(.approved, on: .delete)
        #expect(await scim.send(.delete, "/Users/\(user)").status == 204)
        #expect(try await reviews().isEmpty)
    }

    @Test func `a deletion that was approved as one is done`() async throws {
        #expect(await scim.send(.delete, "/Users/\(user)").status == 403)
        #expect(try await found().isActive)
        try await decide(.approved, on: .delete)
        #expect(await scim.send(.delete, "/Users/\(user)").status == 204)
    }

    @Test func `an approval is void when the connection asks for something else by then`() async throws {
        #expect(await scim.patch("/Users/\(user)", Self.title).status == 403)
        #expect(await scim.send(.delete, "/Users/\(user)").status == 403)
        await #expect(throws: DomainError.stale) { try await decide(.approved, on: .update) }
        #expect(try await found().source == nil)
    }

    @Test func `a connection deletes its own users without asking`() async throws {
        let own = await scim.createUser("own@x.example").id
        #expect(await scim.send(.delete, "/Users/\(own)").status == 204)
        #expect(try await reviews().isEmpty)
    }

    @Test func `reviews of a guard that has gone are gone`() async throws {
        let scim = try await SCIMClient()
        let scope = TenantScope(tenant: scim.tenant.id, admission: .operator)
        let token = PlainToken(secret: (0..<32).map { _ in UInt8.random(in: 0...255) }).text
        let second = try await scim.test.makeClient(of: scim.tenant, tokenDigest: .init(bytes: Self.digest(of: token)))
        for number in 0..<3 {
            let id = try #require(UserID(await scim.createUser("u\(number)@x.example").id))
            let answer = try await scim.test.users.ask(
                .init(.update), for: id, beyond: .unguarded(second.plugin), in: TenantScope(second))
            #expect(answer == .waiting)
        }
        let waiting = { try await scim.test.linkReviews.reviews(of: nil, limit: 100, in: scope).count }
        #expect(try await waiting() == 3)
        #expect(
            try await scim.test.integration.activate(
                second.plugin, change: TestDatabase.change(.update, .plugin(second.plugin)), in: scope))
        #expect(try await waiting() == 0)
    }

    private static func digest(of text: String) -> [UInt8] { Array(text.utf8.prefix(32)) }

    @Test func `a review ends when the user is the connection's or another source has decided otherwise`()
        async throws
    {
        let scim = try await SCIMClient()
        let scope = TenantScope(tenant: scim.tenant.id, admission: .operator)
        let admin = try await Self.local(scim, "admin@x.example", role: .admin)
        #expect(await scim.patch("/Users/\(admin)", Self.title).status == 403)
        let list = { try await scim.test.linkReviews.reviews(of: nil, limit: 100, in: scope) }
        #expect(try await list().count == 1)
        var change = TestDatabase.change(.assignRoles, .user(admin))
        change.origin = Self.origin
        try await scim.test.users.set(.admin, isGiven: false, to: admin, change: change, in: scope)
        #expect(try await list().isEmpty)
        #expect(await scim.patch("/Users/\(admin)", Self.title).status == 200)
        #expect(try await list().isEmpty)
    }
}
