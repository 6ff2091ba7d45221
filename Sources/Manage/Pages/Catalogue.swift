import Domain
import Edge
import StrictJSON

/// The words of the console in one language: `group.name` → text with `{placeholders}`.
struct Catalogue: Sendable {
    let language: Language
    /// As templates read it.
    let tree: JSON
    private let texts: [String: String]

    /// - Parameter json: an object of objects of texts.
    init(_ language: Language, json: [UInt8]) throws {
        self.language = language
        tree = try JSON.parse(json)
        var texts: [String: String] = [:]
        if case .object(let groups) = tree {
            for (group, entries) in groups {
                guard case .object(let entries) = entries else { continue }
                for (name, text) in entries { texts["\(group).\(name)"] = text.stringValue }
            }
        }
        self.texts = texts
    }

    /// Every language's, as the program holds them.
    static func all() throws -> [Language: Catalogue] {
        var catalogues: [Language: Catalogue] = [:]
        for (language, bytes) in Resources.messages { catalogues[language] = try Catalogue(language, json: bytes) }
        return catalogues
    }

    var keys: Set<String> { Set(texts.keys) }

    /// A text that need not be there.
    func known(_ key: String) -> String? { texts[key] }

    /// A text; one that is missing shows its name, which a test does not let happen.
    subscript(key: String, values: [String: String] = [:]) -> String {
        var rest = (texts[key] ?? key)[...]
        var filled = ""
        // An inserted value may contain braces of its own.
        while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: start)..<end])
            filled += rest[..<start] + (values[name] ?? "{\(name)}")
            rest = rest[rest.index(after: end)...]
        }
        return filled + rest
    }

    /// The problem with an attribute that was entered.
    func problem(withAttribute field: String, in form: Form = .empty) -> String {
        if field == EditableAttribute.userName.rawValue,
            let code = form[field].flatMap({ UserName.disallowedCharacter(in: $0) })
        {
            return self["attributeProblem.userNameCharacter", ["code": code]]
        }
        let key = "attributeProblem.\(field)"
        let isTooLong = (form[field]?.utf8.count ?? 0) > EditableAttribute.maximumBytes
        return (isTooLong ? nil : texts[key]) ?? self["attributeProblem.other", ["name": self["attribute.\(field)"]]]
    }

    /// Why a manager who was entered is refused.
    func problem(with circle: ManagerCircle) -> String {
        self["attributeProblem.managerCircle", ["circle": circle.description]]
    }

    /// A text in singular or plural: `keyOne` or `keyOther`, with `{n}`.
    func counted(_ key: String, _ count: Int) -> String {
        self["\(key)\(count == 1 ? "One" : "Other")", ["n": number(count)]]
    }

    /// A number with its thousands apart: `20,000`, in German `20.000`.
    func number(_ number: Int) -> String {
        let digits = String(number)
        var grouped = ""
        for (place, digit) in digits.enumerated() {
            let left = digits.count - place
            if place > 0, left.isMultiple(of: 3) { grouped += language == .de ? "." : "," }
            grouped.append(digit)
        }
        return grouped
    }
}

/// A language that the console speaks.
enum Language: String, Sendable, CaseIterable {
    case en, de

    /// The first one that the browser asks for and we speak (RFC 9110 §12.5.4), else the tenant's.
    static func chosen(accept header: String?, tenant: String) -> Language {
        let wanted = LanguagePreferences(header ?? "").languages + [LanguageTag(locale: tenant)].compactMap(\.self)
        return wanted.lazy.compactMap { Language($0) }.first ?? .en
    }

    /// Nil for a language that the console does not speak.
    private init?(_ tag: LanguageTag) {
        let name = String(tag.language)
        guard let language = Language(rawValue: name) ?? Self.otherNames[name] else { return nil }
        self = language
    }

    /// The names and the codes of ISO 639-2 that identity providers send in place of the code of two letters.
    private static let otherNames: [String: Language] = [
        "english": .en, "eng": .en, "german": .de, "deutsch": .de, "deu": .de, "ger": .de,
    ]
}

extension [Language: Catalogue] {
    func words(_ language: Language) -> Catalogue {
        guard let catalogue = self[language] else { preconditionFailure("there is no \(language)") }
        return catalogue
    }
}
