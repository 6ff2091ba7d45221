/// A role that follows from what an identity provider says of a user.
package struct RoleMapping: Sendable, Hashable {
    package enum Origin: String, Sendable, CaseIterable {
        /// From a value of the user's `roles` (RFC 7643 §4.1.2).
        case appRole = "app-role"
        /// From being in a group of that name, directly or through others.
        case group
    }

    package var origin: Origin
    package var value: String
    package var role: Role

    package init(origin: Origin, value: String, role: Role) {
        self.origin = origin
        self.value = value
        self.role = role
    }
}

/// One reason for a role of a user.
package struct RoleGrant: Sendable, Hashable {
    package var role: Role
    /// `default`, `app-role`, `group`, `admin` or `operator`.
    package var origin: String
    package var grantedAt: Timestamp

    package init(role: Role, origin: String, grantedAt: Timestamp) {
        self.role = role
        self.origin = origin
        self.grantedAt = grantedAt
    }

    /// Whether somebody gave it, and can take it back; the others follow from rules.
    package var isByHand: Bool { origin == "admin" || origin == "operator" }
}

/// What gives a user a role by a rule, as things stand now.
package struct RoleReason: Sendable, Hashable {
    package var role: Role
    /// `default`, `app-role` or `group`.
    package var origin: String
    /// What the group is called, or the value of the app role; nil for the default role.
    package var value: String?
    /// The connection whose rule it is.
    package var pluginName: String

    package init(role: Role, origin: String, value: String?, pluginName: String) {
        self.role = role
        self.origin = origin
        self.value = value
        self.pluginName = pluginName
    }

    package func explains(_ grant: RoleGrant) -> Bool { role == grant.role && origin == grant.origin }
}
