/// Something that is tried again and again by those who guess: each kind has a rule of its own.
package enum AttemptKind: String, Sendable, Hashable, CaseIterable {
    /// Passwords of one account from one network, at sign-in and at re-authentication.
    case password
    /// Passwords of any account from one network.
    case passwordNetwork = "password-network"
    /// Codes of one account, from all networks together: guessing them needs the password, so nobody else is locked out.
    case code
    /// Codes of any account from one network.
    case codeNetwork = "code-network"
    /// Requests for a link to set the password of one account, from one network.
    case reset
    /// Requests for such links for any account, from one network.
    case resetNetwork = "reset-network"

    /// The number of attempts that are free, and how long those after them wait.
    package var rule: AttemptRule {
        switch self {
        case .password, .reset: AttemptRule(free: 5, firstWait: 30, longestWait: 300, memory: 900)
        case .passwordNetwork, .codeNetwork, .resetNetwork:
            AttemptRule(free: 30, firstWait: 30, longestWait: 300, memory: 900)
        case .code: AttemptRule(free: 5, firstWait: 60, longestWait: 3600, memory: 86_400)
        }
    }

    /// Whether many people share the counter, so that a success of one of them takes back only what it has cost.
    package var isShared: Bool {
        switch self {
        case .password, .code, .reset: false
        case .passwordNetwork, .codeNetwork, .resetNetwork: true
        }
    }
}

/// How attempts of a kind are slowed down: each one after the free ones waits twice as long as the one before.
package struct AttemptRule: Sendable, Hashable {
    /// Attempts that wait for nothing.
    package var free: Int64
    /// Seconds after the last free one.
    package var firstWait: Int64
    package var longestWait: Int64
    /// Seconds after which attempts are forgotten.
    package var memory: Int64
}

/// One counter of attempts: of an account, of a network, or of both.
package struct AttemptCounter: Sendable, Hashable {
    package var kind: AttemptKind
    /// A keyed hash of what is counted, 32 bytes.
    package var key: [UInt8]

    package init(kind: AttemptKind, key: [UInt8]) {
        self.kind = kind
        self.key = key
    }
}

/// The counters of attempts, shared by all processes. Every call is one transaction of one tenant.
package protocol AttemptRepository: Sendable {
    /// Counts an attempt before it is evaluated. A counter that admits none keeps those behind it from counting.
    ///
    /// - Returns: the number of the attempt in each counter, from one.
    /// - Throws: `throttled` when one of them admits no attempt yet.
    func reserve(_ counters: [AttemptCounter], in tenant: TenantID) async throws(DomainError) -> [Int64]
    /// Notes that a reserved attempt succeeded: counters of one account begin anew, shared ones go back by one.
    func succeed(_ counters: [AttemptCounter], in tenant: TenantID) async throws(DomainError)
    /// Deletes counters whose attempts are forgotten.
    func forgetOld(of tenant: TenantID) async throws(DomainError)
}
