import Domain
import Edge
import StrictJSON

/// What happened to a user or a group, latest first, a page at a time.
struct Timeline {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private static let pageLength = 50

    /// What the template `history` takes.
    ///
    /// - Parameter path: of the page that it stands on.
    func page<Thing>(
        of subject: Identifier<Thing>, at path: String, _ request: ConsoleRequest, _ scope: TenantScope
    ) async throws(DomainError) -> JSONObject {
        let found = try await parts.history.history(
            of: subject, before: request.query["before"].flatMap { ChangeID($0) }, limit: Self.pageLength + 1,
            in: scope)
        let shown = found.prefix(Self.pageLength)
        var older: JSON = .null
        if found.count > Self.pageLength, let last = shown.last {
            older = .string("\(request.base)/\(path)?before=\(last.id)#history")
        }
        var attributes = AttributeWords(words: request.words)
        if let user = request.user, user.permissions.contains(.manageIntegration) {
            let plugins = try await parts.integration.plugins(in: user.scope(.manageIntegration))
            attributes.plugins = Dictionary(plugins.map { ($0.id.description, $0.name) }) { first, _ in first }
        }
        let rows = shown.map { TimelineRow(entry: $0, request: request, attributes: attributes).json }
        return ["history": .array(rows), "older": older]
    }
}

/// A line of the history of a user.
struct TimelineRow {
    let entry: HistoryEntry
    let request: ConsoleRequest
    let attributes: AttributeWords

    var json: JSON {
        [
            "at": request.moment(entry.at), "action": .string(request.words["action.\(entry.action)"]),
            "actor": .string(actor), "requestID": .string(entry.requestID),
            "fields": .array(
                entry.difference.map { name, sides in
                    [
                        "name": .string(attributes.name(name)),
                        "before": .string(attributes.value(sides.arrayValue?.first)),
                        "after": .string(attributes.value(sides.arrayValue?.last)),
                    ]
                }),
        ]
    }

    private var actor: String {
        switch entry.actor {
        case .plugin(let name): name.isEmpty ? request.words["actor.deletedPlugin"] : name
        case .person(let name): name ?? request.words["actor.gone"]
        case .operator: request.words["actor.operator"]
        case .program: "Lectern"
        }
    }
}
