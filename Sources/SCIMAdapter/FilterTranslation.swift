import Domain
import SCIM

/// Turns a filter of the protocol into a condition of the product.
///
/// Exhaustive on both sides: an attribute that cannot be searched is refused, never ignored.
struct FilterTranslation<Field: Sendable & Hashable>: Sendable {
    enum Meaning {
        case field(Field)
        /// The same for every resource of this kind.
        case constant(String)
        case unsearchable
    }

    let meaning: @Sendable (ResolvedAttribute) -> Meaning

    /// The condition that the text of a filter means; none without a filter.
    ///
    /// - Parameter among: other types of resources that the same filter is for.
    func predicate(
        _ text: String?, schema: ResourceSchema, among all: [ResourceSchema] = [], limits: SCIMLimits
    ) throws(SCIMError) -> Predicate<Field>? {
        guard let text else { return nil }
        var filter = PingOneFilters.meant(try Filter(parsing: text, syntax: .tolerant, limits: limits.filter))
        if !all.isEmpty { filter = try filter.restricted(to: schema, among: all) }
        return try predicate(filter.resolved(against: schema))
    }

    private func predicate(_ filter: ResolvedFilter) throws(SCIMError) -> Predicate<Field> {
        switch filter {
        case .comparison(let comparison): return try self.comparison(comparison)
        case .present(let attribute):
            switch meaning(attribute) {
            case .field(let field): return .present(field)
            case .constant: return .constant(true)
            case .unsearchable: throw Self.unsearchable(attribute)
            }
        case .not(let inner): return .not(try predicate(inner))
        case .and(let parts): return try fold(parts, Predicate.and, empty: true)
        case .or(let parts): return try fold(parts, Predicate.or, empty: false)
        case .valuePath(let attribute, let inner):
            guard case .field(let field) = meaning(attribute) else { throw Self.unsearchable(attribute) }
            return .element(of: field, try Self.element(inner))
        }
    }

    private func fold(
        _ parts: [ResolvedFilter], _ combine: (Predicate<Field>, Predicate<Field>) -> Predicate<Field>, empty: Bool
    ) throws(SCIMError) -> Predicate<Field> {
        guard let first = parts.first else { return .constant(empty) }
        var result = try predicate(first)
        for part in parts.dropFirst() { result = combine(result, try predicate(part)) }
        return result
    }

    private func comparison(_ comparison: ResolvedComparison) throws(SCIMError) -> Predicate<Field> {
        switch meaning(comparison.attribute) {
        case .field(let field):
            return .comparison(field, Comparison(comparison.op), ComparisonValue(comparison))
        case .constant(let value):
            return .constant(comparison.holds(for: value))
        case .unsearchable: throw Self.unsearchable(comparison.attribute)
        }
    }

    private static func element(_ filter: ResolvedFilter) throws(SCIMError) -> ElementPredicate {
        switch filter {
        case .comparison(let comparison):
            return .comparison(
                comparison.attribute.name, Comparison(comparison.op), ComparisonValue(comparison))
        case .present(let attribute): return .present(attribute.name)
        case .not(let inner): return .not(try element(inner))
        case .and(let parts):
            var result = ElementPredicate.constant(true)
            for (index, part) in parts.enumerated() {
                let next = try element(part)
                result = index == 0 ? next : .and(result, next)
            }
            return result
        case .or(let parts):
            var result = ElementPredicate.constant(false)
            for (index, part) in parts.enumerated() {
                let next = try element(part)
                result = index == 0 ? next : .or(result, next)
            }
            return result
        case .valuePath(let attribute, _): throw unsearchable(attribute)
        }
    }

    private static func unsearchable(_ attribute: ResolvedAttribute) -> SCIMError {
        .invalidFilter("\(attribute.path) cannot be searched by.")
    }
}

extension Comparison {
    init(_ op: CompareOperator) {
        switch op {
        case .eq: self = .equal
        case .ne: self = .notEqual
        case .co: self = .contains
        case .sw: self = .startsWith
        case .ew: self = .endsWith
        case .gt: self = .greater
        case .ge: self = .greaterOrEqual
        case .lt: self = .less
        case .le: self = .lessOrEqual
        }
    }
}

extension ComparisonValue {
    init(_ comparison: ResolvedComparison) {
        switch comparison.value {
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .number(Double(value))
        case .decimal(let value): self = .number(value)
        case .string(let value): self = .text(value, caseExact: comparison.isCaseExact)
        case .dateTime(let value): self = .timestamp(Timestamp(microseconds: value.microseconds))
        }
    }
}

extension ResolvedComparison {
    /// The comparison with a value that all resources of a kind share.
    fileprivate func holds(for value: String) -> Bool {
        guard case .string(let wanted) = self.value else { return false }
        let (left, right) = isCaseExact ? (value, wanted) : (value.lowercased(), wanted.lowercased())
        return switch op {
        case .eq: left == right
        case .ne: left != right
        case .co: left.contains(right)
        case .sw: left.hasPrefix(right)
        case .ew: left.hasSuffix(right)
        case .gt: left > right
        case .ge: left >= right
        case .lt: left < right
        case .le: left <= right
        }
    }
}

extension DocumentPath {
    /// Finds the place of an attribute of a schema in a stored document.
    init(_ attribute: ResolvedAttribute) {
        var keys = attribute.isExtension ? [attribute.schema] : []
        guard let parent = attribute.parent else {
            keys.append(attribute.definition.name)
            let isList = attribute.definition.multiValued && attribute.definition.type != .complex
            self.init(keys: keys, kind: isList ? .list : .single)
            return
        }
        keys.append(parent.name)
        if parent.multiValued {
            self.init(keys: keys, kind: .elements(subAttribute: attribute.definition.name))
        } else {
            self.init(keys: keys + [attribute.definition.name], kind: .single)
        }
    }
}
