import Domain
import Edge
import HTTPTypes
import StrictJSON

/// The provisioning log: what identity providers did and were refused, in words.
struct LogController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private static let pageLength = 50
    private static let exportLength = 10_000

    func log(_ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> ConsoleAnswer {
        let form = LogFilterForm(request.query, request.words)
        if form.problem != nil { return try await page(form, nil, [], request, user) }
        let filter = try await filter(form, user)
        let entries = try await parts.provisioningLog.entries(
            filter, before: request.query["before"].flatMap { ChangeID($0) }, limit: Self.pageLength + 1,
            in: user.scope(.manageIntegration))
        return try await page(form, filter, entries, request, user)
    }

    /// What the form asks for, with the person found.
    private func filter(
        _ form: LogFilterForm, _ user: SignedInUser
    ) async throws(DomainError) -> ProvisioningLogFilter {
        var filter = form.filter
        if let person = form.person {
            let found = try await parts.provisioningLog.subjects(named: person, in: user.scope(.manageIntegration))
            filter.subjects = found + (UserID(person.lowercased()).map { [$0.description] } ?? [])
        }
        return filter
    }

    /// - Parameter filter: nil where the form asks for nothing that can be looked for.
    private func page(
        _ form: LogFilterForm, _ filter: ProvisioningLogFilter?, _ entries: [ProvisioningLogEntry],
        _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws(DomainError) -> ConsoleAnswer {
        let shown = entries.prefix(Self.pageLength)
        let path = "\(request.base)/\(PageFrame.Section.log.path)"
        var content = form.json(try await parts.integration.plugins(in: user.scope(.manageIntegration)))
        content["rows"] = .array(shown.map { LogRow(entry: $0, request: request).json })
        content["isEmpty"] = .bool(shown.isEmpty)
        if let filter {
            let empty =
                filter.subjects?.isEmpty == true ? "log.nobodyFound" : form.isNarrow ? "log.noneFound" : "log.empty"
            content["empty"] = .string(request.words[empty])
        }
        if entries.count > Self.pageLength, let last = shown.last {
            content["older"] = .string("\(path)?\(form.choice)&before=\(last.id)")
        }
        if let plugin = filter?.plugin {
            let ignored = try await parts.provisioningLog.ignoredAttributes(
                of: plugin, in: user.scope(.manageIntegration))
            if !ignored.isEmpty { content["ignored"] = .string(ignored.map(\.name).joined(separator: ", ")) }
        }
        content["limit"] = .string(request.words["log.exportLimit", ["n": "\(Self.exportLength)"]])
        content["csv"] = .string("\(path).csv?\(form.choice)")
        content["json"] = .string("\(path).json?\(form.choice)")
        return .page(
            "log", title: request.words["log.title"], content, section: .log,
            status: form.problem == nil ? .ok : .unprocessableContent, isError: form.problem != nil)
    }

    func export(
        _ format: String, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws(DomainError) -> ConsoleAnswer {
        let form = LogFilterForm(request.query, request.words)
        if form.problem != nil { return try await page(form, nil, [], request, user) }
        let entries = try await parts.provisioningLog.entries(
            try await filter(form, user), before: nil, limit: Self.exportLength, in: user.scope(.manageIntegration))
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
            entry.subjectID, LogRow(entry: entry, request: request).action,
            RefusalWords(words: request.words).line(for: entry),
            entry.remedy.map { request.words["next.\($0.rawValue)"] } ?? "", entry.requestID,
        ]
    }
}

/// A line of the provisioning log.
struct LogRow {
    let entry: ProvisioningLogEntry
    let request: ConsoleRequest

    var json: JSON {
        let reason = RefusalWords(words: request.words).reason(of: entry)
        return [
            "at": request.moment(entry.at),
            "plugin": .string(
                entry.pluginName.isEmpty ? request.words["actor.deletedPlugin"] : entry.pluginName),
            "action": .string(action),
            "isRefused": .bool(reason != nil), "reason": reason.map { .string($0.text) } ?? .null,
            "detail": reason?.detail.map { .string($0) } ?? .null,
            "next": entry.remedy.map { .string(request.words["next.\($0.rawValue)"]) } ?? .null,
            "requestID": .string(entry.requestID),
            "subject": .string(entry.subjectName ?? entry.subjectID), "subjectHref": subjectHref,
            "isDeleted": .bool(entry.isSubjectDeleted),
            "subjectKind": .string(request.words["subject.\(entry.subject.isEmpty ? "other" : entry.subject)"]),
        ]
    }

    /// Whose page there is: a user's also when the user was deleted.
    private var subjectHref: JSON {
        guard entry.subjectName != nil, entry.subject == "user" || entry.subject == "group" && !entry.isSubjectDeleted,
            let id = UserID(entry.subjectID)
        else { return .null }
        return .string("\(request.base)/manage/\(entry.subject)s/\(id)")
    }

    var action: String {
        switch entry.outcome {
        case .done(let action, let fields):
            let words = request.words["action.\(action)"]
            if fields.isEmpty || action != "update" { return words }
            let names = fields.map(AttributeWords(words: request.words).name)
            return "\(words): \(names.joined(separator: ", "))"
        case .refused(RefusedRequest.anyMethod, let status, _, _):
            return request.words["action.refusedToken", ["status": "\(status)"]]
        case .refused(let method, let status, _, _):
            return request.words["action.refused", ["method": method, "status": "\(status)"]]
        }
    }
}
