import Domain
import StrictJSON

/// The words for a change, as people read it.
protocol ChangeWords {
    func name(_ field: String) -> String
    func value(_ value: JSON?, of field: String) -> String
}

/// Attributes and their values as people read them.
struct AttributeWords: ChangeWords {
    let words: Catalogue
    /// Connections by their id, as the change log has it.
    var plugins: [String: String] = [:]

    /// The name of an attribute: in words if the console has some, or else its path without the schema's name.
    func name(_ path: String) -> String {
        if let known = EditableAttribute.allCases.first(where: { $0.path == path || "\($0.path).value" == path }),
            known.path != "addresses"
        {
            return words["attribute.\(known.rawValue)"]
        }
        let key = "changed.\(path)"
        if words.keys.contains(key) { return words[key] }
        // An extension's attributes follow its URN after a colon.
        guard let colon = path.lastIndex(of: ":") else { return path }
        return String(path[path.index(after: colon)...])
    }

    func value(_ value: JSON?, of path: String) -> String {
        guard path == "grantedRoles", let roles = value?.arrayValue else { return self.value(value) }
        return roles.map { role in
            role.stringValue.flatMap { Role(rawValue: $0) }.map { words["role.\($0.rawValue)"] } ?? self.value(role)
        }.joined(separator: ", ")
    }

    func value(_ value: JSON?) -> String {
        switch value {
        case nil, .null?: "–"
        case .string(let text)?: plugins[text] ?? text
        case .bool(let isSo)?: words[isSo ? "changed.yes" : "changed.no"]
        case .array(let values)?: values.map(element).joined(separator: ", ")
        case .object?, .integer?, .decimal?: value?.text ?? ""
        }
    }

    /// A value of many: `ann@x.example (work)`.
    private func element(_ value: JSON) -> String {
        guard case .object(let object) = value else { return self.value(value) }
        let parts = ["value", "formatted", "display"].compactMap { object[$0]?.stringValue }.first
        guard let text = parts else {
            return object.compactMap { $0.key == "type" ? nil : $0.value.stringValue }.joined(separator: ", ")
        }
        return object["type"]?.stringValue.map { "\(text) (\($0))" } ?? text
    }
}
