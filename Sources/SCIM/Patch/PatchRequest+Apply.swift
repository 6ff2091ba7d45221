public import StrictJSON

extension PatchRequest {
    /// Applies the operations in order, all or none (RFC 7644 §3.5.2), to a resource in canonical spelling.
    ///
    /// Unknown attributes are left out and reported in `PatchResult.ignored`, as they are when a resource is read: clients
    /// put all changes into one request, the one that disables a user among them. A patch of nothing but unknown paths
    /// is refused, since there is nothing that its success could mean.
    ///
    /// - Throws: `mutability` for read-only targets and for removals of what is required, `noTarget` when a value path
    ///   finds nothing and nothing can be made, `invalidPath` for broken paths and for unknown ones alone, `invalidFilter`, and
    ///   `invalidValue` for values that do not fit.
    public func apply(
        to resource: JSONObject, schema: ResourceSchema, options: PatchOptions = .standard
    ) throws(SCIMError) -> PatchResult {
        var application = PatchApplication(resource: resource, schema: schema, options: options)
        var passedOver = 0
        for operation in operations where try !application.apply(operation) { passedOver += 1 }
        try application.refuse(ifNothingBut: passedOver, of: self)
        return application.result(since: resource)
    }
}

extension PatchRequest {
    /// Checks what can be said of the patch whatever resource it is for, so that a wrong one is refused as that even
    /// when there is no such resource.
    ///
    /// - Throws: as `apply(to:schema:options:)`, except for what only a resource can tell, such as `noTarget`.
    public func check(schema: ResourceSchema, options: PatchOptions = .standard) throws(SCIMError) {
        var application = PatchApplication(resource: JSONObject(), schema: schema, options: options)
        var passedOver = 0
        for operation in operations {
            do throws(SCIMError) {
                if try !application.apply(operation) { passedOver += 1 }
            } catch {
                guard error.scimType == .noTarget else { throw error }
            }
        }
        try application.refuse(ifNothingBut: passedOver, of: self)
    }
}

/// A resource on its way through a patch.
struct PatchApplication {
    var resource: JSONObject
    let schema: ResourceSchema
    let options: PatchOptions
    var values: ValueReader
    var password = PasswordChange.unchanged

    init(resource: JSONObject, schema: ResourceSchema, options: PatchOptions) {
        self.resource = resource
        self.schema = schema
        self.options = options
        values = ValueReader(options: options.values)
    }

    /// Refuses a patch of which every operation was left out.
    func refuse(ifNothingBut passedOver: Int, of patch: PatchRequest) throws(SCIMError) {
        guard patch.operations.isEmpty || patch.isPart || passedOver < patch.operations.count else {
            throw .invalidPath("'\(values.ignored.first ?? "")' is not an attribute.")
        }
    }

    /// Does one operation; false when it was left out since its path is unknown.
    mutating func apply(_ operation: PatchOperation) throws(SCIMError) -> Bool {
        var given = GivenAttributes()
        guard let path = operation.path else {
            try applyMembers(of: operation.value ?? .null, operation.op, &given)
            return true
        }
        if path.valueFilter == nil, path.attribute.schema != nil {
            let text = path.attribute.description
            if let urn = schema.extensionURN(text) {
                try applyWhole(extension: urn, operation, &given)
                return true
            }
            if schema.isCore(text) {
                guard operation.op != .remove else { throw .mutability("The resource itself cannot be removed so.") }
                try applyMembers(of: operation.value ?? .null, operation.op, &given)
                return true
            }
        }
        guard let attribute = target(of: path) else {
            if options.values.refusesUnknown { throw .invalidPath("'\(path)' is not an attribute.") }
            try values.ignore(path.description)
            return false
        }
        try apply(operation.op, operation.value, to: attribute, path)
        return true
    }

    /// The attribute of a path; nil when it, or the sub-attribute after the brackets, is unknown.
    private func target(of path: PatchPath) -> ResolvedAttribute? {
        guard let attribute = schema.attribute(for: path.attribute) else { return nil }
        guard let name = path.subAttribute, !attribute.subAttributes.isEmpty else { return attribute }
        return attribute.subAttribute(named: name) == nil ? nil : attribute
    }

    /// An object without a path: each member is a target of its own, and those only the server writes are left alone.
    private mutating func applyMembers(
        of json: JSON, _ op: PatchOp, _ given: inout GivenAttributes
    ) throws(SCIMError) {
        guard case .object(let object) = json else {
            throw .invalidValue("Without a path the value must be an object.")
        }
        for (key, value) in object {
            if let attribute = schema.coreTable[key] {
                try given.note(attribute, value)
                try applyUnlessReadOnly(op, value, to: attribute)
            } else if schema.isCore(key) {
                try applyMembers(of: value, op, &given)
            } else if let urn = schema.extensionURN(key) {
                try applyWhole(extension: urn, PatchOperation(op, value: value), &given)
            } else if let path = try? PatchPath(parsing: key), let attribute = target(of: path),
                path.valueFilter != nil || path.attribute.schema != nil || path.attribute.subAttribute != nil
            {
                try given.note(attribute, path, value)
                try applyUnlessReadOnly(op, value, to: attribute, path)
            } else {
                try values.ignore(key)
            }
        }
    }

