import StrictJSON

extension PatchRequest {
    /// Takes the operations on one reference list, such as `members`, out of the patch, so that they can be done
    /// without reading the list.
    ///
    /// Understood are values as a list, as one object and as null; `members[value eq "…"]`, also joined by `or`;
    /// a removal with values; and the list as a member of a path-less object.
    ///
    /// - Returns: the rest of the patch, perhaps without operations, and the changes in order.
    /// - Throws: `invalidValue` for references without an id, `invalidFilter` for a filter on more than ids, and
    ///   `mutability` for changes inside a reference.
    public func split(
        multiValued name: String
    ) throws(SCIMError) -> (rest: PatchRequest, members: [MembershipOperation]) {
        var rest: [PatchOperation] = []
        var members: [MembershipOperation] = []
        let split = MembershipSplit(name: name)
        for operation in operations {
            if let path = operation.path {
                if split.names(path.attribute) {
                    members += try split.operations(operation, path)
                } else if case .object(let object)? = operation.value, path.valueFilter == nil, split.isCore(path) {
                    rest += try split.rest(of: object, operation, into: &members)
                } else {
                    rest.append(operation)
                }
            } else if case .object(let object)? = operation.value {
                rest += try split.rest(of: object, operation, into: &members)
            } else {
                rest.append(operation)
            }
        }
        var part = PatchRequest(operations: rest)
        part.isPart = isPart || !members.isEmpty
        return (part, members)
    }
}

private struct MembershipSplit {
    let name: String

    func names(_ path: AttributePath) -> Bool {
        path.attribute.equalsIgnoringASCIICase(name) && (path.schema.map(isCoreURN) ?? true)
    }

    /// Whether a path is the URN of the core schema itself.
    func isCore(_ path: PatchPath) -> Bool { isCoreURN(path.attribute.description) }

    private func isCoreURN(_ urn: String) -> Bool {
        [SchemaURN.group, SchemaURN.user].contains { $0.equalsIgnoringASCIICase(urn) }
    }

    /// Takes the list out of a path-less object and gives back what is left of the operation.
    func rest(
        of object: JSONObject, _ operation: PatchOperation, into members: inout [MembershipOperation]
    ) throws(SCIMError) -> [PatchOperation] {
        var given: Set<PatchPath> = []
        let left = try rest(of: object, operation.op, into: &members, &given)
        if given.isEmpty { return [operation] }
        return left.isEmpty ? [] : [PatchOperation(operation.op, path: operation.path, value: .object(left))]
    }

    private func rest(
        of object: JSONObject, _ op: PatchOp, into members: inout [MembershipOperation], _ given: inout Set<PatchPath>
    ) throws(SCIMError) -> JSONObject {
        var left = JSONObject()
        left.reserveCapacity(object.count)
        for (key, value) in object {
            if isCoreURN(key), case .object(let inner) = value {
                let kept = try rest(of: inner, op, into: &members, &given)
                if !kept.isEmpty { left.appendUnchecked(key, .object(kept)) }
            } else if let path = try? PatchPath(parsing: key), names(path.attribute) {
                let place = PatchPath(
                    attribute: AttributePath(attribute: name, subAttribute: path.attribute.subAttribute),
                    valueFilter: path.valueFilter, subAttribute: path.subAttribute?.asciiLowercased)
                guard given.insert(place).inserted else { throw .givenTwice(key) }
                members += try operations(PatchOperation(op, path: path, value: value), path)
            } else {
                left.appendUnchecked(key, value)
            }
        }
        return left
    }

    func operations(_ operation: PatchOperation, _ path: PatchPath) throws(SCIMError) -> [MembershipOperation] {
        if let part = path.subAttribute ?? path.attribute.subAttribute {
            guard operation.op == .add, path.valueFilter == nil, part.equalsIgnoringASCIICase("value") else {
                throw .mutability("'\(path)' cannot be changed; remove the reference and add another.")
            }
            return added(try references(operation.value))
        }
        if let filter = path.valueFilter {
            let chosen = try ids(in: filter).map { MemberReference(value: $0) }
            switch operation.op {
            case .remove: return [.remove(chosen)]
            case .add:
                let given = try references(operation.value)
                return added(given.isEmpty ? chosen : given)
            case .replace:
                let given = try references(operation.value)
                return given.isEmpty ? [.remove(chosen)] : [.exchange(chosen, for: given)]
            }
        }
        switch operation.op {
        case .add: return added(try references(operation.value))
        case .replace:
            let given = try references(operation.value)
            return [given.isEmpty ? .removeAll : .replace(given)]
        case .remove:
            guard let value = operation.value, !value.isNull, value != .string("") else { return [.removeAll] }
            let given = try references(value)
            return given.isEmpty ? [] : [.remove(given)]
        }
    }

    private func added(_ references: [MemberReference]) -> [MembershipOperation] {
        references.isEmpty ? [] : [.add(references)]
    }

    private func references(_ json: JSON?) throws(SCIMError) -> [MemberReference] {
        switch json {
        case nil, .null, .string(""): return []
        case .array(let elements):
            var references: [MemberReference] = []
            references.reserveCapacity(elements.count)
            var seen: Set<String> = []
            for element in elements where !element.isNull {
                let reference = try reference(element)
                if seen.insert(reference.value).inserted { references.append(reference) }
            }
            return references
        case .object(let object) where object.isEmpty: return []
        case .object(let one): return [try reference(.object(one))]
        case .string(let text):
            guard !text.isBlank else { throw .invalidValue("'\(name)' must be a list of references.") }
            return [MemberReference(value: text, isPlain: true)]
        case .bool, .integer, .decimal: throw .invalidValue("'\(name)' must be a list of references.")
        }
    }

    private func reference(_ json: JSON) throws(SCIMError) -> MemberReference {
        guard case .object(let object) = json else { throw .invalidValue("'\(name)' must hold objects with a value.") }
        let message = try Message(object)
        guard case .string(let value)? = message["value"], !value.isBlank else {
            throw .invalidValue("'\(name)' has an element without a value.")
        }
        return MemberReference(value: value, type: try text("type", message), display: try text("display", message))
    }

    private func text(_ part: String, _ message: Message) throws(SCIMError) -> String? {
        switch message[part] {
        case nil, .null, .string(""): return nil
        case .string(let text): return text
        case .bool, .integer, .decimal, .array, .object: throw .invalidValue("'\(name).\(part)' must be a string.")
        }
    }

    /// The ids a filter picks: `value eq "…"`, joined by `or`, each perhaps narrowed by `type eq "…"`.
    private func ids(in filter: Filter) throws(SCIMError) -> [String] {
        switch filter {
        case .comparison(let path, .eq, .string(let id)) where path == AttributePath(attribute: "value"): return [id]
        case .comparison(let path, .eq, .integer(let id)) where path == AttributePath(attribute: "value"):
            return [String(id)]
        case .or(let filters):
            var ids: [String] = []
            for filter in filters { ids += try self.ids(in: filter) }
            return ids
        case .and(let filters):
            let isType = AttributePath(attribute: "type")
            let others = filters.filter {
                if case .comparison(let path, .eq, .string) = $0, path == isType { false } else { true }
            }
            guard others.count == 1 else { break }
            return try ids(in: others[0])
        case .comparison, .present, .not, .valuePath: break
        }
        throw .invalidFilter("Elements of '\(name)' are chosen by 'value eq' only.")
    }
}
