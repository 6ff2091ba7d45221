import StrictJSON

/// With the expression `AppRoleAssignmentsComplex([appRoleAssignments])` Entra ID sends each role as JSON in a string:
/// `{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"18d1…\",\"value\":\"Admin\",\"displayName\":\"Admin\"}"}]}`.
/// Source: Microsoft's page on customizing application attributes. What is meant is what is inside.
enum EntraAppRoles {
    /// The attributes with such roles taken out of their strings, each value once.
    static func unwrapped(_ document: JSONObject) -> JSONObject {
        guard let roles = document["roles"]?.arrayValue,
            roles.contains(where: { $0["value"]?.stringValue?.hasPrefix("{") == true })
        else { return document }
        var seen: Set<String> = []
        var unwrapped = document
        unwrapped["roles"] = .array(
            roles.map(unwrapped(role:)).filter { role in
                role["value"]?.stringValue.map { seen.insert($0).inserted } ?? true
            })
        return unwrapped
    }

    private static func unwrapped(role: JSON) -> JSON {
        guard var object = role.objectValue, let text = object["value"]?.stringValue, text.hasPrefix("{"),
            let inner = try? JSON.parse(Array(text.utf8)), let value = inner["value"]?.stringValue
        else { return role }
        object["value"] = .string(value)
        if object["display"] == nil, let name = inner["displayName"]?.stringValue { object["display"] = .string(name) }
        return .object(object)
    }
}
