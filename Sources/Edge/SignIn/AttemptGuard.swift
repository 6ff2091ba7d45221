package import Domain

/// Slows down those who guess passwords and codes. An attempt is counted before it is evaluated, in the database, so
/// requests side by side and several processes share one limit.
package struct AttemptGuard: Sendable {
    private let attempts: any AttemptRepository
    private let hash: KeyedHash

    package init(attempts: any AttemptRepository, hash: KeyedHash) {
        self.attempts = attempts
        self.hash = hash
    }

    /// The kind of attempt that is limited.
    package enum Action: Sendable {
        /// A password, at sign-in or at re-authentication.
        case password
        /// A code of a second factor.
        case code
        /// Asking for a link to set a password.
        case reset
    }

    /// An attempt that was counted, and may be evaluated.
    package struct Reservation: Sendable {
        fileprivate let tenant: TenantID
        fileprivate let counters: [AttemptCounter]
        /// Whether the account's next attempt has to wait: the one moment in a series to tell its holder.
        package let isLastFree: Bool
    }

    /// Reserves an attempt.
    ///
    /// - Parameter account: whose password or code it is: a user's id, or a name that belongs to nobody.
    /// - Throws: `throttled` with the seconds to wait.
    package func reserve(
        _ action: Action, for account: String, from address: String, in tenant: TenantID
    ) async throws(DomainError) -> Reservation {
        let network = ClientNetwork.name(of: address)
        let account = FoldedKey(String(account.prefix(KeyedHash.charactersHashed))).description
        // The network comes first: one that has to wait costs the account nothing.
        let counters =
            switch action {
            case .password:
                [counter(.passwordNetwork, [network], tenant), counter(.password, [account, network], tenant)]
            case .code: [counter(.codeNetwork, [network], tenant), counter(.code, [account], tenant)]
            case .reset: [counter(.resetNetwork, [network], tenant), counter(.reset, [account, network], tenant)]
            }
        let numbers = try await attempts.reserve(counters, in: tenant)
        return Reservation(
            tenant: tenant, counters: counters, isLastFree: numbers.last == counters.last?.kind.rule.free)
    }

    /// The attempt was good: the account begins anew, and the network gets it back.
    package func succeed(_ reservation: Reservation) async throws(DomainError) {
        try await attempts.succeed(reservation.counters, in: reservation.tenant)
    }

    /// Forgets the attempts of an account at one thing, because they were made with what is worth nothing any more.
    package func forget(_ kind: AttemptKind, of account: String, in tenant: TenantID) async throws(DomainError) {
        try await attempts.succeed([counter(kind, [FoldedKey(account).description], tenant)], in: tenant)
    }

    private func counter(_ kind: AttemptKind, _ texts: [String], _ tenant: TenantID) -> AttemptCounter {
        AttemptCounter(kind: kind, key: hash.digest(of: texts, for: kind.rawValue, in: tenant))
    }
}
