import Domain
import StrictJSON

/// The states of the connections of an account, for the list of plugins and for the page of each.
struct ConnectionStates {
    let secrets: @Sendable (PluginID) -> ConnectionSecrets
    private let connections: [SAMLConnection]
    private let activities: [PluginID: ConnectionActivity]
    private let request: ConsoleRequest

    init(_ parts: ConsoleParts, _ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) {
        let scope = user.scope(.manageIntegration)
        secrets = try await parts.secrets(user)
        connections = try await parts.saml.connections(in: scope)
        activities = try await parts.provisioningLog.activities(at: request.now, in: scope)
        self.request = request
    }

    func words(of plugin: Plugin) -> HealthWords {
        if let connection = connections.first(where: { $0.id.plugin == plugin.id }) {
            return HealthWords(of: connection, request)
        }
        let secrets = self.secrets(plugin.id)
        let facts = ConnectionFacts(
            plugin, isInPlan: PlanGate(request).contains(plugin.kind), secrets: secrets,
            activity: activities[plugin.id] ?? ConnectionActivity(), at: request.now)
        return HealthWords(
            health: .of(facts, at: request.now), kind: .scim,
            warning: SecretWarning(secrets: secrets, request: request).text,
            hasClients: !secrets.liveClients.isEmpty, request: request)
    }
}

/// The state of a connection in words: its name, one sentence with the counts, and the next step.
struct HealthWords {
    let health: ConnectionHealth
    let kind: Plugin.Kind
    /// The end of the last credential, in a sentence; nil when it is far away.
    let warning: String?
    var hasClients = false
    let request: ConsoleRequest

    var json: JSONObject {
        let further = isAboutCredential ? nil : warning
        return [
            "state": .string(request.words[isUntested ? "samlHealth.notCalledState" : "healthState.\(key)"]),
            "class": .string(tag),
            "finding": .string(finding), "next": .string(request.words["\(group)\(variant)Next"]),
            "warning": further.map { .string($0) } ?? .null,
        ]
    }

    /// The class of the style sheet; a state that asks for nothing has none.
    private var tag: String {
        switch health.level {
        case .neutral: ""
        case .good: "fine"
        case .attention: "waiting"
        case .failure: "bad"
        }
    }

    /// People may sign in by a SAML connection that nobody has tested.
    private var isUntested: Bool { kind == .saml && health == .notCalled }

    private var group: String { kind == .scim ? "scimHealth." : "samlHealth." }

    private var key: String {
        switch health {
        case .notInPlan: "notInPlan"
        case .off: "off"
        case .paused: "paused"
        case .noCredential: "noCredential"
        case .credentialExpired: "credentialExpired"
        case .noAllowedDomains: "noAllowedDomains"
        case .notCalled: "notCalled"
        case .refusing: "refusing"
        case .manyRemoved: "manyRemoved"
        case .heldBack: "heldBack"
        case .waiting: "waiting"
        case .metadataWaiting: "metadataWaiting"
        case .endsSoon: "endsSoon"
        case .someRefused: "someRefused"
        case .connected: "connected"
        case .healthy: "healthy"
        }
    }

    /// Where a connection has OAuth clients, their secrets have expired as well as the tokens.
    private var variant: String { health == .credentialExpired && hasClients ? "secretsExpired" : key }

    /// Whether the state's own sentence says when a credential ends.
    private var isAboutCredential: Bool {
        switch health {
        case .credentialExpired, .endsSoon: true
        case .notInPlan, .off, .paused, .noCredential, .noAllowedDomains, .notCalled, .refusing, .manyRemoved,
            .heldBack,
            .waiting, .metadataWaiting, .someRefused, .connected, .healthy:
            false
        }
    }

    private var finding: String {
        let (words, text) = (request.words, "\(group)\(variant)")
        switch health {
        case .refusing(let refused, let writes):
            return words[text, ["n": count(refused), "of": count(writes)]]
        case .manyRemoved(let people, let before):
            return words[text, ["n": words.number(people), "of": words.number(before)]]
        case .waiting(let people): return words.counted(text, people)
        case .someRefused(let refused): return words.counted(text, refused)
        case .healthy(let last):
            return words[text, ["when": Moment(time: last, now: request.now, words: words).relative]]
        case .endsSoon: return warning ?? words["healthState.endsSoon"]
        case .notInPlan, .off, .paused, .noCredential, .credentialExpired, .noAllowedDomains, .notCalled, .heldBack,
            .metadataWaiting, .connected:
            return words[text]
        }
    }

    /// The number, with a plus sign where counting stopped at the limit.
    private func count(_ number: Int) -> String {
        let limit = ConnectionActivity.limit
        return number < limit ? request.words.number(number) : "\(request.words.number(limit))+"
    }
}

extension HealthWords {
    init(of connection: SAMLConnection, _ request: ConsoleRequest) {
        let facts = ConnectionFacts(connection, isInPlan: PlanGate(request).contains(.saml))
        self.init(
            health: .of(facts, at: request.now), kind: .saml,
            warning: CertificateWarning(connection: connection, request: request).text, request: request)
    }
}
