/// The state of a connection. It is decided from the settings, the credentials and a window of requests, never from the
/// last request alone, and is the same wherever a connection is shown.
package enum ConnectionHealth: Sendable, Hashable {
    case notInPlan, off, paused
    /// No credential was ever made; of SAML, no provider is described.
    case noCredential
    case credentialExpired
    /// The tenant has several SAML connections, and this one admits nobody until its domains are set.
    case noAllowedDomains
    /// The provider has never called; of SAML, no test has succeeded.
    case notCalled
    /// People who were disabled or deleted in 24 hours, among those who were active before.
    case manyRemoved(people: Int, of: Int)
    /// Resources with an unresolved refusal of the last 24 hours, among all changes that were made or refused.
    case refusing(refused: Int, of: Int)
    /// The provider sent more requests than it may.
    case heldBack
    /// People about whom an administrator has to decide.
    case waiting(people: Int)
    /// Metadata of the provider for an administrator to accept.
    case metadataWaiting
    case endsSoon(Timestamp)
    /// Unresolved refusals of seven days.
    case someRefused(Int)
    /// The provider has called, and has changed nothing so far.
    case connected
    /// - Parameter lastAt: the last change; of SAML, the last successful test.
    case healthy(lastAt: Timestamp)

    /// Refusals of 24 hours from which on a connection is refusing, whatever else succeeded.
    package static let manyRefusals = 10
    /// The share of refused requests from which on it is: one in twenty.
    package static let refusedShare = 20
    /// The share of removed people from which on they are reported: one in five.
    package static let removedShare = 5
    /// The time for which a provider that was held back may still be waiting, in seconds.
    package static let heldBackSeconds: Int64 = 900

    /// The first state that the facts match, the most pressing one first.
    package static func of(_ facts: ConnectionFacts, at now: Timestamp) -> ConnectionHealth {
        if !facts.isInPlan { return .notInPlan }
        if !facts.isEnabled { return .off }
        if facts.isPaused { return .paused }
        let end: Timestamp?
        switch facts.credential {
        case .missing: return .noCredential
        case .expired: return .credentialExpired
        case .valid(let until): end = until
        }
        if let end, end <= now { return .credentialExpired }
        if facts.needsDomains { return .noAllowedDomains }
        if !facts.isCalled { return .notCalled }
        let activity = facts.activity
        let before = activity.removed + activity.active
        if activity.removed >= ConnectionActivity.manyPeople, activity.removed * removedShare >= before {
            return .manyRemoved(people: activity.removed, of: before)
        }
        if activity.recentUnresolved >= manyRefusals
            || activity.recentUnresolved > 0 && activity.recentUnresolved * refusedShare >= activity.writes
        {
            return .refusing(refused: activity.recentUnresolved, of: activity.writes)
        }
        if let held = facts.throttledAt, held.adding(seconds: heldBackSeconds) > now { return .heldBack }
        if activity.waiting > 0 { return .waiting(people: activity.waiting) }
        if facts.hasPendingMetadata { return .metadataWaiting }
        if let end, end <= now.adding(seconds: ConnectionSecrets.Ending.noticeSeconds) { return .endsSoon(end) }
        if activity.unresolved > 0 { return .someRefused(activity.unresolved) }
        return facts.workedAt.map { .healthy(lastAt: $0) } ?? .connected
    }

    /// How much a state asks of an administrator.
    package enum Level: Sendable { case neutral, good, attention, failure }

    package var level: Level {
        switch self {
        case .notInPlan, .off, .paused, .notCalled: .neutral
        case .connected, .healthy: .good
        case .noCredential, .noAllowedDomains, .heldBack, .waiting, .metadataWaiting, .endsSoon,
            .someRefused:
            .attention
        case .credentialExpired, .manyRemoved, .refusing: .failure
        }
    }
}

/// All that the state of a connection depends on, beside the time.
package struct ConnectionFacts: Sendable, Hashable {
    /// The means by which a provider is known: secrets for SCIM, the provider's certificates for SAML.
    package enum Credential: Sendable, Hashable {
        case missing, expired
        /// - Parameter until: nil for one that does not end soon or at all.
        case valid(until: Timestamp?)
    }

    package var isInPlan: Bool
    package var isEnabled: Bool
    package var isPaused: Bool
    package var credential: Credential
    package var needsDomains = false
    package var hasPendingMetadata = false
    /// The provider has made itself known at least once.
    package var isCalled: Bool
    /// The last change, or the last successful test; nil when there was none.
    package var workedAt: Timestamp?
    package var throttledAt: Timestamp?
    package var activity = ConnectionActivity()

    /// The facts of a SCIM connection.
    package init(
        _ plugin: Plugin, isInPlan: Bool, secrets: ConnectionSecrets, activity: ConnectionActivity, at now: Timestamp
    ) {
        self.isInPlan = isInPlan
        isEnabled = plugin.isEnabled
        isPaused = plugin.isPaused
        if secrets.isEmpty {
            credential = .missing
        } else if secrets.letIn(at: now) {
            // The end of a secret matters only if no other secret remains valid then.
            credential = .valid(until: secrets.endings(at: now).map(\.at).filter { !secrets.letIn(at: $0) }.min())
        } else {
            credential = .expired
        }
        workedAt = activity.lastChangeAt
        throttledAt = plugin.throttledAt
        self.activity = activity
        let contacts = [secrets.lastUsedAt, activity.lastChangeAt, activity.lastRefusalAt, plugin.throttledAt]
        isCalled = contacts.contains { $0 != nil }
    }

    /// The facts of a SAML connection.
    package init(_ connection: SAMLConnection, isInPlan: Bool) {
        self.isInPlan = isInPlan
        isEnabled = connection.isEnabled
        isPaused = connection.isPaused
        if let provider = connection.provider {
            credential = .valid(until: provider.certificatesEnd)
        } else {
            credential = .missing
        }
        needsDomains = connection.needsDomains
        hasPendingMetadata = connection.pendingMetadata != nil
        workedAt = connection.testedAt
        isCalled = connection.testedAt != nil
    }
}
