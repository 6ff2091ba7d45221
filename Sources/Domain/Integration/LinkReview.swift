package import StrictJSON

/// A connection that wanted to write to a user of another source, for an administrator to decide.
package struct LinkReview: Sendable, Hashable {
    package enum Decision: String, Sendable { case approved, refused }

    /// The change that the connection asked for.
    package enum Act: String, Sendable, CaseIterable {
        case update, disable, enable, delete

        package init(_ action: Change.Action) {
            switch action {
            case .disable: self = .disable
            case .enable: self = .enable
            case .delete: self = .delete
            case .create, .update, .restore, .addMembers, .removeMembers, .assignRoles, .setPassword,
                .makePasswordLink, .setSecondFactor, .removeSecondFactor, .renewRecoveryCodes, .endSessions, .revoke,
                .suspend, .resume, .export:
                self = .update
            }
        }
    }

    /// A change that a connection asks for.
    package struct Request: Sendable, Hashable {
        package var act: Act
        package var difference: Difference

        package init(_ act: Act, _ difference: Difference = Difference()) {
            self.act = act
            self.difference = difference
        }
    }

    /// The answer to a connection that may not write.
    package enum Answer: Sendable, Hashable {
        case waiting, refused

        /// - Parameter isOwn: the user is the connection's, and only deleting it needs an approval.
        package func reason(isOwn: Bool) -> String {
            switch self {
            case .waiting: (isOwn ? Refusal.deletionWaiting : .linkWaiting).sentence
            case .refused: (isOwn ? Refusal.deletionRefused : .linkRefused).sentence
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
    /// The change that it asked for last; nil when it asked before acts were recorded.
    package var act: Act?
    /// The fields that the change would set: attribute → [before, after].
    package var difference: JSONObject
    /// Nil while it waits.
    package var decision: Decision?
    package var decidedAt: Timestamp?

    package init(
        plugin: PluginID, pluginName: String, user: UserID, userName: String, sourceName: String?,
        firstAskedAt: Timestamp, lastAskedAt: Timestamp, act: Act?, difference: JSONObject, decision: Decision?,
        decidedAt: Timestamp?
    ) {
        self.act = act
        self.difference = difference
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
