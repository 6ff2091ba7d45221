import Domain
import Postgres

extension PostgresError {
    /// The meaning of the failure for a caller.
    ///
    /// - Parameter conflict: the attribute that a unique violation of this transaction is about, unless it is an
    ///   externalId: the name of its index, which begins the name of a shard's too, is part of the message.
    func domainError(conflict: String? = nil) -> DomainError {
        switch self {
        case .unavailable, .connectionLost, .closed: return .unavailable(retryAfter: 1)
        case .rolledBack, .unexpectedResult: return .unexpected("\(self)")
        case .server(let state, let message, let statement):
            if state == .invalidAuthorization { return .unauthenticated(reason: Refusal.tokenGone.sentence) }
            if state == .refusedByRule { return Self.refusal(message) }
            if state == .uniqueViolation, let conflict {
                return .conflict(key: message.contains("_connection_external_id") ? "externalId" : conflict)
            }
            // The referenced thing is being removed; a repeated request will say so.
            if state == .foreignKeyViolation { return .unavailable(retryAfter: 1) }
            if state == .queryCanceled { return .tookTooLong("statement \(statement): \(message)") }
            if state.isOutage || state.isLostRace { return .unavailable(retryAfter: 1) }
            if state.conditionClass == "22" { return .invalid(field: "value", reason: "A value is out of range.") }
            return .unexpected("statement \(statement): \(state.rawValue) \(message)")
        }
    }
}

extension PostgresError {
    /// The rules that statements of ours check inside their transaction.
    enum Rule: String {
        case membersFormCircle = "members-form-circle"
        case attributeInUse = "attribute-in-use"
        case tooManyAttributes = "too-many-attributes"
        case tooManyDomains = "too-many-domains"
        case lastOwner = "last-owner"
        case membersUnknown = "members-unknown"
        case memberIDsUnknown = "member-ids-unknown"
        case memberTextUnknown = "member-text-unknown"
        case memberMissing = "member-missing"
        case requestUsed = "request-used"
        case assertionUsed = "assertion-used"
        case userGone = "user-gone"
        case stale
        case rolesMoveOtherwise = "roles-move-otherwise"
    }

    private static func refusal(_ rule: String) -> DomainError {
        switch Rule(rawValue: rule) {
        case .membersFormCircle:
            .invalid(field: "members", reason: "a group cannot contain itself, directly or through others.")
        case .membersUnknown:
            .invalid(field: "members", reason: "this connection takes only users and groups that exist already.")
        case .memberIDsUnknown:
            .invalid(field: "members", reason: "an id is that of no user and no group here.")
        case .memberTextUnknown:
            .invalid(
                field: "members",
                reason: "a text in place of the list must be the id, externalId or userName of somebody who exists.")
        case .memberMissing: .noSuchMember
        case .lastOwner: .refused(reason: Refusal.lastOwner.sentence)
        case .attributeInUse: .refused(reason: "Users have values of this attribute.")
        case .tooManyAttributes:
            .refused(reason: "An account has at most \(CustomAttribute.limit) attributes of its own.")
        case .tooManyDomains: .refused(reason: "An account has at most \(TenantDomain.limit) mail domains.")
        case .requestUsed: .conflict(key: "request")
        case .assertionUsed: .conflict(key: "assertion")
        case .userGone: .notFound
        case .stale: .stale
        case .rolesMoveOtherwise: .conflict(key: RolePreview.conflictKey)
        case nil: .unexpected("unknown rule \(rule)")
        }
    }
}

/// Reads rows; a shape that the program does not expect is its own mistake.
func decoding<Value>(_ body: () throws(PostgresError) -> Value) throws(DomainError) -> Value {
    do throws(PostgresError) { return try body() } catch { throw error.domainError() }
}
