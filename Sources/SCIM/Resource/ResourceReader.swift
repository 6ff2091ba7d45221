public import StrictJSON

/// Reads the body of a create or a replacement (RFC 7644 §3.3, §3.5.1).
public enum ResourceReader {
    /// Reads a resource of a type.
    ///
    /// Names match in any case. Extension data may stand under its URN, or each attribute under its full URN; core
    /// attributes may stand under the core URN; `name.givenName` is taken as a key. Read-only and unknown attributes
    /// are left out, the unknown ones reported.
    ///
    /// - Throws: `invalidSyntax` when the body is no object or gives an attribute twice; `invalidValue`, naming the path, for missing required
    ///   attributes, wrong types, two primary values, limits, and a missing or foreign `schemas`.
    public static func read(
        _ body: JSON, as schema: ResourceSchema, options: ReadOptions = .standard
    ) throws(SCIMError) -> ReadResource {
        guard case .object(let object) = body else { throw .invalidSyntax("The body must be a JSON object.") }
        var reading = Reading(schema: schema, values: ValueReader(options: options))
        if options.schemas != .none { try reading.checkSchemas(of: object) }
        try reading.members(object)
        return try reading.result()
    }
}

private struct Reading {
    let schema: ResourceSchema
    var values: ValueReader
    var given = GivenAttributes()
    var core = JSONObject()
    var extensions: [String: JSONObject] = [:]

    /// URNs of earlier drafts that clients still name in place of the core schema.
    static let outdatedCoreURNs = ["urn:scim:schemas:core:2.0", "urn:scim:schemas:core:1.0"]

    /// The same of the enterprise extension.
    static let outdatedEnterpriseURNs = [
        "urn:scim:schemas:extension:enterprise:2.0", "urn:scim:schemas:extension:enterprise:1.0",
    ]

    func checkSchemas(of object: JSONObject) throws(SCIMError) {
        let listed = object["schemas"] ?? object.first { $0.key.equalsIgnoringASCIICase("schemas") }?.value
        guard let listed, !listed.isUnassigned else {
            if values.options.schemas == .ifGiven { return }
            throw .invalidValue("'schemas' is required.")
        }
        guard case .array(let urns) = listed else { throw .invalidValue("'schemas' must be a list of URNs.") }
        var namesCore = false
        for urn in urns {
            guard case .string(let text) = urn else { throw .invalidValue("'schemas' must be a list of URNs.") }
            namesCore =
                namesCore || schema.isCore(text)
                || Self.outdatedCoreURNs.contains { $0.equalsIgnoringASCIICase(text) }
        }
        guard namesCore else { throw .invalidValue("'schemas' must hold \(schema.core.id).") }
    }

    mutating func members(_ object: JSONObject) throws(SCIMError) {
        for (key, value) in object {
            if let attribute = schema.coreTable[key] {
                try set(attribute, value)
            } else if key.utf8.contains(UInt8(ascii: ":")) {
                try qualified(key, value)
            } else if let path = AttributePath(lenient: key), path.subAttribute != nil,
                let attribute = schema.attribute(for: path)
            {
                try set(attribute, value)
            } else {
                try values.ignore(key)
            }
        }
    }

    private mutating func qualified(_ key: String, _ value: JSON) throws(SCIMError) {
        let isOutdated = Self.outdatedEnterpriseURNs.contains { $0.equalsIgnoringASCIICase(key) }
        if let table = schema.extensionTable(isOutdated ? SchemaURN.enterpriseUser : key) {
            guard !value.isUnassigned else { return }
            guard case .object(let object) = value else { throw .invalidValue("'\(table.urn)' must be an object.") }
            for (name, value) in object {
                if let attribute = table.table[name] {
                    try set(attribute, value)
                } else if let path = AttributePath(lenient: "\(table.urn):\(name)"),
                    let attribute = schema.attribute(for: path)
                {
                    try set(attribute, value)
                } else {
                    try values.ignore("\(table.urn):\(name)")
                }
            }
        } else if schema.isCore(key), case .object(let object) = value {
            for (name, value) in object {
                if let attribute = schema.coreTable[name] {
                    try set(attribute, value)
                } else {
                    try values.ignore("\(schema.core.id):\(name)")
                }
            }
        } else if let path = AttributePath(lenient: key), let attribute = schema.attribute(for: path) {
            try set(attribute, value)
        } else {
            try values.ignore(key)
        }
    }

    private mutating func set(_ attribute: ResolvedAttribute, _ json: JSON) throws(SCIMError) {
        try given.note(attribute, json)
        if attribute.isReadOnly || !attribute.isExtension && attribute.path.attribute == "schemas" { return }
        if let parent = attribute.parent, parent.multiValued {
            return try values.ignore(attribute.path.description)
        }
        guard let value = try values.value(json, for: attribute) else { return }
        if attribute.isExtension {
            extensions[attribute.schema, default: JSONObject()].put(value, at: attribute.path)
        } else {
            core.put(value, at: attribute.path)
        }
    }

    func result() throws(SCIMError) -> ReadResource {
        var attributes = JSONObject()
        attributes.reserveCapacity(core.count + extensions.count + 1)
        attributes.appendUnchecked("schemas", .array([]))
        var urns: [JSON] = [.string(schema.core.id)]
        var password: String?
        for (key, value) in core {
            if key == "password" {
                password = value.stringValue
            } else {
                attributes.appendUnchecked(key, value)
            }
        }
        for one in schema.extensions {
            guard let data = extensions[one.schema.id] else {
                if one.required, values.options.requiresAll { throw .invalidValue("'\(one.schema.id)' is required.") }
                continue
            }
            urns.append(.string(one.schema.id))
            attributes.appendUnchecked(one.schema.id, .object(data))
        }
        attributes["schemas"] = .array(urns)
        if values.options.requiresAll { try schema.checkRequired(attributes, hasPassword: password != nil) }
        return ReadResource(
            attributes: attributes, ignored: values.ignored, dropped: values.dropped, password: password)
    }
}

extension ResourceSchema {
    /// Checks that the attributes clients must give are there, and more than white space.
    func checkRequired(_ resource: JSONObject, hasPassword: Bool = false) throws(SCIMError) {
        for attribute in requiredAttributes { try check(attribute, in: resource, hasPassword: hasPassword) }
        for one in extensions {
            guard let data = resource[one.schema.id]?.objectValue else { continue }
            for attribute in attributes(ofExtension: one.schema.id) { try check(attribute, in: data) }
        }
    }

    private func check(
        _ attribute: ResolvedAttribute, in container: JSONObject, hasPassword: Bool = false
    ) throws(SCIMError) {
        guard attribute.definition.required, attribute.definition.mutability != .readOnly else { return }
        if hasPassword, attribute.name == "password" { return }
        guard let value = container[attribute.name] else { throw .invalidValue("'\(attribute.path)' is required.") }
        if let text = value.stringValue, text.isBlank {
            throw .invalidValue("'\(attribute.path)' must not be blank.")
        }
    }
}

extension JSONObject {
    /// Sets the value of an attribute, or of a sub-attribute inside its object.
    mutating func put(_ value: JSON, at path: AttributePath) {
        guard let part = path.subAttribute else {
            // Dotted keys may have come before the object they belong to.
            self[path.attribute] = self[path.attribute]?.merging(value) ?? value
            return
        }
        var object = self[path.attribute]?.objectValue ?? JSONObject()
        object[part] = value
        self[path.attribute] = .object(object)
    }
}
