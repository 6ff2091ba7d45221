/// A role, which gives permissions; a user holds a set of roles.
package enum Role: String, Sendable, Hashable, CaseIterable {
    case owner, admin, editor, instructor, trainee

    /// The role's permissions: this table is the only place where they are decided.
    package var permissions: Set<Permission> {
        switch self {
        case .owner, .admin: [.manageIntegration, .manageUsers, .readUsers, .manageTraining, .takeTraining]
        case .editor: [.manageTraining, .readUsers, .takeTraining]
        case .instructor: [.readUsers, .takeTraining]
        case .trainee: [.takeTraining]
        }
    }

    /// The roles that have the permission.
    package static func with(_ permission: Permission) -> [Role] {
        allCases.filter { $0.permissions.contains(permission) }
    }

    /// Identity providers know the default role as `User`.
    package init?(name: String) {
        let key = FoldedKey(name).description
        if key == "user" { self = .trainee } else if let role = Role(rawValue: key) { self = role } else { return nil }
    }

    /// Whether its holder may manage other users. Who has such a role from people is never taken over unasked.
    package var isPrivileged: Bool { permissions.contains(.manageUsers) }

    /// An Owner is made by the operator or by another Owner, never by an identity provider.
    package var canBeProvisioned: Bool { self != .owner }
}

package enum Permission: String, Sendable, Hashable {
    case manageIntegration = "integration.manage"
    case manageUsers = "users.manage"
    case readUsers = "users.read"
    case manageTraining = "training.manage"
    case takeTraining = "training.take"
}
