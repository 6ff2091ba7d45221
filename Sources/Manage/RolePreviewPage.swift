import Domain
import Edge
import StrictJSON

/// The page that shows the effect of a step on people's roles and asks for confirmation. It keeps the submitted values.
struct RolePreviewPage {
    let preview: RolePreview
    let request: ConsoleRequest

    /// The field of a form that holds the digest of the preview that was agreed to.
    static let agreed = "agreed"

    var answer: ConsoleAnswer {
        let words = request.words
        let fields = request.form.all.filter { $0.name != Self.agreed }
        return .page(
            "role-preview", title: words["rolePreview.title"],
            [
                "intro": .string(words.counted("rolePreview.intro", preview.count)),
                "isChanged": .bool(request.form[Self.agreed] != nil),
                "moves": .array(preview.moves.map { RoleMoveRow(move: $0, request: request).json }),
                "unchanged": .string(words.counted("rolePreview.unchanged", preview.unchanged)),
                "button": .string(words.counted("rolePreview.button", preview.count)),
                "agreed": .string(preview.digest), "action": .string("\(request.base)/\(request.place)"),
                "back": .string("\(request.base)/\(request.route.page)"),
                "isLarge": .bool(CarriedFields.areLarge(fields)),
                "fields": .array(fields.map { ["name": .string($0.name), "value": .string($0.value)] }),
            ], section: .plugins)
    }
}

/// People whose roles move in the same way.
struct RoleMoveRow {
    let move: RolePreview.Move
    let request: ConsoleRequest

    var json: JSON {
        let words = request.words
        let hidden = move.count - move.people.count
        return [
            "text": .string(text),
            "people": .array(
                move.people.map { person in
                    [
                        "name": .string(person.displayName ?? person.userName),
                        "userName": person.displayName == nil ? .null : .string(person.userName),
                        "page": .string("\(request.base)/manage/users/\(person.id)"),
                    ]
                }),
            "more": hidden > 0 ? .string(words.counted("rolePreview.more", hidden)) : .null,
        ]
    }

    /// “451 people get Admin and lose Trainee”.
    var text: String { text(move.count == 1 ? "One" : "Other") }
    /// “Gets Admin and loses Trainee”, of somebody who is named beside it.
    var textOfOne: String { text("Named") }

    private func text(_ form: String) -> String {
        let kind = move.gained.isEmpty ? "loses" : move.lost.isEmpty ? "gets" : "swaps"
        return request.words[
            "rolePreview.\(kind)\(form)",
            ["n": "\(move.count)", "gained": names(move.gained), "lost": names(move.lost)]]
    }

    private func names(_ roles: [Role]) -> String {
        roles.map { request.words["role.\($0.rawValue)"] }.joined(separator: ", ")
    }
}
