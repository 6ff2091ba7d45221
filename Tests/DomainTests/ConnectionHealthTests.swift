import Domain
import Testing

/// The state of a connection: every row of the table, their order and their boundaries.
struct ConnectionHealthTests {
    private static let day: Int64 = 86_400
    private let now = Timestamp(microseconds: 1_700_000_000_000_000)
    private let plugin = Plugin(
        id: PluginID(rawValue: 1), kind: .scim, name: "Entra", isEnabled: true, defaultRole: .trainee,
        acceptsBareToken: false)

    private func at(_ seconds: Int64) -> Timestamp { now.adding(seconds: seconds) }

    /// Secrets of the connection: a token that ends after so many seconds, and is revoked or not.
    private func secrets(_ seconds: Int64? = nil, isRevoked: Bool = false, usedAt: Timestamp? = nil)
        -> ConnectionSecrets
    {
        let token = Token(
            id: TokenID(rawValue: 2), plugin: plugin.id, pluginName: "", prefix: "", createdAt: now,
            expiresAt: seconds.map { at($0) }, revokedAt: isRevoked ? now : nil, lastUsedAt: usedAt, lastUsedFrom: nil)
        return ConnectionSecrets(of: plugin.id, tokens: [token], clients: [], secrets: [])
    }

    /// The facts of a SCIM connection that has just changed somebody, with a difference.
    private func facts(_ change: (inout ConnectionFacts) -> Void) -> ConnectionFacts {
        var activity = ConnectionActivity()
        activity.changes = 100
        activity.lastChangeAt = now
        var facts = ConnectionFacts(plugin, isInPlan: true, secrets: secrets(), activity: activity, at: now)
        change(&facts)
        return facts
    }

    private func health(_ change: (inout ConnectionFacts) -> Void) -> ConnectionHealth { .of(facts(change), at: now) }

    @Test func `a connection without any hindrance is healthy since its last change`() {
        #expect(health { _ in } == .healthy(lastAt: now))
        #expect(health { $0.workedAt = nil } == .connected)
        #expect(ConnectionHealth.healthy(lastAt: now).level == .good && ConnectionHealth.connected.level == .good)
    }

    @Test func `each hindrance is a state of its own, and the most pressing one is told`() {
        var facts = self.facts { facts in
            facts.isInPlan = false
            facts.isEnabled = false
            facts.isPaused = true
            facts.credential = .missing
            facts.needsDomains = true
            facts.isCalled = false
            facts.throttledAt = now
            facts.hasPendingMetadata = true
            facts.activity.refusals = 50
            facts.activity.recentUnresolved = 23
            facts.activity.unresolved = 30
            facts.activity.removed = 500
            facts.activity.active = 220
            facts.activity.waiting = 14
        }
        let end = at(Self.day)
        // Each step takes away the hindrance that was told last.
        let steps: [(ConnectionHealth, ConnectionHealth.Level, (inout ConnectionFacts) -> Void)] = [
            (.notInPlan, .neutral, { $0.isInPlan = true }),
            (.off, .neutral, { $0.isEnabled = true }),
            (.paused, .neutral, { $0.isPaused = false }),
            (.noCredential, .attention, { $0.credential = .expired }),
            (.credentialExpired, .failure, { $0.credential = .valid(until: end) }),
            (.noAllowedDomains, .attention, { $0.needsDomains = false }),
            (.notCalled, .neutral, { $0.isCalled = true }),
            (.manyRemoved(people: 500, of: 720), .failure, { $0.activity.removed = 0 }),
            (.refusing(refused: 23, of: 150), .failure, { $0.activity.recentUnresolved = 0 }),
            (.heldBack, .attention, { $0.throttledAt = nil }),
            (.waiting(people: 14), .attention, { $0.activity.waiting = 0 }),
            (.metadataWaiting, .attention, { $0.hasPendingMetadata = false }),
            (.endsSoon(end), .attention, { $0.credential = .valid(until: nil) }),
            (.someRefused(30), .attention, { $0.activity.unresolved = 0 }),
            (.healthy(lastAt: now), .good, { _ in }),
        ]
        for (expected, level, remedy) in steps {
            let health = ConnectionHealth.of(facts, at: now)
            #expect(health == expected)
            #expect(health.level == level, "\(expected)")
            remedy(&facts)
        }
    }

    @Test func `25 refusals and one change after them are no health`() {
        let health = self.health { facts in
            facts.activity.changes = 1
            facts.activity.refusals = 25
            facts.activity.recentUnresolved = 25
            facts.activity.unresolved = 25
        }
        #expect(health == .refusing(refused: 25, of: 26))
    }

    private func refused(_ unresolved: Int, of writes: Int) -> ConnectionHealth {
        health { facts in
            facts.activity.changes = writes - unresolved
            facts.activity.refusals = unresolved
            facts.activity.recentUnresolved = unresolved
            facts.activity.unresolved = unresolved
        }
    }

