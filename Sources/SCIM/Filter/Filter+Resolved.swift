extension Filter {
    /// Binds the filter to a resource type.
    ///
    /// Strings stand for Booleans (`"True"`) and whole numbers for strings, as clients send both. A complex attribute
    /// is compared by its `value`.
    ///
    /// - Throws: `invalidFilter` for unknown attributes, attributes that are never returned, and comparisons that the
    ///   type does not allow (RFC 7644 §3.4.2.2, table 3).
    public func resolved(against schema: ResourceSchema) throws(SCIMError) -> ResolvedFilter {
        try resolved { path in schema.attribute(for: path) }
    }

    /// Binds what stood between the brackets of a value path to the sub-attributes of its attribute.
    func resolved(within attribute: ResolvedAttribute) throws(SCIMError) -> ResolvedFilter {
        try resolved { path in
            path.schema == nil && path.subAttribute == nil ? attribute.subAttribute(named: path.attribute) : nil
        }
    }

    private func resolved(
        _ find: (AttributePath) -> ResolvedAttribute?
    ) throws(SCIMError) -> ResolvedFilter {
        switch self {
        case .comparison(let path, let op, let value):
            return try Self.comparison(try Self.filterable(path, find), op, value)
        case .present(let path): return .present(try Self.filterable(path, find))
        case .and(let filters): return .and(try Self.resolved(filters, find))
        case .or(let filters): return .or(try Self.resolved(filters, find))
        case .not(let filter): return .not(try filter.resolved(find))
        case .valuePath(let path, let filter):
            let attribute = try Self.filterable(path, find)
            guard attribute.definition.type == .complex else {
                throw .invalidFilter("'\(path)' has no sub-attributes.")
            }
            return .valuePath(attribute, try filter.resolved(within: attribute))
        }
    }

    private static func resolved(
        _ filters: [Filter], _ find: (AttributePath) -> ResolvedAttribute?
    ) throws(SCIMError) -> [ResolvedFilter] {
        var resolved: [ResolvedFilter] = []
        resolved.reserveCapacity(filters.count)
        for filter in filters { resolved.append(try filter.resolved(find)) }
        return resolved
    }

    private static func filterable(
        _ path: AttributePath, _ find: (AttributePath) -> ResolvedAttribute?
    ) throws(SCIMError) -> ResolvedAttribute {
        guard let attribute = find(path) else { throw .invalidFilter("'\(path)' is not an attribute.") }
        // A filter on a secret would tell it letter by letter (RFC 7644 §7.5).
        guard !attribute.isNeverReturned, attribute.definition.mutability != .writeOnly else {
            throw .invalidFilter("'\(path)' cannot be used in a filter.")
        }
        return attribute
    }

    private static func comparison(
        _ named: ResolvedAttribute, _ op: CompareOperator, _ value: CompareValue
    ) throws(SCIMError) -> ResolvedFilter {
        if value == .null {
            switch op {
            case .eq: return .not(.present(named))
            case .ne: return .present(named)
            case .co, .sw, .ew, .gt, .ge, .lt, .le:
                throw .invalidFilter("'\(named.path)' cannot be compared with null by '\(op.rawValue)'.")
            }
        }
        var attribute = named
        if named.definition.type == .complex {
            guard let part = named.subAttribute(named: "value") else {
                throw .invalidFilter("'\(named.path)' is complex; name one of its sub-attributes.")
            }
            attribute = part
        }
        let type = attribute.definition.type
        guard type.allows(op) else {
            throw .invalidFilter("'\(op.rawValue)' cannot be used with '\(named.path)', which is \(type.rawValue).")
        }
        guard let resolved = type.value(value, op) else {
            throw .invalidFilter("The value compared with '\(named.path)' is not \(type.rawValue).")
        }
        return .comparison(ResolvedComparison(attribute: attribute, op: op, value: resolved))
    }
}

extension AttributeType {
    /// Whether values of the type can be compared so (RFC 7644 table 3).
    func allows(_ op: CompareOperator) -> Bool {
        switch (op, self) {
        case (.eq, .complex), (.ne, .complex): false
        case (.eq, _), (.ne, _): true
        case (.co, .string), (.sw, .string), (.ew, .string): true
        case (.co, .reference), (.sw, .reference), (.ew, .reference): true
        case (.co, .binary), (.sw, .binary), (.ew, .binary): true
        case (.co, _), (.sw, _), (.ew, _): false
        case (.gt, .boolean), (.ge, .boolean), (.lt, .boolean), (.le, .boolean): false
        case (.gt, .binary), (.ge, .binary), (.lt, .binary), (.le, .binary): false
        case (.gt, .complex), (.ge, .complex), (.lt, .complex), (.le, .complex): false
        case (.gt, _), (.ge, _), (.lt, _), (.le, _): true
        }
    }

    /// A written value as a value of the type, or nil when it does not fit.
    ///
    /// A whole number stands for a string where it is looked for, since clients leave out its quotes; the order of a
    /// string and a number is not defined (RFC 7644 §3.4.2.2).
    func value(_ value: CompareValue, _ op: CompareOperator) -> ResolvedValue? {
        switch (self, value) {
        case (.string, .string(let text)), (.reference, .string(let text)), (.binary, .string(let text)):
            .string(text)
        case (.string, .integer(let number)), (.reference, .integer(let number)):
            op.isOrdering ? nil : .string(String(number))
        case (.boolean, .boolean(let value)): .boolean(value)
        case (.boolean, .string(let text)): Bool(clientText: text).map { .boolean($0) }
        case (.integer, .integer(let number)), (.decimal, .integer(let number)): .integer(number)
        case (.integer, .decimal(let number)), (.decimal, .decimal(let number)): .decimal(number)
        case (.integer, .string(let text)), (.decimal, .string(let text)):
            Int64(text).map { .integer($0) } ?? Double(text).flatMap { $0.isFinite ? .decimal($0) : nil }
        case (.dateTime, .string(let text)): SCIMDateTime(parsing: text).map { .dateTime($0) }
        case (.string, _), (.reference, _), (.binary, _), (.boolean, _), (.integer, _), (.decimal, _),
            (.dateTime, _), (.complex, _):
            nil
        }
    }
}

extension Bool {
    /// Reads `True`, `false` and the like: clients send Booleans as text in any case.
    init?(clientText text: String) {
        if text.equalsIgnoringASCIICase("true") {
            self = true
        } else if text.equalsIgnoringASCIICase("false") {
            self = false
        } else {
            return nil
        }
    }
}
