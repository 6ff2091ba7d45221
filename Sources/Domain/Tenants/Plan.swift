/// The plan that a tenant pays for. A plan is a name for a set of entitlements; code asks for the entitlement.
package enum Plan: String, Sendable, Hashable, CaseIterable {
    case starter, growth, ultimate, enterprise

    /// As people are told it.
    package var name: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    package var entitlements: Set<Entitlement> {
        switch self {
        case .starter: []
        case .growth: [.groups]
        case .ultimate, .enterprise: [.groups, .scim, .saml]
        }
    }

    /// The smallest plan that includes the entitlement, for telling an admin what to buy.
    package static func unlocking(_ entitlement: Entitlement) -> Plan {
        allCases.first { $0.entitlements.contains(entitlement) } ?? .enterprise
    }
}

/// One thing a plan can include. It gates what is configured, never what is already there.
package enum Entitlement: String, Sendable, Hashable, CaseIterable {
    case groups, scim, saml
}
