import Domain
import StrictJSON

/// A field that changed, with its name and both values as people read them.
struct ChangedField {
    /// A value may be as long as an identity provider likes; a page shows its beginning.
    private static let longestValue = 300

    private let name: String
    private let before: String
    private let after: String

    /// Makes nothing of a field that had no value and got none.
    ///
    /// - Parameters:
    ///   - sides: the value before and the one after.
    ///   - names: the names of people whom fields hold by their ids.
    init?(_ field: String, _ sides: JSON, _ words: any ChangeWords, _ names: [UserID: SubjectName]) {
        let (before, after) = (sides.arrayValue?.first, sides.arrayValue?.last)
        if before == .null, after == .null { return nil }
        name = words.name(field)
        self.before = Self.text(before, of: field, words, names)
        self.after = Self.text(after, of: field, words, names)
    }

    private static func text(
        _ value: JSON?, of field: String, _ words: any ChangeWords, _ names: [UserID: SubjectName]
    ) -> String {
        let person: UserID? = isManager(field) ? value?.stringValue.flatMap { UserID($0) } : nil
        return shortened(person.flatMap { names[$0]?.name } ?? words.value(value, of: field))
    }

    static func shortened(_ text: String) -> String {
        text.count > longestValue ? "\(text.prefix(longestValue))…" : text
    }

    var json: JSON { ["name": .string(name), "before": .string(before), "after": .string(after)] }

    /// The people whom the fields hold by their ids.
    static func people(in difference: JSONObject) -> Set<UserID> {
        var people: Set<UserID> = []
        for (field, sides) in difference where isManager(field) {
            people.formUnion((sides.arrayValue ?? []).compactMap { $0.stringValue.flatMap { UserID($0) } })
        }
        return people
    }

    /// The manager is noted as one value, or as the value inside a complex attribute.
    private static func isManager(_ field: String) -> Bool {
        field == UserAttributes.managerPath || field == "\(UserAttributes.managerPath).value"
    }
}
