import StrictJSON

/// A user as a connection finds it: whose it is, and what an administrator said to linking the two.
package struct Link: Sendable, Hashable {
    package var plugin: PluginID
    package var user: UserID
    /// The version of the user that this was read at.
    package var version: Int64
    /// The connection that provisions the user; nil for one made here.
    package var source: PluginID?
    /// Whether the connection has asked for something that still is a question.
    package var isAsked: Bool
    package var act: LinkReview.Act?
    package var decision: LinkReview.Decision?

    package init(
        plugin: PluginID, user: UserID, version: Int64, source: PluginID?, isAsked: Bool, act: LinkReview.Act?,
        decision: LinkReview.Decision?
    ) {
        self.act = act
        self.plugin = plugin
        self.user = user
        self.version = version
        self.source = source
        self.isAsked = isAsked
        self.decision = decision
    }

    package var isOwn: Bool { source == plugin }

    /// The changes that a decision makes to the link; nil when it is decided like this already.
    package func difference(deciding decision: LinkReview.Decision) throws(DomainError) -> Difference? {
        // A user of its own is only asked about where an approval made it so, and then about deleting.
        if isOwn, isAsked, act == .delete {
            if self.decision == decision { return nil }
            var difference = Difference()
            difference.set("linkReview", from: side(self.decision), to: side(decision))
            return difference
        }
        let isLinked = isOwn
        guard isAsked || isLinked else { throw .refused(reason: "This connection has not asked for this user.") }
        var difference = Difference()
        switch decision {
        case .approved:
            if isLinked { return nil }
            difference.setSource(from: source, to: plugin)
        case .refused:
            if isLinked {
                throw .refused(reason: "The user belongs to this connection already; there is no link left to refuse.")
            }
            if self.decision == .refused { return nil }
            difference.set("linkReview", from: side(self.decision), to: side(.refused))
        }
        return difference
    }

    private func side(_ decision: LinkReview.Decision?) -> JSON {
        .object(
            JSONObject([
                ("plugin", .string(plugin.description)), ("act", act.map { .string($0.rawValue) } ?? .null),
                ("decision", decision.map { .string($0.rawValue) } ?? .null),
            ]))
    }
}

extension Difference {
    /// Another source of a user.
    package mutating func setSource(from before: PluginID?, to after: PluginID?) {
        let (before, after) = (before?.description, after?.description)
        set("source", from: before.map { .string($0) } ?? .null, to: after.map { .string($0) } ?? .null)
    }
}
