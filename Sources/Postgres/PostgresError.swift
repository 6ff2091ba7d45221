/// Why a transaction did not give a result.
package enum PostgresError: Error, Sendable, Hashable {
    /// PostgreSQL refused a statement.
    case server(SQLState, message: String, statement: Int)
    /// No connection could be had, or the queue before them is full: nothing was sent, trying again is safe.
    case unavailable(String)
    /// The connection ended after the transaction was sent: for a write the outcome is unknown.
    case connectionLost(String)
    /// The transaction ended in a rollback although no statement failed.
    case rolledBack
    /// A result did not have the shape the program expects.
    case unexpectedResult(String)
    /// The client is shutting down.
    case closed

    /// The cause, without the kind of the error.
    var reason: String {
        switch self {
        case .server(let state, let message, _): "\(message) (\(state.rawValue))"
        case .unavailable(let reason), .connectionLost(let reason), .unexpectedResult(let reason): reason
        case .rolledBack: "the transaction was rolled back"
        case .closed: "the client is shutting down"
        }
    }

    package var sqlState: SQLState? {
        if case .server(let state, _, _) = self { state } else { nil }
    }
}

/// A five-character SQLSTATE (PostgreSQL, appendix A).
package struct SQLState: Sendable, Hashable, RawRepresentable, ExpressibleByStringLiteral {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }
    package init(stringLiteral value: String) { rawValue = value }

    package static let uniqueViolation: SQLState = "23505"
    package static let foreignKeyViolation: SQLState = "23503"
    package static let serializationFailure: SQLState = "40001"
    package static let deadlockDetected: SQLState = "40P01"
    package static let lockNotAvailable: SQLState = "55P03"
    package static let queryCanceled: SQLState = "57014"
    package static let readOnlyTransaction: SQLState = "25006"
    package static let inFailedTransaction: SQLState = "25P02"
    package static let invalidStatementName: SQLState = "26000"
    /// Raised by `app.admit` when a token or its plug-in is no longer good.
    package static let invalidAuthorization: SQLState = "28000"

    /// Raised by `app.refuse`; the message names the rule.
    package static let refusedByRule: SQLState = "LR001"

    /// The class, the first two characters.
    package var conditionClass: Substring { rawValue.prefix(2) }

    /// The transaction lost a race with another one and did nothing: it may be run again at once.
    package var isLostRace: Bool {
        self == .serializationFailure || self == .deadlockDetected || self == .lockNotAvailable
    }

    /// The server or the way to it is in trouble; the statement is not at fault.
    package var isOutage: Bool {
        switch conditionClass {
        case "08", "53": true
        case "57": true
        default: self == .readOnlyTransaction || rawValue == "25P03"
        }
    }

    /// The connection is of no more use: it was ended from the other side or leads to a standby.
    var endsConnection: Bool {
        self == .readOnlyTransaction
            || ["57P01", "57P02", "57P03", "57P05", "25P03", "08P01"].contains(rawValue)
    }
}
