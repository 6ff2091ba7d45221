import Domain
import Edge
import StrictJSON

/// The provisioning log: what identity providers did and were refused, in words.
struct LogController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private static let pageLength = 50
    private static let exportLength = 10_000

    private func filter(_ query: Form) -> ProvisioningLogFilter {
        ProvisioningLogFilter(
            outcome: query["outcome"].flatMap { .init(rawValue: $0) } ?? .all,
            plugin: query["plugin"].flatMap { PluginID($0) }, subject: query.text("subject"))
    }

    func log(_ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> ConsoleAnswer {
        let scope = user.scope(.manageIntegration)
        let filter = filter(request.query)
        let entries = try await parts.provisioningLog.entries(
            filter, before: request.query["before"].flatMap { ChangeID($0) }, limit: Self.pageLength + 1, in: scope)
        let plugins = try await parts.integration.plugins(in: scope)
        let shown = entries.prefix(Self.pageLength)
        var choice = "outcome=\(filter.outcome.rawValue)"
        if let plugin = filter.plugin { choice += "&plugin=\(plugin)" }
        if let subject = filter.subject { choice += "&subject=\(PercentEncoding.encode(subject))" }
        let path = "\(request.base)/\(PageFrame.Section.log.path)"
        return .page(
            "log", title: request.words["log.title"],
            [
                "rows": .array(shown.map { LogRow(entry: $0, request: request).json }), "isEmpty": .bool(shown.isEmpty),
                "outcomes": .array(
                    ProvisioningLogFilter.Outcome.allCases.map { outcome in
                        [
                            "value": .string(outcome.rawValue),
                            "text": .string(request.words["log.\(outcome.rawValue)"]),
                            "isChosen": .bool(outcome == filter.outcome),
                        ]
                    }),
                "plugins": .array(
                    plugins.map { plugin in
                        [
                            "value": .string(plugin.id.description), "text": .string(plugin.name),
                            "isChosen": .bool(plugin.id == filter.plugin),
                        ]
                    }),
                "wanted": filter.subject.map { .string($0) } ?? .null,
                "older": entries.count > Self.pageLength
                    ? .string("\(path)?\(choice)&before=\(shown[shown.count - 1].id)") : .null,
                "limit": .string(request.words["log.exportLimit", ["n": "\(Self.exportLength)"]]),
                "csv": .string("\(path).csv?\(choice)"), "json": .string("\(path).json?\(choice)"),
            ], section: .log)
    }

    func export(
        _ format: String, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws(DomainError) -> ConsoleAnswer {
        let entries = try await parts.provisioningLog.entries(
            filter(request.query), before: nil, limit: Self.exportLength, in: user.scope(.manageIntegration))
        let rows = entries.map { ExportRow(entry: $0, request: request).cells }
        if format == "json" {
            let list = JSON.array(
                rows.map { .object(JSONObject(zip(ExportRow.names, $0.map(JSON.string)).map { ($0, $1) })) })
            return .download(list.text, type: "application/json", name: "provisioning-log.json")
        }
        return .download(
            CSVFile.text([ExportRow.names] + rows), type: "text/csv; charset=utf-8", name: "provisioning-log.csv")
    }
}

/// A line of the provisioning log as it is exported.
private struct ExportRow {
    static let names = ["at", "connection", "subject", "subject_id", "action", "reason", "next_step", "request_id"]

    let entry: ProvisioningLogEntry
    let request: ConsoleRequest

    var cells: [String] {
        [
            Moment(time: entry.at, now: request.now, words: request.words).iso, entry.pluginName, entry.subject,
            entry.subjectID, entry.action, entry.reason ?? "",
            entry.remedy.map { request.words["next.\($0.rawValue)"] } ?? "", entry.requestID,
        ]
    }
}

/// A line of the provisioning log.
struct LogRow {
    let entry: ProvisioningLogEntry
    let request: ConsoleRequest

    var json: JSON {
        [
            "at": request.moment(entry.at),
            "plugin": .string(
                entry.pluginName.isEmpty ? request.words["actor.deletedPlugin"] : entry.pluginName),
            "action": .string(action),
            "isRefused": .bool(entry.reason != nil), "reason": entry.reason.map { .string($0) } ?? .null,
            "next": entry.remedy.map { .string(request.words["next.\($0.rawValue)"]) } ?? .null,
            "requestID": .string(entry.requestID),
            "subject": .string(entry.subjectName ?? entry.subjectID), "subjectHref": subjectHref,
            "subjectKind": .string(request.words["subject.\(entry.subject.isEmpty ? "other" : entry.subject)"]),
        ]
    }

    private var subjectHref: JSON {
        guard ["user", "group"].contains(entry.subject), let id = UserID(entry.subjectID) else { return .null }
        return .string("\(request.base)/manage/\(entry.subject)s/\(id)")
    }

    var action: String {
        switch entry.outcome {
        case .done(let action, let fields):
            let words = request.words["action.\(action)"]
            return fields.isEmpty || action != "update" ? words : "\(words): \(fields.joined(separator: ", "))"
        case .refused(let method, let status, _, _):
            return request.words["action.refused", ["method": method, "status": "\(status)"]]
        }
    }
}
