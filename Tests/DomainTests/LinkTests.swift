import Domain
import StrictJSON
import Testing

struct LinkTests {
    private let mine = PluginID(rawValue: 1)
    private let other = PluginID(rawValue: 2)

    private func link(
        from source: PluginID?, isAsked: Bool = true, _ decision: LinkReview.Decision? = nil,
        act: LinkReview.Act = .update
    ) -> Link {
        Link(
            plugin: mine, user: UserID(rawValue: 3), version: 1, source: source, isAsked: isAsked, act: act,
            decision: decision)
    }

    @Test func `deleting a user of its own is decided about, and is no link`() throws {
        for decision in [LinkReview.Decision.approved, .refused] {
            let difference = try link(from: mine, act: .delete).difference(deciding: decision)
            #expect(difference?.fields.map(\.key) == ["linkReview"])
            #expect(try link(from: mine, decision, act: .delete).difference(deciding: decision) == nil)
        }
    }

    @Test(arguments: [nil, LinkReview.Decision.refused])
    func `approving makes the connection the source, also after refusing`(before: LinkReview.Decision?) throws {
        let local = try link(from: nil, before).difference(deciding: .approved)
        #expect(local?.fields == ["source": [.null, .string(mine.description)]])
        let foreign = try link(from: other, before).difference(deciding: .approved)
        #expect(foreign?.fields == ["source": [.string(other.description), .string(mine.description)]])
    }

    @Test func `refusing is noted once, also after an approval that another source has overtaken`() throws {
        #expect(try link(from: other).difference(deciding: .refused)?.touches("linkReview") == true)
        #expect(try link(from: other, .approved).difference(deciding: .refused)?.touches("linkReview") == true)
        #expect(try link(from: other, .refused).difference(deciding: .refused) == nil)
    }

    @Test func `what is the connection's already needs no approval and takes no refusal`() throws {
        #expect(try link(from: mine, isAsked: false).difference(deciding: .approved) == nil)
        #expect(try link(from: mine, .approved).difference(deciding: .approved) == nil)
        let refused = #expect(throws: DomainError.self) {
            try link(from: mine, .approved).difference(deciding: .refused)
        }
        if case .refused = refused {} else { Issue.record("\(refused as Any)") }
    }

    @Test(arguments: [LinkReview.Decision.approved, .refused])
    func `nothing is decided that nobody asked`(decision: LinkReview.Decision) {
        let refused = #expect(throws: DomainError.self) {
            try link(from: other, isAsked: false).difference(deciding: decision)
        }
        if case .refused = refused {} else { Issue.record("\(refused as Any)") }
    }

    @Test func `only the policy link reaches further than a connection's own users`() {
        #expect(ProvisioningPolicy.Matching.link.reach(of: mine) == .unguarded(mine))
        #expect(ProvisioningPolicy.Matching.review.reach(of: mine) == .own(mine))
        #expect(ProvisioningPolicy.Matching.refuse.reach(of: mine) == .own(mine))
    }

    @Test func `who may manage users is privileged`() {
        #expect(Role.allCases.filter(\.isPrivileged) == [.owner, .admin])
    }
}
