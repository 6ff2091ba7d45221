import SCIM
import StrictJSON

/// Apache Syncope's SCIM connector puts a dot between the URN of a schema and the attribute, where RFC 7644 §3.10 has a
/// colon:
/// `{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.employeeNumber","value":"56789"}`.
/// No attribute is called so, and nothing else can be meant.
struct DottedURN {
    let schema: ResourceSchema

    /// The body of a patch, its paths and the names in objects without a path spelled as in the standard.
    func patch(_ body: JSON) -> JSON { body.mappingOperations(operation) }

    private func operation(_ operation: JSONObject) -> JSONObject? {
        if let (name, value) = operation.member("path"), let text = value.stringValue, !text.isEmpty {
            guard let path = path(text) else { return nil }
            var result = operation
            result[name] = .string(path)
            return result
        }
        guard let (name, value) = operation.member("value"), let object = value.objectValue,
            object.contains(where: { path($0.key) != nil })
        else { return nil }
        var result = operation
        // A name that is there twice now is the engine's to refuse.
        var members = JSONObject()
        for (key, value) in object { members.appendUnchecked(path(key) ?? key, value) }
        result[name] = .object(members)
        return result
    }

    /// The path with a colon behind its URN; nil when it has none of ours with a dot.
    private func path(_ text: String) -> String? {
        guard text.utf8.contains(UInt8(ascii: ":")) else { return nil }
        for urn in [schema.core.id] + schema.extensions.map(\.schema.id) {
            let dotted = urn.lowercased() + "."
            guard text.utf8.count > dotted.utf8.count, text.lowercased().hasPrefix(dotted) else { continue }
            return urn + ":" + text.dropFirst(dotted.count)
        }
        return nil
    }
}
