import Domain
import SCIM
import StrictJSON

/// Which field of the product an attribute of the protocol is.
enum UserAttributeTable {
    static let translation = FilterTranslation<User.Field> { attribute in
        switch attribute.path.description.lowercased() {
        case "id": .field(.id)
        case "username": .field(.userName)
        case "externalid": .field(.externalID)
        case "active": .field(.active)
        case "meta.created": .field(.created)
        case "meta.lastmodified": .field(.lastModified)
        case "meta.resourcetype": .constant("User")
        case "emails", "emails.value": .field(.email)
        case "groups", "groups.value": .field(.group)
        case enterprise("employeenumber"): .field(.employeeNumber)
        case enterprise("manager"), enterprise("manager.value"): .field(.manager)
        case "meta", "meta.location", "meta.version", "password", "groups.display", "groups.type", "groups.$ref",
            enterprise("manager.displayname"), enterprise("manager.$ref"):
            .unsearchable
        default: .field(.attribute(DocumentPath(attribute)))
        }
    }

    /// A user as it begins, or begins again with PUT: active unless the client says otherwise.
    static func completeAttributes(_ document: JSONObject) throws(SCIMError) -> UserAttributes {
        var document = document
        if document["active"] == nil { document["active"] = .bool(true) }
        return try attributes(document)
    }

    /// What the product itself looks at in a user's attributes.
    static func attributes(_ document: JSONObject) throws(SCIMError) -> UserAttributes {
        guard let userName = document["userName"]?.stringValue.flatMap(UserName.init) else {
            throw .invalidValue("userName must not be empty, nor longer than \(UserName.maximumBytes) bytes.")
        }
        let enterprise = document[SchemaURN.enterpriseUser]
        return UserAttributes(
            userName: userName, externalID: document["externalId"]?.stringValue,
            isActive: document["active"]?.boolValue ?? true,
            emails: document["emails"]?.arrayValue?.compactMap { $0["value"]?.stringValue } ?? [],
            employeeNumber: enterprise?["employeeNumber"]?.stringValue,
            manager: enterprise?["manager"]?["value"]?.stringValue, document: document)
    }

    private static func enterprise(_ attribute: String) -> String {
        "\(SchemaURN.enterpriseUser.lowercased()):\(attribute)"
    }
}
