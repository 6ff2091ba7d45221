package import StrictJSON

extension UserAttributes {
    /// The attributes of a user after these values were entered.
    ///
    /// - Parameters:
    ///   - values: an empty one takes the attribute away; what is not named stays.
    ///   - document: what the user had before; nil for a new user, who needs an address.
    /// - Throws: `invalid`, with the raw value of the attribute as its field.
    package static func entered(
        _ values: [EditableAttribute: String], over document: JSONObject? = nil
    ) throws(DomainError) -> UserAttributes {
        var result = document ?? ["schemas": [.string(coreURN)], "active": true]
        for attribute in EditableAttribute.allCases {
            guard let value = values[attribute] else { continue }
            if value.utf8.count > EditableAttribute.maximumBytes {
                throw .invalid(
                    field: attribute.rawValue, reason: "has at most \(EditableAttribute.maximumBytes) bytes")
            }
            if value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
                throw .invalid(field: attribute.rawValue, reason: "has no control characters")
            }
            attribute.set(value.isEmpty ? nil : attribute.normalized(value), in: &result)
        }
        let name = try UserName(
            stated: result["userName"]?.stringValue ?? "", before: document?["userName"]?.stringValue)
        result["userName"] = .string(name.spelling)
        let email = values[.email] ?? (document == nil ? "" : nil)
        if let email, !(email.isEmpty && document != nil), MailAddress(email) == nil {
            throw .invalid(
                field: EditableAttribute.email.rawValue, reason: "must be an address like name@company.example")
        }
        if let language = values[.preferredLanguage], !language.isEmpty, LanguageTag(locale: language) == nil {
            throw .invalid(
                field: EditableAttribute.preferredLanguage.rawValue,
                reason: "must be a language tag like en or de-CH (BCP 47)")
        }
        return try UserAttributes(of: result)
    }

    /// Takes the attributes that the product itself uses from a document.
    package init(of document: JSONObject) throws(DomainError) {
        guard let name = document["userName"]?.stringValue else { throw .unexpected("a user without a userName") }
        let enterprise = document[UserAttributes.enterpriseURN]
        self.init(
            userName: UserName(stored: name), externalID: document["externalId"]?.stringValue,
            isActive: document["active"] != .bool(false),
            emails: document["emails"]?.arrayValue?.compactMap { $0["value"]?.stringValue } ?? [],
            employeeNumber: enterprise?["employeeNumber"]?.stringValue,
            manager: enterprise?["manager"]?["value"]?.stringValue, document: document)
    }

    /// The name to show for a person: the full name, or else the user name.
    package static func personName(in document: JSONObject) -> String {
        let name = document["name"]
        let parts = [name?["givenName"], name?["familyName"]].compactMap { $0?.stringValue }.joined(separator: " ")
        let names: [String?] = [
            document["displayName"]?.stringValue, name?["formatted"]?.stringValue, parts,
            document["userName"]?.stringValue,
        ]
        return names.lazy.compactMap(\.self).first { !$0.isEmpty } ?? ""
    }

    /// The schema of users (RFC 7643 §4.1).
    private static let coreURN = "urn:ietf:params:scim:schemas:core:2.0:User"
}
