public import StrictJSON

/// A filter as the client wrote it (RFC 7644 §3.4.2.2), not yet bound to a schema.
///
/// `and` and `or` hold two or more terms; a nested `and` in an `and` stands for written parentheses.
public indirect enum Filter: Sendable, Hashable {
    /// `path op value`.
    case comparison(AttributePath, CompareOperator, CompareValue)
    /// `path pr`.
    case present(AttributePath)
    /// All terms hold.
    case and([Filter])
    /// At least one term holds.
    case or([Filter])
    /// The term does not hold.
    case not(Filter)
    /// `path[filter]`: one value of the attribute meets the whole filter.
    case valuePath(AttributePath, Filter)
}

extension Filter {
    /// The filter for resources of one type among several: what only others have, these do not have.
    ///
    /// - Throws: `invalidFilter` for an attribute that no type has.
    public func restricted(to schema: ResourceSchema, among all: [ResourceSchema]) throws(SCIMError) -> Filter {
        switch self {
        case .comparison(let path, let op, _):
            if try Self.has(path, schema, all) { return self }
            // Without a value only `ne` holds; every resource has an id.
            return op == .ne ? .present(Self.id) : .not(.present(Self.id))
        case .present(let path), .valuePath(let path, _):
            return try Self.has(path, schema, all) ? self : .not(.present(Self.id))
        case .not(let filter): return .not(try filter.restricted(to: schema, among: all))
        case .and(let filters): return .and(try Self.restricted(filters, schema, all))
        case .or(let filters): return .or(try Self.restricted(filters, schema, all))
        }
    }

    private static let id = AttributePath(attribute: "id")

    private static func restricted(
        _ filters: [Filter], _ schema: ResourceSchema, _ all: [ResourceSchema]
    ) throws(SCIMError) -> [Filter] {
        var restricted: [Filter] = []
        for filter in filters { restricted.append(try filter.restricted(to: schema, among: all)) }
        return restricted
    }

    private static func has(
        _ path: AttributePath, _ schema: ResourceSchema, _ all: [ResourceSchema]
    ) throws(SCIMError) -> Bool {
        if schema.attribute(for: path) != nil { return true }
        if all.contains(where: { $0.attribute(for: path) != nil }) { return false }
        throw .invalidFilter("\(path) is no attribute of any resource type.")
    }
}

/// How much filter is read before it is refused.
public struct FilterLimits: Sendable, Hashable {
    /// The longest filter in bytes.
    public var maxBytes: Int
    /// The deepest nesting of parentheses and brackets.
    public var maxDepth: Int
    /// The most comparisons.
    public var maxTerms: Int

    /// Limits with the standard value for each one left out.
    public init(maxBytes: Int = 2048, maxDepth: Int = 20, maxTerms: Int = 50) {
        self.maxBytes = maxBytes
        self.maxDepth = min(maxDepth, 64)
        self.maxTerms = maxTerms
    }

    /// 2,048 bytes, depth 20, 50 terms.
    public static let standard = FilterLimits()
}

/// How closely a filter must follow the grammar.
public enum FilterSyntax: Sendable, Hashable {
    /// As RFC 7644 figure 1 has it.
    case strict
    /// Also values without quotes that cannot be mistaken for anything else: with a digit or a sign in them, such
    /// as `userName eq ann@example.com`. A plain word stays an error.
    case tolerant
    /// Also plain words as values, for clients known to send them.
    case anyUnquoted
}

extension Filter: CustomStringConvertible {
    /// The filter in canonical form: lower-case operators, one blank, only the parentheses needed. Reading it gives
    /// the same filter.
    public var description: String { text(within: .top) }

    private enum Context {
        case top, or, and
    }

    private func text(within context: Context) -> String {
        switch self {
        case .comparison(let path, let op, let value): return "\(path) \(op.rawValue) \(value.json.text)"
        case .present(let path): return "\(path) pr"
        case .not(let filter): return "not (\(filter.text(within: .top)))"
        case .valuePath(let path, let filter): return "\(path)[\(filter.text(within: .top))]"
        case .and(let filters):
            let text = filters.map { $0.text(within: .and) }.joined(separator: " and ")
            return context == .and ? "(\(text))" : text
        case .or(let filters):
            let text = filters.map { $0.text(within: .or) }.joined(separator: " or ")
            return context == .top ? text : "(\(text))"
        }
    }
}

extension CompareValue: CustomStringConvertible {
    /// The value as JSON.
    public var json: JSON {
        switch self {
        case .null: .null
        case .boolean(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .decimal(let value): .decimal(value)
        case .string(let value): .string(value)
        }
    }

    /// The value as JSON text.
    public var description: String { json.text }
}
