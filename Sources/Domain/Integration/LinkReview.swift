/// A connection that wanted to write to a user of another source, for an administrator to decide.
package struct LinkReview: Sendable, Hashable {
    package enum Decision: String, Sendable { case approved, refused }

    /// What a connection is told that may not write.
    package enum Answer: Sendable, Hashable {
        case waiting, refused

        package var reason: String {
            switch self {
            case .waiting: Refusal.linkWaiting.sentence
            case .refused: Refusal.linkRefused.sentence
            }
        }
    }

    package var plugin: PluginID
    package var pluginName: String
    package var user: UserID
    package var userName: String
    /// The connection whose user it is; nil when it was made here.
    package var sourceName: String?
    package var firstAskedAt: Timestamp
    package var lastAskedAt: Timestamp
    /// Nil while nobody has decided.
    package var decision: Decision?
    package var decidedAt: Timestamp?

    package init(
        plugin: PluginID, pluginName: String, user: UserID, userName: String, sourceName: String?,
        firstAskedAt: Timestamp,
        lastAskedAt: Timestamp, decision: Decision?, decidedAt: Timestamp?
    ) {
        self.plugin = plugin
        self.pluginName = pluginName
        self.user = user
        self.userName = userName
        self.sourceName = sourceName
        self.firstAskedAt = firstAskedAt
        self.lastAskedAt = lastAskedAt
        self.decision = decision
        self.decidedAt = decidedAt
    }
}
