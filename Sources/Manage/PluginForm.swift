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
            "invites": options(
                ProvisioningPolicy.Invites.allCases.map(\.rawValue), policy.invites.rawValue, "invites"),
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

/// Says on the list of connections that the last good secret of one ends soon, or has ended.
struct SecretWarning {
    let tokens: [Token]
    let request: ConsoleRequest

    /// Null when nothing is to be said: there is no secret yet, or a good one for a while.
    var json: JSON {
        let kept = tokens.filter { $0.revokedAt == nil }
        if kept.isEmpty || kept.contains(where: { $0.expiresAt == nil }) { return .null }
        guard let last = kept.compactMap(\.expiresAt).max() else { return .null }
        switch TokenRow(token: kept.first { $0.expiresAt == last } ?? kept[0], request: request).state {
        case .good, .revoked: return .null
        case .ending:
            let moment = Moment(time: last, now: request.now, words: request.words)
            return .string(request.words["plugins.secretEnds", ["when": moment.relative]])
        case .expired: return .string(request.words["plugins.secretEnded"])
        }
    }
}
