import Domain
import Edge
import StrictJSON

/// The history of a thing, latest first, in pages.
struct Timeline {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private static let pageLength = 50

    /// The values that the template `history` takes, for a user or a group.
    ///
    /// - Parameter path: of the page that it stands on.
    func page<Thing>(
        of subject: Identifier<Thing>, at path: String, _ request: ConsoleRequest, _ scope: TenantScope
    ) async throws(DomainError) -> JSONObject {
        let found = try await parts.history.history(
            of: subject, before: Self.before(request), limit: Self.pageLength + 1, in: scope)
        return try await json(found, at: path, request, try await attributes(request), scope)
    }

    /// Of a connection, with its secrets.
    func page(
        ofConnection plugin: PluginID, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws(DomainError) -> JSONObject {
        let scope = user.scope(.manageIntegration)
        let found = try await parts.history.history(
            ofConnection: plugin, before: Self.before(request), limit: Self.pageLength + 1, in: scope)
        return try await json(
            found, at: "manage/integration/plugins/\(plugin)", request, try await settings(request), scope)
    }

    /// Of the account's settings and mail domains.
    func pageOfSettings(_ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> JSONObject {
        let scope = user.scope(.manageIntegration)
        let found = try await parts.history.history(
            of: user.tenant, before: Self.before(request), limit: Self.pageLength + 1, in: scope)
        return try await json(
            found, at: PageFrame.Section.settings.path, request, try await settings(request), scope)
    }

    private static func before(_ request: ConsoleRequest) -> ChangeID? {
        request.query["before"].flatMap { ChangeID($0) }
    }

    private func attributes(_ request: ConsoleRequest) async throws(DomainError) -> AttributeWords {
        var attributes = AttributeWords(words: request.words)
        if let user = request.user, user.permissions.contains(.manageIntegration) {
            let plugins = try await parts.integration.plugins(in: user.scope(.manageIntegration))
            attributes.plugins = Dictionary(plugins.map { ($0.id.description, $0.name) }) { first, _ in first }
        }
        return attributes
    }

    private func settings(_ request: ConsoleRequest) async throws(DomainError) -> SettingWords {
        SettingWords(
            general: try await attributes(request),
            moment: { Moment(time: $0, now: request.now, words: request.words) }, metadata: parts.metadata)
    }

    private func json(
        _ found: [HistoryEntry], at path: String, _ request: ConsoleRequest, _ words: any ChangeWords,
        _ scope: TenantScope
    ) async throws(DomainError) -> JSONObject {
        let shown = found.prefix(Self.pageLength)
        var older: JSON = .null
        if found.count > Self.pageLength, let last = shown.last {
            older = .string("\(request.base)/\(path)?before=\(last.id)#history")
        }
        let names = try await names(in: shown, scope)
        let rows = shown.map { TimelineRow(entry: $0, request: request, words: words, names: names).json }
        return ["history": .array(rows), "older": older]
    }

    /// The names of the people and groups that the lines show. One query finds them, as a line shows few.
    private func names(
        in shown: ArraySlice<HistoryEntry>, _ scope: TenantScope
    ) async throws(DomainError) -> [UserID: SubjectName] {
        var ids: Set<UserID> = []
        for entry in shown {
            ids.formUnion(ChangedField.people(in: entry.difference))
            for step in entry.members { ids.formUnion(step.first.compactMap { UserID($0) }) }
        }
        return ids.isEmpty ? [:] : try await parts.history.names(of: ids, in: scope)
    }
}

/// A line of a history.
struct TimelineRow {
    let entry: HistoryEntry
    let request: ConsoleRequest
    let words: any ChangeWords
    let names: [UserID: SubjectName]

    var json: JSON {
        let fields = entry.difference.compactMap { name, sides in ChangedField(name, sides, words, names)?.json }
        // A created resource has new values only, so the line shows their number until the reader unfolds it.
        let isCreation = entry.action == Change.Action.create.rawValue && !fields.isEmpty
        let creation: JSON = [
            "text": .string(request.words.counted("timeline.created", fields.count)), "fields": .array(fields),
        ]
        let members = entry.members.map { MemberStepRow(step: $0, names: names, request: request).json }
        return [
            "at": request.moment(entry.at), "action": .string(request.words["action.\(entry.action)"]),
            "mark": entry.mark.map { .string("\(request.words["subject.\(entry.subject)"]) \($0)") } ?? .null,
            "actor": .string(entry.actor.name(request.words)), "requestID": .string(entry.requestID),
            "creation": isCreation ? creation : .null, "changes": .array(isCreation ? [] : fields),
            "members": .array(members.filter { $0 != .null }),
        ]
    }
}

extension HistoryEntry.Actor {
    func name(_ words: Catalogue) -> String {
        switch self {
        case .plugin(let name): name.isEmpty ? words["actor.deletedPlugin"] : name
        case .person(let name): name ?? words["actor.gone"]
        case .operator: words["actor.operator"]
        case .program: "Lectern"
        }
    }
}
