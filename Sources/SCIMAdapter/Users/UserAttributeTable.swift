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
        case "active": .field(.statedActive)
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

    /// The attributes of a user that the product itself uses, as a create, a replacement or a patch leaves them.
    ///
    /// - Parameter before: the user's attributes before the change; nil for a new user.
    static func attributes(
        _ document: JSONObject, before: JSONObject? = nil
    ) throws(SCIMError) -> UserAttributes {
        var document = EntraAppRoles.unwrapped(document)
        let name = try name(document, before: before)
        document["userName"] = .string(name.spelling)
        let isActive = Activity.next(stated: document["active"]?.boolValue, before: before?["active"]?.boolValue)
        document["active"] = .bool(isActive)
        let enterprise = document[SchemaURN.enterpriseUser]
        return UserAttributes(
            userName: name, externalID: try document["externalId"]?.stringValue?.checkIndexed("externalId"),
            isActive: isActive,
            emails: try emails(document),
            employeeNumber: try enterprise?["employeeNumber"]?.stringValue?.checkIndexed("employeeNumber"),
            manager: try manager(document, before: before), document: document)
    }

    /// The manager as the client calls them.
    private static func manager(_ document: JSONObject, before: JSONObject?) throws(SCIMError) -> String? {
        func named(_ document: JSONObject?) -> String? {
            document?[SchemaURN.enterpriseUser]?["manager"]?["value"]?.stringValue
        }
        guard let name = try named(document)?.checkIndexed("manager") else { return nil }
        // JSON that could not be read is nobody's name. What was stored before is no reason to refuse a change.
        guard !name.hasPrefix("{") && !name.hasPrefix("[") || name == named(before) else {
            throw .invalidValue("'\(SchemaURN.enterpriseUser):manager' must be an object with a value.")
        }
        return name
    }

    private static func name(_ document: JSONObject, before: JSONObject?) throws(SCIMError) -> UserName {
        let stated = try document["userName"]?.stringValue?.checkIndexed("userName") ?? ""
        do { return try UserName(stated: stated, before: before?["userName"]?.stringValue) } catch {
            throw SCIMError(error)
        }
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
