import Domain
import Edge
import StrictJSON

/// A secret in a list of several: a token of a connection, or a secret of a client.
struct SecretRow {
    let id: String
    let name: SecretName
    let prefix: String
    let maker: SecretMaker?
    let createdAt: Timestamp
    let expiresAt: Timestamp?
    let revokedAt: Timestamp?
    let lastUsedAt: Timestamp?
    let lastUsedFrom: String?
    /// The newest valid secret of the same list, if it is newer than this.
    let successor: Successor?
    let request: ConsoleRequest

    struct Successor {
        let lastUsedAt: Timestamp?
        /// A client that uses a secret of this kind does so at least this often.
        let quietSeconds: Int64
    }

    init(_ token: Token, among tokens: [Token], _ request: ConsoleRequest) {
        id = token.id.description
        (name, prefix, maker) = (token.name, token.prefix, token.maker)
        (createdAt, expiresAt, revokedAt) = (token.createdAt, token.expiresAt, token.revokedAt)
        (lastUsedAt, lastUsedFrom) = (token.lastUsedAt, token.lastUsedFrom)
        // The longest cycle of a provider that is known is forty minutes.
        successor = tokens.filter { $0.createdAt > token.createdAt }
            .filter { $0.revokedAt == nil && $0.expiresAt.map { $0 > request.now } ?? true }
            .max { $0.createdAt < $1.createdAt }
            .map { Successor(lastUsedAt: $0.lastUsedAt, quietSeconds: 3600) }
        self.request = request
    }

    init(_ secret: ClientSecret, among secrets: [ClientSecret], _ request: ConsoleRequest) {
        id = secret.id.description
        (name, prefix, maker) = (secret.name, secret.prefix, secret.maker)
        (createdAt, expiresAt, revokedAt) = (secret.createdAt, secret.expiresAt, secret.revokedAt)
        (lastUsedAt, lastUsedFrom) = (secret.lastUsedAt, secret.lastUsedFrom)
        // An access token that a secret obtains is valid for six hours at most.
        successor = secrets.filter { $0.createdAt > secret.createdAt }
            .filter { $0.revokedAt == nil && $0.expiresAt > request.now }
            .max { $0.createdAt < $1.createdAt }
            .map { Successor(lastUsedAt: $0.lastUsedAt, quietSeconds: 7 * 3600) }
        self.request = request
    }

    /// - Parameter revocation: where its form goes.
    func json(revocation: String) -> JSON {
        [
            "proof": proof, "id": .string(id), "prefix": .string(prefix), "revocation": .string(revocation),
            // Not `name`: where it has none, the page's own would show.
            "called": name.isEmpty ? .null : .string(name.description),
            "maker": maker.map { .string($0.text(request.words)) } ?? .null,
            "hasLeft": .bool(maker?.hasLeft ?? false),
            "made": request.moment(createdAt), "expires": request.moment(expiresAt),
            "used": request.moment(lastUsedAt), "usedFrom": lastUsedFrom.map { .string($0) } ?? .null,
            "state": .string(request.words["token.\(state.rawValue)"]),
            "isRevocable": .bool(state != .revoked), "class": .string(state.rawValue),
        ]
    }

    private enum State: String {
        case good, ending, expired, revoked
    }

    private var state: State {
        if revokedAt != nil { return .revoked }
        guard let expiresAt else { return .good }
        if expiresAt <= request.now { return .expired }
        let notice = request.now.adding(seconds: ConnectionSecrets.Ending.noticeSeconds)
        return expiresAt <= notice ? .ending : .good
    }

    private var isValid: Bool { state == .good || state == .ending }

    /// Whether an older secret may go, now that a newer one is used; null when that is no question.
    private var proof: JSON {
        guard let newest = successor?.lastUsedAt, let successor, isValid else { return .null }
        let isQuiet = (lastUsedAt ?? createdAt).adding(seconds: successor.quietSeconds) < newest
        return .string(request.words[isQuiet ? "token.mayGo" : "token.stillUsed"])
    }

    /// The name that tells the secret apart from others in a sentence.
    private var label: String { name.isEmpty ? "\(prefix)…" : "\(name) (\(prefix)…)" }

    /// A sentence about the secrets of a list that can be revoked once the newest has been used; null when there are
    /// none.
    static func succession(of rows: [SecretRow], _ words: Catalogue) -> JSON {
        let newest = rows.filter(\.isValid).max { $0.createdAt < $1.createdAt }
        guard let newest, newest.lastUsedAt == nil else { return .null }
        let older = rows.filter { $0.isValid && $0.createdAt < newest.createdAt }.map(\.label)
        if older.isEmpty { return .null }
        return .string(
            words["token.successorUnused", ["old": older.joined(separator: ", "), "new": newest.label]])
    }
}

extension SecretMaker {
    fileprivate func text(_ words: Catalogue) -> String {
        switch self {
        case .operator: words["actor.operator"]
        case .admin(let name, _): name ?? words["actor.gone"]
        }
    }

    fileprivate var hasLeft: Bool {
        if case .admin(_, let hasLeft) = self { hasLeft } else { false }
    }
}

/// For how long a secret may be good, and what forms offer.
enum SecretLifetime {
    static let days: ClosedRange<Int64> = 1...3650
    private static let offered: [Int64] = [90, 180, 365, 730]
    static let standard: Int64 = 365

    /// As a list to choose from.
    static func options(_ form: Form, _ words: Catalogue) -> JSON {
        let chosen = form["days"].flatMap { Int64($0) }.flatMap { offered.contains($0) ? $0 : nil } ?? standard
        return .array(
            offered.map { days in
                [
                    "value": .string("\(days)"), "text": .string(words["plugin.days\(days)"]),
                    "isChosen": .bool(days == chosen),
                ]
            })
    }

    /// The expiry that the form asks for.
    static func chosen(_ form: Form, now: Timestamp) throws(DomainError) -> Timestamp {
        let days = form["days"].flatMap { Int64($0) } ?? standard
        guard Self.days.contains(days) else { throw .invalid(field: "days", reason: "from 1 to 3650") }
        return now.adding(seconds: days * 86_400)
    }
}

/// Says of a connection that the last secret of a kind ends soon, or that none is valid any more.
struct SecretWarning {
    let secrets: ConnectionSecrets
    let words: Catalogue
    let now: Timestamp

    /// Nil when nothing is to be said: there is no secret yet, or a good one for a while.
    var text: String? {
        let texts = secrets.endings(at: now).map { ending in
            if ending.at <= now { return words["secretOver.\(ending.kind.rawValue)"] }
            let moment = Moment(time: ending.at, now: now, words: words)
            return words["secretEnds.\(ending.kind.rawValue)", ["when": moment.relative]]
        }
        return texts.isEmpty ? nil : texts.joined(separator: " ")
    }

    /// For a template; null when nothing is to be said.
    var json: JSON { text.map { .string($0) } ?? .null }
}
