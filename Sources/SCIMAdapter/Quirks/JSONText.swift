import SCIM
import StrictJSON

/// Clients that keep attribute values as text write lists and objects as JSON inside a string:
///
/// - scim-for-keycloak 3.10, to a group that exists: `{"op":"replace","value":"{\"externalId\":…,\"displayName\":…}"}`
/// - the library below it (SCIM-SDK): `{"op":"replace","path":"members","value":"[{\"value\":\"0199…\"}]"}`
/// - Entra ID with `AppRoleAssignmentsComplex`: `{"op":"Add","path":"roles","value":["{\"value\":\"Admin\"}"]}`
///
/// If the schema has an object or a list of objects, such a string is read as the JSON that it holds. A string that is
/// no complete JSON stays a string, which the engine then checks.
struct JSONText {
    let schema: ResourceSchema
    let limits: JSONLimits

    /// The body of a create or a replacement.
    func resource(_ body: JSON) -> JSON {
        guard case .object(let object) = body, let read = members(object) else { return body }
        return .object(read)
    }

    /// The body of a patch.
    func patch(_ body: JSON) -> JSON { body.mappingOperations(operation) }

    // MARK: What holds something else than it seems; nil for what is as it seems

    private func operation(_ operation: JSONObject) -> JSONObject? {
        guard let (name, given) = operation.member("value") else { return nil }
        guard let read = value(given, at: operation.member("path")?.value.stringValue ?? "") else { return nil }
        var object = operation
        object[name] = read
        return object
    }

    private func value(_ value: JSON, at text: String) -> JSON? {
        if text.isEmpty || schema.isCore(text) { return container(value, of: nil) }
        if let urn = schema.extensionURN(text) { return container(value, of: urn) }
        guard let path = try? PatchPath(parsing: text), path.subAttribute == nil else { return nil }
        return self.value(value, of: path.attribute)
    }

    /// An object with attributes of the core schema, or of an extension.
    private func container(_ value: JSON, of urn: String?) -> JSON? {
        if case .object(let object) = value { return members(object, of: urn).map { .object($0) } }
        guard case .object(let object)? = content(value) else { return nil }
        return .object(members(object, of: urn) ?? object)
    }

    private func members(_ object: JSONObject, of urn: String? = nil) -> JSONObject? {
        var result = object
        var isChanged = false
        for (name, value) in object {
            guard let read = member(name, value, of: urn) else { continue }
            result[name] = read
            isChanged = true
        }
        return isChanged ? result : nil
    }

    private func member(_ name: String, _ value: JSON, of urn: String?) -> JSON? {
        switch value {
        case .null, .bool, .integer, .decimal: return nil
        case .object, .string, .array: break
        }
        if name.utf8.contains(UInt8(ascii: ":")) {
            if schema.isCore(name) { return container(value, of: nil) }
            if let urn = schema.extensionURN(name) { return container(value, of: urn) }
        }
        guard let path = try? AttributePath(parsing: name) else { return nil }
        return self.value(
            value,
            of: AttributePath(schema: path.schema ?? urn, attribute: path.attribute, subAttribute: path.subAttribute))
    }

    private func value(_ value: JSON, of path: AttributePath) -> JSON? {
        let read: JSON?
        switch value {
        case .string: read = content(value)
        case .array(let elements): read = self.elements(elements)
        case .null, .bool, .integer, .decimal, .object: read = nil
        }
        guard let read, schema.attribute(for: path)?.definition.type == .complex else { return nil }
        if case .array(let inner) = read { return elements(inner) ?? read }
        return read
    }

    private func elements(_ elements: [JSON]) -> JSON? {
        var result = elements
        var isChanged = false
        for (index, element) in elements.enumerated() {
            guard case .object(let object)? = content(element) else { continue }
            result[index] = .object(object)
            isChanged = true
        }
        return isChanged ? .array(result) : nil
    }

    /// The object or list that a string holds.
    private func content(_ value: JSON) -> JSON? {
        guard case .string(let text) = value, let first = text.utf8.first(where: { $0 > 0x20 }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "["), let json = try? JSON.parse(text, limits: limits)
        else { return nil }
        switch json {
        case .object, .array: return json
        case .null, .bool, .integer, .decimal, .string: return nil
        }
    }
}
