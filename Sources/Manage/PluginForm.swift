import Domain
import StrictJSON

/// The settings of a connection as a form shows them.
struct PluginForm {
    let plugin: Plugin
    let words: Catalogue

    var json: JSONObject {
        let policy = plugin.policy
        return [
            "name": .string(plugin.name), "isOn": .bool(plugin.isEnabled), "isPaused": .bool(plugin.isPaused),
            "isActive": .bool(plugin.isActiveProvider),
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
    /// The newest of the same connection that is good.
    var successor: Token?
    let request: ConsoleRequest

    /// How long a secret may be good.
    static let daysGood: ClosedRange<Int64> = 1...3650

    var json: JSON {
        [
            "proof": proof,
            "id": .string(token.id.description), "prefix": .string(token.prefix),
            "made": request.moment(token.createdAt), "expires": request.moment(token.expiresAt),
            "used": request.moment(token.lastUsedAt), "usedFrom": token.lastUsedFrom.map { .string($0) } ?? .null,
            "state": .string(request.words["token.\(state.rawValue)"]),
            "isGood": .bool(state == .good || state == .ending),
            "isRevocable": .bool(state != .revoked), "class": .string(state.rawValue),
        ]
    }

    enum State: String {
        case good, ending, expired, revoked

        init(expiresAt: Timestamp?, revokedAt: Timestamp?, now: Timestamp) {
            self = .good
            if revokedAt != nil {
                self = .revoked
            } else if let expiresAt {
                if expiresAt <= now {
                    self = .expired
                } else if expiresAt <= now.adding(seconds: Self.warningSeconds) {
                    self = .ending
                }
            }
        }

        /// Thirty days before its end a secret is worth a word.
        private static let warningSeconds: Int64 = 30 * 86_400
    }

    var state: State { State(expiresAt: token.expiresAt, revokedAt: token.revokedAt, now: request.now) }

    /// Whether an older secret may go, now that there is a newer one; null when that is no question.
    private var proof: JSON {
        guard let successor, state == .good || state == .ending else { return .null }
        guard let newest = successor.lastUsedAt else { return .string(request.words["token.successorUnused"]) }
        let last = token.lastUsedAt ?? token.createdAt
        let isQuiet = last.adding(seconds: Self.quietSeconds) < newest
        return .string(request.words[isQuiet ? "token.mayGo" : "token.stillUsed"])
    }

    /// Providers come at least this often: the longest cycle that is known is forty minutes.
    private static let quietSeconds: Int64 = 3600
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
        switch TokenRow(token: kept.first { $0.expiresAt == last } ?? kept[0], successor: nil, request: request).state {
        case .good, .revoked: return .null
        case .ending:
            let moment = Moment(time: last, now: request.now, words: request.words)
            return .string(request.words["plugins.secretEnds", ["when": moment.relative]])
        case .expired: return .string(request.words["plugins.secretEnded"])
        }
    }
}

extension Token {
    /// The newest good one of the same connection, if that is newer than this.
    func successor(among tokens: [Token]) -> Token? {
        tokens.filter { $0.plugin == plugin && $0.revokedAt == nil && $0.createdAt > createdAt }
            .max { $0.createdAt < $1.createdAt }
    }
}
