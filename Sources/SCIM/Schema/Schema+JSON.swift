public import StrictJSON

extension Schema {
    /// The schema as a resource (RFC 7643 §7), with `meta`; the base location has no slash at its end.
    public func json(baseLocation: String) -> JSON {
        [
            "schemas": [.string(SchemaURN.schema)],
            "id": .string(id),
            "name": .string(name),
            "description": .string(description),
            "attributes": .array(attributes.map(\.json)),
            "meta": .meta("Schema", "\(baseLocation)/Schemas/\(id)"),
        ]
    }
}

extension AttributeDefinition {
    /// The definition with all its characteristics (RFC 7643 §7); lists that are empty are left out.
    public var json: JSON {
        var object: JSONObject = [
            "name": .string(name),
            "type": .string(type.rawValue),
            "multiValued": .bool(multiValued),
            "description": .string(description),
            "required": .bool(required),
        ]
        if !canonicalValues.isEmpty { object["canonicalValues"] = .array(canonicalValues.map { .string($0) }) }
        switch type {
        case .string, .reference, .binary: object["caseExact"] = .bool(caseExact)
        case .boolean, .decimal, .integer, .dateTime, .complex: break
        }
        object["mutability"] = .string(mutability.rawValue)
        object["returned"] = .string(returned.rawValue)
        switch type {
        case .boolean: break
        case .string, .reference, .binary, .decimal, .integer, .dateTime, .complex:
            object["uniqueness"] = .string(uniqueness.rawValue)
        }
        if !referenceTypes.isEmpty { object["referenceTypes"] = .array(referenceTypes.map { .string($0) }) }
        if !subAttributes.isEmpty { object["subAttributes"] = .array(subAttributes.map(\.json)) }
        return .object(object)
    }
}

extension ResourceSchema {
    /// The resource type as a resource (RFC 7643 §6), with `meta`; the base location has no slash at its end.
    public func json(baseLocation: String) -> JSON {
        [
            "schemas": [.string(SchemaURN.resourceType)],
            "id": .string(name),
            "name": .string(name),
            "description": .string(description),
            "endpoint": .string(endpoint),
            "schema": .string(core.id),
            "schemaExtensions": .array(
                extensions.map { ["schema": .string($0.schema.id), "required": .bool($0.required)] }),
            "meta": .meta("ResourceType", "\(baseLocation)/ResourceTypes/\(name)"),
        ]
    }
}

extension JSON {
    static func meta(_ resourceType: String, _ location: String) -> JSON {
        ["resourceType": .string(resourceType), "location": .string(location)]
    }
}
