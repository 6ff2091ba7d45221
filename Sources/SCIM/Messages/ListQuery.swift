/// The order of a sorted list (RFC 7644 §3.4.2.3).
public enum SortOrder: String, Sendable, Hashable, CaseIterable {
    /// Smallest first; resources without a value last.
    case ascending
    /// Largest first; resources without a value first.
    case descending
}

/// The query of a list (RFC 7644 §3.4.2, RFC 9865 §2), from a URL or a SearchRequest.
public struct ListQuery: Sendable, Hashable {
    /// The filter as written, or nil. An empty one is kept: it is an invalid filter.
    public var filter: String?
    /// The attribute to sort by, or nil; also nil when the name is no attribute path.
    public var sortBy: AttributePath?
    /// The order; anything but `descending` is ascending.
    public var sortOrder = SortOrder.ascending
    /// The place of the first resource wanted: at least 1.
    public var startIndex = 1
    /// The number of resources wanted: at least 0; nil when not given.
    public var count: Int?
    /// The cursor; empty asks for the first page; nil when not given.
    public var cursor: String?
    /// The attributes wanted; empty when not given.
    public var attributes: [String] = []
    /// The attributes not wanted; empty when not given.
    public var excludedAttributes: [String] = []

    /// A query that asks for nothing in particular.
    public init() {}

    /// The selection of attributes.
    public var projection: Projection {
        Projection(attributes: attributes, excludedAttributes: excludedAttributes)
    }

    /// Reads decoded query items. Names match in any case, unknown ones are ignored, of two the first counts.
    ///
    /// - Throws: `invalidValue` when `count` or `startIndex` is no whole number; for a `count` beside a cursor
    ///   `invalidCount` (RFC 9865 §2.1).
    public init(items: [(String, String)]) throws(SCIMError) {
        var seen: Set<String> = []
        var countText: String?
        for (name, value) in items {
            let name = name.asciiLowercased
            guard seen.insert(name).inserted else { continue }
            switch name {
            case "filter": filter = value
            case "sortby": sortBy = AttributePath(lenient: value)
            case "sortorder": sortOrder = SortOrder(rawValue: value.asciiLowercased) ?? .ascending
            case "startindex": startIndex = max(1, try Self.number(value, "startIndex"))
            case "count": countText = value
            case "cursor": cursor = value
            case "attributes": attributes = Self.names(value)
            case "excludedattributes": excludedAttributes = Self.names(value)
            default: break
            }
        }
        do throws(SCIMError) {
            count = try countText.map { text throws(SCIMError) in max(0, try Self.number(text, "count")) }
        } catch { throw cursor == nil ? error : .invalidCount }
    }

    /// A whole number of any size, held to what an Int can say.
    private static func number(_ text: String, _ name: String) throws(SCIMError) -> Int {
        if let number = Int(text) { return number }
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        let digits = text.utf8.dropFirst(isNegative ? 1 : 0)
        guard !digits.isEmpty, digits.allSatisfy({ $0 &- 0x30 < 10 }) else {
            throw .invalidValue("'\(name)' must be a whole number.")
        }
        return isNegative ? .min : .max
    }

    static func names(_ list: String) -> [String] {
        list.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init)
    }
}
