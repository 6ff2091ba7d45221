import Domain
import StrictJSON

/// The states of the connections of an account, for the list of plugins and for the page of each.
struct ConnectionStates {
    private let overview: ConnectionOverview
    private let request: ConsoleRequest

    init(_ parts: ConsoleParts, _ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) {
        overview = try await ConnectionOverview(
            of: request.tenant, integration: parts.integration, clients: parts.clients, saml: parts.saml,
            log: parts.provisioningLog, at: request.now, in: user.scope(.manageIntegration))
        self.request = request
    }

    func secrets(_ plugin: PluginID) -> ConnectionSecrets { overview.secrets(plugin) }

    func words(of plugin: Plugin) -> HealthWords {
        HealthWords(of: plugin, in: overview, words: request.words, now: request.now)
    }
}

/// The state of a connection in words: its name, one sentence with the counts, and the next step.
struct HealthWords {
    let health: ConnectionHealth
    let kind: Plugin.Kind
    /// The end of the last credential, in a sentence; nil when it is far away.
    let warning: String?
    var hasClients = false
    let words: Catalogue
    let now: Timestamp

    var json: JSONObject {
        let further = isAboutCredential ? nil : warning
        return [
            "state": .string(words[isUntested ? "samlHealth.notCalledState" : "healthState.\(key)"]),
            "class": .string(tag),
            "finding": .string(finding), "next": .string(words["\(group)\(variant)Next"]),
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

    /// Whether the connection is a SAML one without a successful test. People may sign in by it all the same.
    private var isUntested: Bool { kind == .saml && health == .notCalled }

    private var group: String { kind == .scim ? "scimHealth." : "samlHealth." }

    /// The name of the state in the messages.
    var key: String {
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

    /// The state in one sentence, with its counts.
    var finding: String {
        let text = "\(group)\(variant)"
        switch health {
        case .refusing(let refused, let writes):
            return words[text, ["n": count(refused), "of": count(writes)]]
        case .manyRemoved(let people, let before):
            return words[text, ["n": words.number(people), "of": words.number(before)]]
        case .waiting(let people): return words.counted(text, people)
        case .someRefused(let refused): return words.counted(text, refused)
        case .healthy(let last):
            return words[text, ["when": Moment(time: last, now: now, words: words).relative]]
        case .endsSoon: return warning ?? words["healthState.endsSoon"]
        case .notInPlan, .off, .paused, .noCredential, .credentialExpired, .noAllowedDomains, .notCalled, .heldBack,
            .metadataWaiting, .connected:
            return words[text]
        }
    }

    /// The counts that the sentence has, by what they count.
    var counts: JSONObject {
        switch health {
        case .refusing(let refused, let writes): ["refused": .integer(Int64(refused)), "of": .integer(Int64(writes))]
        case .manyRemoved(let people, let before): ["removed": .integer(Int64(people)), "of": .integer(Int64(before))]
        case .waiting(let people): ["waiting": .integer(Int64(people))]
        case .someRefused(let refused): ["refused": .integer(Int64(refused))]
        case .notInPlan, .off, .paused, .noCredential, .credentialExpired, .noAllowedDomains, .notCalled, .heldBack,
            .metadataWaiting, .endsSoon, .connected, .healthy:
            [:]
        }
    }

    /// The number, with a plus sign where counting stopped at the limit.
    private func count(_ number: Int) -> String {
        let limit = ConnectionActivity.limit
        return number < limit ? words.number(number) : "\(words.number(limit))+"
    }
}

extension HealthWords {
    init(of plugin: Plugin, in overview: ConnectionOverview, words: Catalogue, now: Timestamp) {
        let health = overview.health(of: plugin)
        if let connection = overview.samlConnection(of: plugin) {
            self.init(of: connection, health, words: words, now: now)
        } else {
            let secrets = overview.secrets(plugin.id)
            self.init(
                health: health, kind: .scim, warning: SecretWarning(secrets: secrets, words: words, now: now).text,
                hasClients: !secrets.liveClients.isEmpty, words: words, now: now)
        }
    }

    init(of connection: SAMLConnection, _ request: ConsoleRequest) {
        let facts = ConnectionFacts(connection, isInPlan: PlanGate(request).contains(.saml))
        self.init(of: connection, .of(facts, at: request.now), words: request.words, now: request.now)
    }

    private init(of connection: SAMLConnection, _ health: ConnectionHealth, words: Catalogue, now: Timestamp) {
        self.init(
            health: health, kind: .saml,
            warning: CertificateWarning(connection: connection, words: words, now: now).text, words: words, now: now)
    }
}
