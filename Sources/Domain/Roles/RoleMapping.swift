/// A role that follows from what an identity provider says of a user.
package struct RoleMapping: Sendable, Hashable {
    package enum Origin: String, Sendable, CaseIterable {
        /// From a value of the user's `roles` (RFC 7643 §4.1.2).
        case appRole = "app-role"
        /// From being in a group, directly or through others.
        case group
    }

    package var origin: Origin
    /// The value of the app role; the name or the id of the group.
    package var value: String
    package var role: Role

    /// The group, if it is given by its id.
    package var group: GroupID? { origin == .group ? GroupID(value) : nil }

    /// The form under which the value is compared.
    package var valueKey: FoldedKey {
        switch origin {
        case .appRole: FoldedKey(value)
        case .group: FoldedKey(name: value)
        }
    }

    package init(origin: Origin, value: String, role: Role) {
        self.origin = origin
        self.value = value
        self.role = role
    }
}

/// A mapping with what it is about at the moment.
package struct RoleMappingStatus: Sendable, Hashable {
    /// The group of a mapping that is from one.
    package enum Group: Sendable, Hashable {
        case found(GroupID)
        /// There has been no group of this name yet; the first one will be it.
        case awaited
        case deleted(GroupID)
        /// The group of a connection that is switched on and has rules of its own.
        case ofAnother(GroupID)

        package var id: GroupID? {
            switch self {
            case .found(let id), .deleted(let id), .ofAnother(let id): id
            case .awaited: nil
            }
        }

        package var name: String {
            switch self {
            case .found: "found"
            case .awaited: "awaited"
            case .deleted: "deleted"
            case .ofAnother: "of-another"
            }
        }
    }

    /// Its value is the group's present name.
    package var mapping: RoleMapping
    package var group: Group?
    /// The users of the connection whom it gives the role.
    package var people: Int

    package init(mapping: RoleMapping, group: Group? = nil, people: Int) {
        self.mapping = mapping
        self.group = group
        self.people = people
    }

    /// The mapping's permanent key: the id of its group, or its value.
    package var key: RoleMapping {
        RoleMapping(origin: mapping.origin, value: group?.id?.description ?? mapping.value, role: mapping.role)
    }
}

/// One reason for a role of a user.
package struct RoleGrant: Sendable, Hashable {
    package var role: Role
    /// `default`, `app-role`, `group`, `admin`, `operator`, or `kept` from a former connection.
    package var origin: String
    package var grantedAt: Timestamp

    package init(role: Role, origin: String, grantedAt: Timestamp) {
        self.role = role
        self.origin = origin
        self.grantedAt = grantedAt
    }

    /// Whether somebody gave it, and can take it back; the others follow from rules.
    package var isByHand: Bool { origin == "admin" || origin == "operator" }
    /// Whether an administrator can take it from a user whom a connection provisions.
    package var isTakeable: Bool { isByHand || origin == "kept" }
}

/// A reason why a user currently has a role by a rule.
package struct RoleReason: Sendable, Hashable {
    package var role: Role
    /// `default`, `app-role` or `group`.
    package var origin: String
    /// The name of the group, or the value of the app role; nil for the default role.
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