    @Test func `ten refusals, or one request in twenty, make a connection refusing`() {
        #expect(refused(10, of: 900) == .refusing(refused: 10, of: 900))
        #expect(refused(9, of: 900) == .someRefused(9))
        #expect(refused(9, of: 180) == .refusing(refused: 9, of: 180))
        #expect(refused(9, of: 181) == .someRefused(9))
        #expect(refused(1, of: 20) == .refusing(refused: 1, of: 20))
        #expect(refused(1, of: 21) == .someRefused(1) && refused(1, of: 301) == .someRefused(1))
        #expect(refused(0, of: 0) == .healthy(lastAt: now))
        // Refusals of earlier days are not recent.
        #expect(health { $0.activity.unresolved = 30 } == .someRefused(30))
        // Resolved refusals count among the requests only.
        #expect(health { $0.activity.refusals = 50 } == .healthy(lastAt: now))
    }

    private func removed(_ people: Int, left: Int) -> ConnectionHealth {
        health { facts in
            facts.activity.removed = people
            facts.activity.active = left
        }
    }

    @Test func `fifty people who are one in five are many`() {
        #expect(removed(50, left: 200) == .manyRemoved(people: 50, of: 250))
        #expect(removed(50, left: 201) == .healthy(lastAt: now))
        #expect(removed(49, left: 0) == .healthy(lastAt: now))
        #expect(removed(500, left: 220) == .manyRemoved(people: 500, of: 720))
    }

    @Test func `a provider that was held back is told of for fifteen minutes`() {
        #expect(health { $0.throttledAt = at(-899) } == .heldBack)
        #expect(health { $0.throttledAt = at(-900) } == .healthy(lastAt: now))
    }

    @Test func `the end of a credential is told in its last thirty days, and once it has come`() {
        #expect(health { $0.credential = .valid(until: at(30 * Self.day)) } == .endsSoon(at(30 * Self.day)))
        #expect(health { $0.credential = .valid(until: at(30 * Self.day + 1)) } == .healthy(lastAt: now))
        #expect(health { $0.credential = .valid(until: at(1)) } == .endsSoon(at(1)))
        #expect(health { $0.credential = .valid(until: now) } == .credentialExpired)
    }

    private func health(_ secrets: ConnectionSecrets, _ activity: ConnectionActivity = .init()) -> ConnectionHealth {
        .of(ConnectionFacts(plugin, isInPlan: true, secrets: secrets, activity: activity, at: now), at: now)
    }

    @Test func `the facts of a SCIM connection come from its secrets and its requests`() {
        #expect(health(ConnectionSecrets(of: plugin.id, tokens: [], clients: [], secrets: [])) == .noCredential)
        #expect(health(secrets(0)) == .credentialExpired && health(secrets(isRevoked: true)) == .credentialExpired)
        #expect(health(secrets()) == .notCalled)
        #expect(health(secrets(usedAt: now)) == .connected)
        #expect(health(secrets(20 * Self.day, usedAt: now)) == .endsSoon(at(20 * Self.day)))
        #expect(health(secrets(31 * Self.day, usedAt: now)) == .connected)
        var activity = ConnectionActivity()
        activity.lastRefusalAt = at(-10 * Self.day)
        #expect(health(secrets(), activity) == .connected)
        activity.lastChangeAt = at(-9 * Self.day)
        #expect(health(secrets(), activity) == .healthy(lastAt: at(-9 * Self.day)))
        var paused = plugin
        paused.isPaused = true
        let facts = ConnectionFacts(paused, isInPlan: true, secrets: secrets(), activity: activity, at: now)
        #expect(ConnectionHealth.of(facts, at: now) == .paused)
    }

    @Test func `the facts of a SAML connection come from its provider and its test`() {
        var connection = SAMLConnection(
            id: SAMLConnectionID(tenant: TenantID(rawValue: 1), plugin: plugin.id), name: "Entra", isEnabled: true,
            isPaused: false, defaultRole: .trainee)
        let health = { (connection: SAMLConnection) in
            ConnectionHealth.of(ConnectionFacts(connection, isInPlan: true), at: now)
        }
        #expect(health(connection) == .noCredential)
        var provider = SAMLConnection.Provider(
            issuer: "https://i.example", singleSignOnURL: "https://i.example/sso", singleSignOnBinding: .redirect,
            certificates: [])
        provider.certificatesEnd = at(400 * Self.day)
        connection.provider = provider
        #expect(health(connection) == .notCalled)
        connection.testedAt = at(-60)
        #expect(health(connection) == .healthy(lastAt: at(-60)))
        connection.pendingMetadata = "<x/>"
        #expect(health(connection) == .metadataWaiting)
        connection.provider?.certificatesEnd = at(-1)
        #expect(health(connection) == .credentialExpired)
        connection.isFurther = true
        connection.provider?.certificatesEnd = nil
        #expect(health(connection) == .noAllowedDomains)
        connection.isPaused = true
        #expect(health(connection) == .paused)
        #expect(ConnectionHealth.of(ConnectionFacts(connection, isInPlan: false), at: now) == .notInPlan)
    }
}