    private mutating func applyUnlessReadOnly(
        _ op: PatchOp, _ value: JSON, to attribute: ResolvedAttribute, _ path: PatchPath? = nil
    ) throws(SCIMError) {
        guard !attribute.isReadOnly else { return }
        try apply(op, value, to: attribute, path ?? PatchPath(attribute: attribute.path))
    }

    private mutating func applyWhole(
        extension urn: String, _ operation: PatchOperation, _ given: inout GivenAttributes
    ) throws(SCIMError) {
        let value = operation.value ?? .null
        if operation.op == .remove || value.isNull {
            if schema.extensionTable(urn)?.required == true { throw .mutability("'\(urn)' is required.") }
            for attribute in schema.attributes(ofExtension: urn)
            where attribute.isReadOnly && resource[urn]?[attribute.name] != nil {
                throw .mutability("'\(attribute.path)' cannot be changed.")
            }
            resource.removeValue(forKey: urn)
            return
        }
        guard case .object(let object) = value else { throw .invalidValue("'\(urn)' must be an object.") }
        for (key, value) in object {
            let path = AttributePath(lenient: key).map {
                AttributePath(schema: urn, attribute: $0.attribute, subAttribute: $0.subAttribute)
            }
            if let path, let attribute = schema.attribute(for: path) {
                try given.note(attribute, value)
                try applyUnlessReadOnly(operation.op, value, to: attribute)
            } else {
                try values.ignore("\(urn):\(key)")
            }
        }
    }

    private mutating func apply(
        _ op: PatchOp, _ value: JSON?, to attribute: ResolvedAttribute, _ path: PatchPath
    ) throws(SCIMError) {
        guard !attribute.isReadOnly else { throw .mutability("'\(attribute.path)' cannot be changed.") }
        if !attribute.isExtension, attribute.path.attribute == "schemas" {
            // `schemas` follows the data, so writing it changes nothing.
            guard op != .remove else { throw .mutability("'schemas' is required.") }
            return
        }
        if !attribute.isExtension, attribute.path.attribute == "password" {
            return try applyPassword(op, value, attribute)
        }
        if op != .remove, let value, values.drops(value, of: attribute) { return }
        if let filter = path.valueFilter {
            try applyElements(op, value, of: attribute, filter: filter, part: path.subAttribute)
        } else if let parent = attribute.parent {
            if parent.multiValued {
                try applyPart(op, value, ofAllElements: attribute)
            } else {
                try applyPart(op, value, attribute)
            }
        } else if attribute.definition.multiValued {
            try applyList(op, value, attribute)
        } else if attribute.definition.type == .complex {
            try applyComplex(op, value, attribute)
        } else {
            try applySimple(op, value, attribute)
        }
    }

    private mutating func applyPassword(
        _ op: PatchOp, _ json: JSON?, _ attribute: ResolvedAttribute
    ) throws(SCIMError) {
        guard op != .remove, let text = try values.value(json ?? .null, for: attribute)?.stringValue else {
            password = .removed
            return
        }
        password = .set(text)
    }

    /// Ends the patch: `schemas` follows the data (RFC 7643 §3), and what differs is told.
    func result(since before: JSONObject) -> PatchResult {
        var after = resource
        var changedPaths: [String] = []
        func compare(_ old: JSONObject, _ new: JSONObject, prefix: String) {
            for (key, value) in old where new[key] != value { changedPaths.append(prefix + key) }
            for (key, _) in new where old[key] == nil { changedPaths.append(prefix + key) }
        }
        let urns = schema.extensions.map(\.schema.id).filter { before[$0] != nil || after[$0] != nil }
        var oldCore = before
        var newCore = after
        for key in urns + ["schemas"] {
            oldCore.removeValue(forKey: key)
            newCore.removeValue(forKey: key)
        }
        compare(oldCore, newCore, prefix: "")
        for urn in urns {
            compare(before[urn]?.objectValue ?? [:], after[urn]?.objectValue ?? [:], prefix: urn + ":")
        }
        after["schemas"] = .array(
            ([schema.core.id] + schema.extensions.map(\.schema.id).filter { after[$0] != nil }).map { .string($0) })
        return PatchResult(
            resource: after, changed: !changedPaths.isEmpty || password != .unchanged, ignored: values.ignored,
            dropped: values.dropped, changedPaths: changedPaths, password: password)
    }
}
