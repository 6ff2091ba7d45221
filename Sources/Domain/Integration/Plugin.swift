/// A connection to one identity provider, as an admin sets it up under Manage > Plugins.
package struct Plugin: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case scim, saml

        /// The entitlement that a plan must include for connections of the kind to work.
        package var entitlement: Entitlement {
            switch self {
            case .scim: .scim
            case .saml: .saml
            }
        }
    }

    package var id: PluginID
    package var kind: Kind
    /// Shown on buttons and in logs; unique per kind within the tenant.
    package var name: String
    package var isEnabled: Bool
    /// Asks its provider to come back later.
    package var isPaused = false
    /// The role of users that this connection creates.
    package var defaultRole: Role
    /// Whether a token may come without `Bearer`, as Okta's header mode sends it.
    package var acceptsBareToken: Bool
    package var policy: ProvisioningPolicy
    /// The additional header in which a token may come, beside `Authorization`.
    package var tokenHeader: TokenHeader?
    /// Whether it is the tenant's active provider: the one whose users no other connection takes over unasked.
    package var isActiveProvider = false
    /// Of the settings, when they were read.
    package var version: Int64 = 1
    /// When requests of its provider were last held back because there were too many; to the minute.
    package var throttledAt: Timestamp?

    package init(
        id: PluginID, kind: Kind, name: String, isEnabled: Bool, defaultRole: Role, acceptsBareToken: Bool,
        tokenHeader: TokenHeader? = nil, policy: ProvisioningPolicy = .init()
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.isEnabled = isEnabled
        self.defaultRole = defaultRole
        self.acceptsBareToken = acceptsBareToken
        self.policy = policy
        self.tokenHeader = tokenHeader
    }
}

/// The data that depend on a connection.
package struct PluginDependants: Sendable, Hashable {
    package var users: Int
    package var groups: Int

    package init(users: Int, groups: Int) {
        self.users = users
        self.groups = groups
    }
}
