import Domain
import Edge
import HTTPTypes
import StrictJSON

/// The provisioning log: what identity providers did and were refused, in words.
struct LogController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private static let pageLength = 50

    func log(_ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> ConsoleAnswer {
        let form = LogFilterForm(request.query, request.words)
        if form.problem != nil { return try await page(form, nil, [], request, user) }
        let filter = try await filter(form, user)
        let entries = try await parts.provisioningLog.entries(
            filter, before: request.query["before"].flatMap { ChangeID($0) }, limit: Self.pageLength + 1,
            in: user.scope(.manageIntegration))
        return try await page(form, filter, entries, request, user)
    }

    /// The filter that the form asks for, with the person looked up.
    private func filter(
        _ form: LogFilterForm, _ user: SignedInUser
    ) async throws(DomainError) -> ProvisioningLogFilter {
        var filter = form.filter
        if let person = form.person {
            let found = try await parts.provisioningLog.subjects(named: person, in: user.scope(.manageIntegration))
            filter.subjects = found + (UserID(person.lowercased()).map { [$0.description] } ?? [])
            filter.name = FoldedKey(name: person)
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
        var content = form.json(
            try await parts.integration.plugins(in: user.scope(.manageIntegration)),
            try await parts.integration.tokens(in: user.scope(.manageIntegration)))
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
        content["limit"] = .string(request.words["log.exportLimit", ["n": request.words.number(LogFile.mostLines)]])
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
        let scope = user.scope(.manageIntegration)
        let entries = try await parts.provisioningLog.entries(
            try await filter(form, user), before: nil, limit: LogFile.mostLines, in: scope)
        let members: [UserID] = entries.flatMap { $0.members.flatMap { $0.first.compactMap { UserID($0) } } }
        let names: [UserID: SubjectName] =
            members.isEmpty ? [:] : try await parts.history.names(of: Set(members), in: scope)
        let lines = entries.map { ExportRow(entry: $0, request: request, names: names).cells }
        return LogFile(name: "provisioning-log", columns: ExportRow.columns, lines: lines).answer(format)
    }
}

/// A line of the provisioning log as it is exported.
private struct ExportRow {
    static let columns = [
        "at", "connection", "subject_kind", "subject_id", "subject_name", "action", "members", "reason", "next_step",
        "request_id",
    ]

    let entry: ProvisioningLogEntry
    let request: ConsoleRequest
    /// The names of members by their ids.
    let names: [UserID: SubjectName]

    var cells: [String] {
        let members = entry.members.compactMap { MemberStepRow(step: $0, names: names, request: request).text }
        return [
            Moment(time: entry.at, now: request.now, words: request.words).iso, entry.pluginName, entry.subject,
            entry.subjectID, entry.subjectName ?? "", LogRow(entry: entry, request: request).action,
            members.joined(separator: "; "), RefusalWords(words: request.words).line(for: entry),
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

    /// The address of the subject's page; a user has one even after deletion.
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
