public import StrictJSON

extension ResolvedFilter {
    /// Whether a resource in canonical spelling meets the filter (RFC 7644 §3.4.2.2).
    public func matches(_ resource: JSONObject) -> Bool {
        holds { attribute in attribute.values(in: resource) }
    }

    /// Whether one element of a complex attribute meets the filter of a value path.
    func matches(element: JSON) -> Bool {
        guard let object = element.objectValue else { return false }
        return holds { attribute in object[attribute.name].map { [$0] } ?? [] }
    }

    private func holds(_ values: (ResolvedAttribute) -> [JSON]) -> Bool {
        switch self {
        case .comparison(let comparison): return comparison.holds(values(comparison.attribute))
        case .present(let attribute): return values(attribute).contains { !$0.isUnassigned }
        case .and(let filters): return filters.allSatisfy { $0.holds(values) }
        case .or(let filters): return filters.contains { $0.holds(values) }
        case .not(let filter): return !filter.holds(values)
        case .valuePath(let attribute, let filter): return values(attribute).contains { filter.matches(element: $0) }
        }
    }
}

extension ResolvedComparison {
    func holds(_ values: [JSON]) -> Bool {
        let assigned = values.filter { !$0.isUnassigned }
        if op == .ne { return assigned.isEmpty || assigned.contains { order(of: $0) != .equal } }
        return assigned.contains { holds($0) }
    }

    private func holds(_ candidate: JSON) -> Bool {
        switch op {
        case .eq: order(of: candidate) == .equal
        case .ne: order(of: candidate) != .equal
        case .gt: order(of: candidate) == .greater
        case .ge: order(of: candidate) == .greater || order(of: candidate) == .equal
        case .lt: order(of: candidate) == .less
        case .le: order(of: candidate) == .less || order(of: candidate) == .equal
        case .co, .sw, .ew: holdsText(candidate)
        }
    }

    private func holdsText(_ candidate: JSON) -> Bool {
        guard case .string(let part) = value, case .string(let text) = candidate else { return false }
        let (whole, fragment) = isCaseExact ? (text, part) : (CaseFolding.fold(text), CaseFolding.fold(part))
        switch op {
        case .sw: return whole.utf8.starts(with: fragment.utf8)
        case .ew: return whole.utf8.reversed().starts(with: fragment.utf8.reversed())
        case .co, .eq, .ne, .gt, .ge, .lt, .le: return CaseFolding.contains(whole, fragment)
        }
    }

    private enum Order {
        case less, equal, greater, incomparable

        init<Value: Comparable>(_ a: Value, _ b: Value) {
            self = a < b ? .less : a == b ? .equal : .greater
        }
    }

    private func order(of candidate: JSON) -> Order {
        switch (value, candidate) {
        case (.boolean(let wanted), .bool(let value)): wanted == value ? .equal : .incomparable
        case (.integer(let wanted), .integer(let value)): Order(value, wanted)
        case (.integer(let wanted), .decimal(let value)): Order(value, Double(wanted))
        case (.decimal(let wanted), .integer(let value)): Order(Double(value), wanted)
        case (.decimal(let wanted), .decimal(let value)): Order(value, wanted)
        case (.string(let wanted), .string(let value)):
            isCaseExact ? Order(value, wanted) : Order(CaseFolding.fold(value), CaseFolding.fold(wanted))
        case (.dateTime(let wanted), .string(let value)):
            SCIMDateTime(parsing: value).map { Order($0, wanted) } ?? .incomparable
        case (.boolean, _), (.integer, _), (.decimal, _), (.string, _), (.dateTime, _): .incomparable
        }
    }
}

extension ResolvedAttribute {
    /// The values a resource in canonical spelling has for the attribute, lists laid flat.
    func values(in resource: JSONObject) -> [JSON] {
        guard let container = isExtension ? resource[schema]?.objectValue : resource,
            let top = container[path.attribute]
        else { return [] }
        let values = top.arrayValue ?? [top]
        guard let part = path.subAttribute else { return values }
        return values.flatMap { value -> [JSON] in
            guard let found = value[part] else { return [] }
            return found.arrayValue ?? [found]
        }
    }
}

extension JSON {
    /// Whether the value says that there is none (RFC 7643 §2.5); the empty string too, as clients mean it.
    var isUnassigned: Bool {
        switch self {
        case .null: true
        case .string(let text): text.isEmpty
        case .array(let values): values.isEmpty
        case .object(let object): object.isEmpty
        case .bool, .integer, .decimal: false
        }
    }
}
