import Domain
import StrictJSON

/// The settings of a connection as a form shows them.
struct PluginForm {
    let plugin: Plugin
    let words: Catalogue

    var json: JSONObject {
        let policy = plugin.policy
        return [
            "name": .string(plugin.name), "isOn": .bool(plugin.isEnabled), "isActive": .bool(plugin.isActiveProvider),
            "isStrict": .bool(policy.isStrict), "takesBareToken": .bool(plugin.acceptsBareToken),
            "roles": options(
                Role.allCases.filter(\.canBeProvisioned).map(\.rawValue), plugin.defaultRole.rawValue, "role"),
            "matching": options(
                ProvisioningPolicy.Matching.allCases.map(\.rawValue), policy.matching.rawValue, "matching"),
            "unknownMembers": options(
                ProvisioningPolicy.UnknownMembers.allCases.map(\.rawValue), policy.unknownMembers.rawValue,
                "unknownMembers"),
            "profiles": options(
                ProvisioningPolicy.RequiredProfile.allCases.map(\.rawValue), policy.requiredProfile.rawValue,
                "profile"),
        ]
    }

    private func options(_ values: [String], _ chosen: String, _ group: String) -> JSON {
        .array(
            values.map { value in
                [
                    "value": .string(value), "text": .string(words["\(group).\(value)"]),
                    "isChosen": .bool(value == chosen),
                ]
            })
    }
}

/// A token in the list of a connection's.
struct TokenRow {
    let token: Token
    let request: ConsoleRequest

    var json: JSON {
        [
            "id": .string(token.id.description), "prefix": .string(token.prefix),
            "made": request.moment(token.createdAt), "expires": request.moment(token.expiresAt),
            "used": request.moment(token.lastUsedAt), "usedFrom": token.lastUsedFrom.map { .string($0) } ?? .null,
            "state": .string(request.words["token.\(state.rawValue)"]),
            "isGood": .bool(state == .good || state == .ending),
            "isRevocable": .bool(state != .revoked), "class": .string(state.rawValue),
        ]
    }

    enum State: String { case good, ending, expired, revoked }

    var state: State {
        if token.revokedAt != nil { return .revoked }
        guard let end = token.expiresAt else { return .good }
        if end <= request.now { return .expired }
        return end <= request.now.adding(seconds: Self.warningSeconds) ? .ending : .good
    }

    /// Thirty days before its end a token is worth a word.
    private static let warningSeconds: Int64 = 30 * 86_400
}
