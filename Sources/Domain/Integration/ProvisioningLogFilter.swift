/// Which lines of the provisioning log are wanted.
package struct ProvisioningLogFilter: Sendable, Hashable {
    package enum Outcome: String, Sendable, CaseIterable { case all, done, refused }

    package var outcome: Outcome
    /// Of one connection.
    package var plugin: PluginID?
    /// Of requests that showed this token, which may be revoked by now.
    package var token: TokenID?
    /// Of these users and groups, by their ids.
    package var subjects: [String]?
    /// With `subjects`: also of refused creations that asked for this name.
    package var name: FoldedKey?
    /// The action that was done or was refused.
    package var action: Change.Action?
    /// From this moment on.
    package var from: Timestamp?
    /// Before this moment.
    package var until: Timestamp?

    package init(
        outcome: Outcome = .all, plugin: PluginID? = nil, token: TokenID? = nil, subjects: [String]? = nil,
        action: Change.Action? = nil, from: Timestamp? = nil, until: Timestamp? = nil
    ) {
        self.outcome = outcome
        self.plugin = plugin
        self.token = token
        self.subjects = subjects
        self.action = action
        self.from = from
        self.until = until
    }
}

extension Change.Action {
    /// The actions that connections perform.
    package static let ofConnections: [Self] = [
        .create, .update, .disable, .enable, .delete, .addMembers, .removeMembers, .assignRoles,
    ]

    /// The methods of requests that ask for it and for nothing else, by which a refused one is known.
    package var methods: [String] {
        switch self {
        case .create: ["POST"]
        case .update: ["PUT", "PATCH"]
        case .delete: ["DELETE"]
        case .restore, .disable, .enable, .addMembers, .removeMembers, .assignRoles, .setPassword, .makePasswordLink,
            .setSecondFactor, .removeSecondFactor, .renewRecoveryCodes, .endSessions, .revoke, .suspend, .resume,
            .export:
            []
        }
    }
}
