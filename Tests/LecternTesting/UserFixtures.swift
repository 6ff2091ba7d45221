package import Domain
package import StrictJSON

extension UserAttributes {
    /// A user with the given attributes beside a name.
    package static func named(
        _ userName: String, externalID: String? = nil, active: Bool = true, emails: [String] = [],
        manager: String? = nil, more: JSONObject = [:]
    ) -> UserAttributes {
        var document = JSONObject([
            ("schemas", .array([.string("urn:ietf:params:scim:schemas:core:2.0:User")])),
            ("userName", .string(userName)), ("active", .bool(active)),
        ])
        if let externalID { document["externalId"] = .string(externalID) }
        if !emails.isEmpty {
            document["emails"] = .array(
                emails.map { .object(JSONObject([("value", .string($0)), ("type", .string("work"))])) })
        }
        if let manager {
            document["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = .object(
                JSONObject([("manager", .object(JSONObject([("value", .string(manager))])))]))
        }
        for (key, value) in more { document[key] = value }
        return UserAttributes(
            userName: UserName(stored: userName), externalID: externalID, isActive: active, emails: emails,
            employeeNumber: nil, manager: manager, document: document)
    }
}
