import StrictJSON

/// Operations on attributes that hold one value.
extension PatchApplication {
    /// The value of a top-level attribute.
    func current(_ attribute: ResolvedAttribute) -> JSON? {
        attribute.isExtension
            ? resource[attribute.schema]?[attribute.path.attribute] : resource[attribute.path.attribute]
    }

    /// Sets or clears a top-level attribute; an extension goes with its last attribute (RFC 7643 §3.3).
    mutating func store(_ value: JSON?, _ attribute: ResolvedAttribute) {
        guard attribute.isExtension else {
            resource[attribute.path.attribute] = value
            return
        }
        var data = resource[attribute.schema]?.objectValue ?? JSONObject()
        data[attribute.path.attribute] = value
        resource[attribute.schema] = data.isEmpty ? nil : .object(data)
    }

    mutating func applySimple(_ op: PatchOp, _ json: JSON?, _ attribute: ResolvedAttribute) throws(SCIMError) {
        let value = try changed(op, json, attribute, from: current(attribute))
        store(value, attribute)
    }

    /// A sub-attribute of a complex attribute with one value.
    mutating func applyPart(_ op: PatchOp, _ json: JSON?, _ part: ResolvedAttribute) throws(SCIMError) {
        let before = current(part)?.objectValue ?? JSONObject()
        var after = before
        after[part.name] = try changed(op, json, part, from: before[part.name])
        try storeComplex(after, before: before, part)
    }

    /// A complex attribute with one value: named sub-attributes are set, the others stay (RFC 7644 §3.5.2.1, §3.5.2.3).
    mutating func applyComplex(_ op: PatchOp, _ json: JSON?, _ attribute: ResolvedAttribute) throws(SCIMError) {
        let before = current(attribute)?.objectValue ?? JSONObject()
        if op == .remove || json?.isUnassigned != false && json != .object([:]) {
            try checkRemovable(attribute, byValue: op != .remove)
            for part in attribute.subAttributes where part.definition.mutability == .immutable {
                try checkImmutable(part, from: before[part.name], to: nil)
            }
            return store(nil, attribute)
        }
        var after = before
        if case .object(let object)? = json?.elementOfOne {
            try object.checkNamesDiffer()
            for (key, value) in object {
                guard let part = attribute.subAttribute(named: key) else {
                    try values.ignore("\(attribute.path).\(key)")
                    continue
                }
                guard !part.isReadOnly else { continue }
                after[part.name] = try changed(.replace, value, part, from: before[part.name])
            }
        } else if let value = try values.value(json ?? .null, for: attribute) {
            after = JSON.object(before).merging(value).objectValue ?? before
        }
        try storeComplex(after, before: before, attribute)
    }

    /// Stores a complex value, or clears it when nothing is left of it. A reference to someone else loses what was
    /// known of the one before.
    private mutating func storeComplex(
        _ changed: JSONObject, before: JSONObject, _ attribute: ResolvedAttribute
    ) throws(SCIMError) {
        var after = changed
        let definition = attribute.parent ?? attribute.definition
        if before["value"] != nil, after["value"] != before["value"] {
            for part in definition.subAttributes
            where part.mutability == .readOnly || part.name == "$ref" && after["$ref"] == before["$ref"] {
                after.removeValue(forKey: part.name)
            }
        }
        if after.isEmpty, definition.required { throw .mutability("'\(definition.name)' is required.") }
        store(after.isEmpty ? nil : .object(after), attribute)
    }

    /// The value of a simple attribute after an operation, nil when there is none any more.
    mutating func changed(
        _ op: PatchOp, _ json: JSON?, _ attribute: ResolvedAttribute, from before: JSON?
    ) throws(SCIMError) -> JSON? {
        var after: JSON?
        if op != .remove {
            after = try values.value(json?.unwrapped(for: attribute) ?? .null, for: attribute)
        }
        if let text = after?.stringValue, attribute.definition.required, text.isBlank { after = nil }
        if after == nil { try checkRemovable(attribute, byValue: op != .remove) }
        try checkImmutable(attribute, from: before, to: after)
        return after
    }

    /// Refuses to leave a required attribute without a value: `mutability` for a removal (RFC 7644 §3.5.2.2),
    /// `invalidValue` for an empty value.
    func checkRemovable(_ attribute: ResolvedAttribute, byValue: Bool) throws(SCIMError) {
        guard attribute.definition.required else { return }
        guard byValue else { throw .mutability("'\(attribute.path)' is required.") }
        throw .invalidValue("'\(attribute.path)' is required and must not be blank.")
    }

    /// Lets an immutable attribute be set once (RFC 7643 §7).
    func checkImmutable(_ attribute: ResolvedAttribute, from before: JSON?, to after: JSON?) throws(SCIMError) {
        guard attribute.definition.mutability == .immutable, let before, before != after else { return }
        throw .mutability("'\(attribute.path)' cannot be changed.")
    }
}

extension JSON {
    /// The only element of a list of one object, or the value itself.
    var elementOfOne: JSON {
        guard case .array(let elements) = self, elements.count == 1, case .object = elements[0] else { return self }
        return elements[0]
    }

    /// A simple value out of the wrappings old clients put around it: `[{"$ref": null, "value": x}]`, `{"active": x}`.
    func unwrapped(for attribute: ResolvedAttribute) -> JSON {
        switch self {
        case .array(let elements):
            guard elements.count == 1, let value = elements[0]["value"] else { return self }
            return value
        case .object(let object):
            guard object.count == 1, let (key, value) = object.first(where: { _ in true }),
                key.equalsIgnoringASCIICase(attribute.name)
            else { return self }
            return value
        case .null, .bool, .integer, .decimal, .string: return self
        }
    }
}
