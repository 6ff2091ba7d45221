import Domain

/// Which kinds of connections the account's plan contains, and which plan contains those that it does not.
struct PlanGate {
    let tenant: Tenant
    let words: Catalogue

    init(_ request: ConsoleRequest) {
        tenant = request.tenant
        words = request.words
    }

    func contains(_ kind: Plugin.Kind) -> Bool { tenant.entitlements.contains(kind.entitlement) }

    /// Nil when the plan contains the kind.
    func notice(_ kind: Plugin.Kind) -> String? {
        contains(kind)
            ? nil : words["plugins.locked", ["kind": kind.name, "plan": Plan.unlocking(kind.entitlement).name]]
    }
}

extension Plugin.Kind {
    /// As people are told it.
    var name: String { rawValue.uppercased() }
}
