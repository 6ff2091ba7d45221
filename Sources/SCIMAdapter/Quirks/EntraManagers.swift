import Domain
import SCIM
import StrictJSON

/// Entra ID removes a manager with a value filter, as if the attribute were a list:
/// `{"op":"remove","path":"manager[value eq \"0199…\"]"}`, in the request that also disables the person.
/// Source: reports of Entra's deprovisioning; RFC 7644 §3.5.2.2 has no filters on attributes with one value. What is
/// meant is: no manager any more, if it is this one.
enum EntraManagers {
    /// The patch with such removals written as the standard has them.
    static func meant(
        _ patch: PatchRequest, of user: User, _ document: JSONObject, _ schema: ResourceSchema
    ) -> PatchRequest {
        guard patch.operations.contains(where: { isRemoval($0, schema) }) else { return patch }
        let stored = document[SchemaURN.enterpriseUser]?["manager"]?["value"]?.stringValue
        let names = [stored, user.manager?.id.description]
        var meant = patch
        meant.operations = patch.operations.compactMap { operation in
            guard isRemoval(operation, schema), let path = operation.path else { return operation }
            guard case .comparison(_, .eq, .string(let value))? = path.valueFilter, names.contains(value) else {
                return nil
            }
            return PatchOperation(.remove, path: PatchPath(attribute: path.attribute))
        }
        return meant
    }

    private static func isRemoval(_ operation: PatchOperation, _ schema: ResourceSchema) -> Bool {
        guard operation.op == .remove, let path = operation.path, path.subAttribute == nil,
            case .comparison(let part, .eq, .string)? = path.valueFilter, part == AttributePath(attribute: "value"),
            let attribute = schema.attribute(for: path.attribute)
        else { return false }
        return attribute.schema == SchemaURN.enterpriseUser && attribute.name == "manager"
    }
}
