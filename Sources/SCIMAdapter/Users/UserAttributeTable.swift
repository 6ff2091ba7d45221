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

    /// All of a user's attributes.
    ///
    /// - Parameter active: whether the user is, when the client says nothing of it: yes at first, later as before, so
    ///   that a template without the attribute brings nobody back.
    static func completeAttributes(_ document: JSONObject, active: Bool) throws(SCIMError) -> UserAttributes {
        var document = document
        if document["active"] == nil { document["active"] = .bool(active) }
        return try attributes(document)
    }

    /// What the product itself looks at in a user's attributes.
    static func attributes(_ document: JSONObject) throws(SCIMError) -> UserAttributes {
        let document = EntraAppRoles.unwrapped(document)
        guard let userName = try document["userName"]?.stringValue?.checkIndexed("userName"),
            let name = UserName(userName)
        else { throw .invalidValue("userName must not be empty.") }
        let enterprise = document[SchemaURN.enterpriseUser]
        return UserAttributes(
            userName: name, externalID: try document["externalId"]?.stringValue?.checkIndexed("externalId"),
            isActive: document["active"]?.boolValue ?? true,
            emails: try emails(document),
            employeeNumber: try enterprise?["employeeNumber"]?.stringValue?.checkIndexed("employeeNumber"),
            manager: try enterprise?["manager"]?["value"]?.stringValue?.checkIndexed("manager"), document: document)
    }

    private static func emails(_ document: JSONObject) throws(SCIMError) -> [String] {
        var addresses: [String] = []
        for email in document["emails"]?.arrayValue ?? [] {
            if let address = email["value"]?.stringValue { addresses.append(try address.checkIndexed("emails.value")) }
        }
        return addresses
    }

    private static func enterprise(_ attribute: String) -> String {
        "\(SchemaURN.enterpriseUser.lowercased()):\(attribute)"
    }
}
