import Domain
import Postgres

extension PostgresError {
    /// What the failure means to a caller.
    ///
    /// - Parameter conflict: the attribute that a unique violation of this transaction is about. The constraint's
    ///   name cannot tell: a distributed PostgreSQL leaves it empty.
    func domainError(conflict: String? = nil) -> DomainError {
        switch self {
        case .unavailable, .connectionLost, .closed: return .unavailable(retryAfter: 1)
        case .rolledBack, .unexpectedResult: return .unexpected("\(self)")
        case .server(let state, let message, let statement):
            if state == .invalidAuthorization { return .unauthenticated(reason: "The token is no longer valid.") }
            if state == .uniqueViolation, let conflict { return .conflict(key: conflict) }
            if state.isOutage || state.isLostRace { return .unavailable(retryAfter: 1) }
            if state.conditionClass == "22" { return .invalid(field: "value", reason: "A value is out of range.") }
            return .unexpected("statement \(statement): \(state.rawValue) \(message)")
        }
    }
}

/// Runs `body`, its failures turned into the product's.
func mapping<Value>(
    conflict: String? = nil, _ body: () async throws(PostgresError) -> Value
) async throws(DomainError) -> Value {
    do throws(PostgresError) { return try await body() } catch { throw error.domainError(conflict: conflict) }
}
