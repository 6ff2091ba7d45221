import Domain
import Edge
import StrictJSON

/// The form above the provisioning log: which lines are wanted, and what is wrong with it.
struct LogFilterForm {
    private let query: Form
    private let words: Catalogue
    /// Without the person, whom only the tenant's users and groups tell.
    let filter: ProvisioningLogFilter
    let problem: Problem?

    struct Problem {
        let field: String
        let key: String
    }

    init(_ query: Form, _ words: Catalogue) {
        self.query = query
        self.words = words
        let days = ["from", "to"].map { field in query.text(field).map { (field: field, day: Day($0)) } }
        let outcome = query.text("outcome").flatMap { ProvisioningLogFilter.Outcome(rawValue: $0) }
        let plugin = query.text("plugin").flatMap { PluginID($0) }
        let token = query.text("token").flatMap { TokenID($0) }
        let action = query.text("action").flatMap { text in
            Change.Action.ofConnections.first { $0.rawValue == text }
        }
        filter = ProvisioningLogFilter(
            outcome: outcome ?? .all, plugin: plugin, token: token, action: action, from: days[0]?.day?.start,
            until: days[1]?.day?.end)
        let choices = [
            (field: "outcome", isKnown: outcome != nil), (field: "plugin", isKnown: plugin != nil),
            (field: "token", isKnown: token != nil), (field: "action", isKnown: action != nil),
        ]
        if let unknown = choices.first(where: { query.text($0.field) != nil && !$0.isKnown }) {
            problem = Problem(field: unknown.field, key: "log.choiceProblem")
        } else if let broken = days.compactMap(\.self).first(where: { $0.day == nil }) {
            problem = Problem(field: broken.field, key: "log.\(broken.field)Problem")
        } else if let from = filter.from, let until = filter.until, until <= from {
            problem = Problem(field: "to", key: "log.orderProblem")
        } else {
            problem = nil
        }
    }

    /// A user name, an e-mail address, the name of a group, or an id.
    var person: String? { query.text("subject") }

    /// Whether anything at all is left out.
    var isNarrow: Bool { person != nil || filter != ProvisioningLogFilter() }

    /// As links carry it to other pages and exports.
    var choice: String {
        var choice = "outcome=\(filter.outcome.rawValue)"
        if let plugin = filter.plugin { choice += "&plugin=\(plugin)" }
        if let token = filter.token { choice += "&token=\(token)" }
        if let action = filter.action { choice += "&action=\(action.rawValue)" }
        for field in ["subject", "from", "to"] {
            if let text = query.text(field) { choice += "&\(field)=\(PercentEncoding.encode(text))" }
        }
        return choice
    }

    /// - Parameters:
    ///   - plugins: those that can be chosen.
    ///   - tokens: likewise, revoked ones too.
    func json(_ plugins: [Plugin], _ tokens: [Token]) -> JSONObject {
        [
            "outcomes": options(
                ProvisioningLogFilter.Outcome.allCases.map { ($0.rawValue, words["log.\($0.rawValue)"]) },
                filter.outcome.rawValue),
            "plugins": options(plugins.map { ($0.id.description, $0.name) }, filter.plugin?.description),
            "tokens": options(tokens.map { ($0.id.description, label(of: $0)) }, filter.token?.description),
            "actions": options(
                Change.Action.ofConnections.map { ($0.rawValue, words["action.\($0.rawValue)"]) },
                filter.action?.rawValue),
            "wanted": .string(person ?? ""), "from": .string(query["from"] ?? ""), "to": .string(query["to"] ?? ""),
            "problem": problem.map { .string(words[$0.key]) } ?? .null,
            "problemField": problem.map { .string($0.field) } ?? .null,
        ]
    }

    /// The connection, the name and the first characters of a token, and whether it was revoked.
    private func label(of token: Token) -> String {
        let start = "\(token.prefix)…"
        let name = token.name.isEmpty ? start : "\(token.name) (\(start))"
        let state = token.revokedAt == nil ? "" : " – \(words["token.revoked"])"
        return "\(token.pluginName): \(name)\(state)"
    }

    private func options(_ values: [(value: String, text: String)], _ chosen: String?) -> JSON {
        .array(
            values.map { value, text in
                ["value": .string(value), "text": .string(text), "isChosen": .bool(value == chosen)]
            })
    }
}
