import Domain
import LecternTesting
import Persistence
import StrictJSON
import Testing

struct ReviewPageTests {
    private let browser: Browser
    private let client: ProvisioningClient
    private let user: UserID

    init() async throws {
        browser = try await Browser()
        _ = try await browser.signedIn()
        client = try await browser.test.makeClient(
            of: browser.tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 9, count: 32)),
            policy: ProvisioningPolicy(matching: .review))
        user = try await browser.makeUser("ann@x.example", .trainee)
    }

    private static let path = "manage/integration/reviews"
    private var scope: TenantScope { TenantScope(tenant: browser.tenant.id, admission: .operator) }

    private func ask(_ act: LinkReview.Act, _ difference: Difference = Difference()) async throws {
        _ = try await browser.test.users.ask(
            .init(act, difference), for: user, beyond: .own(client.plugin), in: TenantScope(client))
    }

    private func approve(_ act: String) async -> Browser.Answer {
        await browser.post(
            Self.path, ["plugin": "\(client.plugin)", "user": "\(user)", "act": act, "decision": "approved"])
    }

    @Test func `a review says what the connection wants and what would change`() async throws {
        var difference = Difference()
        difference.set("title", from: .null, to: "Boss")
        try await ask(.disable, difference)
        let page = await browser.get(Self.path).text
        #expect(page.contains("wants to disable this person</strong>"))
        #expect(page.contains("<del>–</del> → <ins>Boss</ins>") && page.contains(">Approve<"))
        try await ask(.delete)
        let deletion = await browser.get(Self.path).text
        #expect(deletion.contains("wants to delete this person</strong>") && deletion.contains(">Approve deletion<"))
        #expect(!deletion.contains("Boss"))
    }

    @Test func `an approval of what is not asked for any more decides nothing`() async throws {
        try await ask(.update)
        try await ask(.delete)
        #expect(await approve("update").status == 409)
        #expect(try await browser.test.users.user(user, in: scope).source == nil)
        #expect(await approve("delete").status == 303)
        #expect(try await browser.test.users.user(user, in: scope).source == client.plugin)
    }
}
