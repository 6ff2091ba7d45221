package import StrictJSON

/// An attribute of a user that people enter here: in a form, or in a column of a file.
package enum EditableAttribute: String, Sendable, Hashable, CaseIterable {
    case givenName, familyName, userName, email, displayName, title, department, employeeNumber, manager
    case preferredLanguage, locality, country

    /// In bytes: what is looked up by an index has to fit into it.
    package static let maximumBytes = 500

    /// Whether a user must have the attribute.
    package var isRequired: Bool { self == .userName }

    /// The path of the attribute, as the change log names it.
    package var path: String {
        switch self {
        case .userName, .displayName, .title, .preferredLanguage: rawValue
        case .givenName, .familyName: "name.\(rawValue)"
        case .email: "emails"
        case .locality, .country: "addresses"
        case .department, .employeeNumber: "\(UserAttributes.enterpriseURN):\(rawValue)"
        case .manager: UserAttributes.managerPath
        }
    }

    package func value(in document: JSONObject) -> String? {
        switch self {
        case .userName, .displayName, .title, .preferredLanguage: document[rawValue]?.stringValue
        case .givenName, .familyName: document["name"]?[rawValue]?.stringValue
        case .email: Self.workElement(document, "emails")?["value"]?.stringValue
        case .locality, .country: Self.workElement(document, "addresses")?[rawValue]?.stringValue
        case .department, .employeeNumber: document[UserAttributes.enterpriseURN]?[rawValue]?.stringValue
        case .manager: document[UserAttributes.enterpriseURN]?["manager"]?["value"]?.stringValue
        }
    }

    /// The value in the form in which it is stored.
    func normalized(_ value: String) -> String {
        self == .preferredLanguage ? LanguageTag(locale: value)?.description ?? value : value
    }

    /// - Parameter value: nil takes it away.
    func set(_ value: String?, in document: inout JSONObject) {
        let json = value.map { JSON.string($0) }
        switch self {
        case .userName, .displayName, .title, .preferredLanguage: document[rawValue] = json
        case .givenName, .familyName: Self.set(rawValue, json, inside: "name", of: &document)
        case .email: Self.setInWorkElement("value", json, of: "emails", in: &document)
        case .locality, .country: Self.setInWorkElement(rawValue, json, of: "addresses", in: &document)
        case .department, .employeeNumber:
            Self.set(rawValue, json, inside: UserAttributes.enterpriseURN, of: &document)
        case .manager:
            let manager = json.map { JSON.object(["value": $0]) }
            Self.set("manager", manager, inside: UserAttributes.enterpriseURN, of: &document)
        }
    }

    private static func set(_ name: String, _ value: JSON?, inside outer: String, of document: inout JSONObject) {
        var object = document[outer]?.objectValue ?? JSONObject()
        object[name] = value
        document[outer] = object.isEmpty ? nil : .object(object)
    }

    /// The element that stands for work: the one of that type, else the primary, else the first.
    private static func workPlace(_ elements: [JSON]) -> Int? {
        elements.firstIndex { $0["type"]?.stringValue == "work" }
            ?? elements.firstIndex { $0["primary"] == .bool(true) } ?? elements.indices.first
    }

    private static func workElement(_ document: JSONObject, _ list: String) -> JSON? {
        let elements = document[list]?.arrayValue ?? []
        return workPlace(elements).map { elements[$0] }
    }

    private static func setInWorkElement(
        _ name: String, _ value: JSON?, of list: String, in document: inout JSONObject
    ) {
        var elements = document[list]?.arrayValue ?? []
        if let place = workPlace(elements) {
            var element = elements[place].objectValue ?? JSONObject()
            element[name] = value
            // An element with nothing but these sub-attributes has no meaning of its own.
            let isEmpty = element.keys.allSatisfy { ["type", "primary"].contains($0) }
            if isEmpty { elements.remove(at: place) } else { elements[place] = .object(element) }
        } else if let value {
            var element: JSONObject = ["type": "work"]
            if list == "emails" { element["primary"] = true }
            element[name] = value
            elements.append(.object(element))
        }
        document[list] = elements.isEmpty ? nil : .array(elements)
    }
}
