import Domain
import Edge
import StrictJSON

/// Which users the list shows: by state, source and role. What nobody can choose counts as nothing chosen.
struct UserFilter {
    enum State: String, CaseIterable { case active, suspended }

    enum Source: Equatable {
        case here
        case plugin(PluginID)

        var value: String {
            switch self {
            case .here: "here"
            case .plugin(let id): id.description
            }
        }
    }

    private let state: State?
    private let source: Source?
    private let role: Role?
    private let plugins: [Plugin]

    /// - Parameter plugins: those that may be chosen.
    init(_ query: Form, _ plugins: [Plugin]) {
        self.plugins = plugins
        state = query["state"].flatMap { State(rawValue: $0) }
        role = query["role"].flatMap { Role(rawValue: $0) }
        let chosen = plugins.first { $0.id.description == query["source"] }.map { Source.plugin($0.id) }
        source = query["source"] == Source.here.value ? .here : chosen
    }

    var isEmpty: Bool { choice.isEmpty }

    /// The fields by which links keep it.
    var choice: [(name: String, value: String)] {
        [("state", state?.rawValue), ("source", source?.value), ("role", role?.rawValue)].compactMap { name, value in
            value.map { (name: name, value: $0) }
        }
    }

    /// The condition for the matching users that the list shows.
    func narrowing(_ predicate: Predicate<User.Field>?) -> Predicate<User.Field>? {
        var conditions = [predicate].compactMap(\.self)
        if let state { conditions.append(.comparison(.active, .equal, .boolean(state == .active))) }
        switch source {
        case nil: break
        case .here: conditions.append(.comparison(.source, .equal, .null))
        case .plugin(let id): conditions.append(.comparison(.source, .equal, .text(id.description, caseExact: true)))
        }
        if let role { conditions.append(.comparison(.role, .equal, .text(role.rawValue, caseExact: true))) }
        return conditions.dropFirst().reduce(conditions.first) { narrowed, next in narrowed.map { .and($0, next) } }
    }

    // MARK: As a form shows it

    func json(_ words: Catalogue) -> JSON {
        [
            select(
                "state", State.allCases.map { ($0.rawValue, words["users.\($0 == .active ? "active" : "inactive")"]) },
                words),
            select(
                "source",
                [(Source.here.value, words["user.madeHere"])]
                    + plugins.map { ($0.id.description, "\($0.name) (\($0.kind.rawValue.uppercased()))") }, words),
            select("role", Role.allCases.map { ($0.rawValue, words["role.\($0.rawValue)"]) }, words),
        ]
    }

    private func select(_ name: String, _ options: [(value: String, text: String)], _ words: Catalogue) -> JSON {
        let chosen = choice.first { $0.name == name }?.value
        return [
            "name": .string(name), "label": .string(words["users.\(name)"]),
            "options": .array(
                options.map {
                    [
                        "value": .string($0.value), "text": .string($0.text), "isChosen": .bool($0.value == chosen),
                    ]
                }),
        ]
    }
}
