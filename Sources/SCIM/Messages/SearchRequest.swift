public import StrictJSON

/// A query in a body (RFC 7644 §3.4.3, RFC 9865 §3).
public struct SearchRequest: Sendable, Hashable {
    /// The query.
    public var query: ListQuery

    /// A request for a query.
    public init(query: ListQuery) { self.query = query }

    /// Reads a message; member names match in any case, null counts as not given.
    ///
    /// - Throws: `invalidSyntax` when the body is no object; `invalidValue` for a missing schema and wrong types.
    public init(parsing body: JSON) throws(SCIMError) {
        guard case .object(let object) = body else { throw .invalidSyntax("The body must be a JSON object.") }
        let message = try Message(object)
        try message.requireSchema(SchemaURN.searchRequest)
        query = ListQuery()
        query.filter = try Self.text("filter", message)
        query.sortBy = try Self.text("sortBy", message).flatMap { AttributePath(lenient: $0) }
        if let order = try Self.text("sortOrder", message) {
            query.sortOrder = SortOrder(rawValue: order.asciiLowercased) ?? .ascending
        }
        if let start = try Self.number("startIndex", message) { query.startIndex = max(1, start) }
        query.cursor = try Self.text("cursor", message)
        do throws(SCIMError) { query.count = try Self.number("count", message).map { max(0, $0) } } catch {
            throw query.cursor == nil ? error : .invalidCount
        }
        query.attributes = try Self.names("attributes", message)
        query.excludedAttributes = try Self.names("excludedAttributes", message)
    }

    private static func text(_ name: String, _ message: Message) throws(SCIMError) -> String? {
        switch message[name] {
        case nil, .null: return nil
        case .string(let text): return text
        case .bool, .integer, .decimal, .array, .object: throw .invalidValue("'\(name)' must be a string.")
        }
    }

    private static func number(_ name: String, _ message: Message) throws(SCIMError) -> Int? {
        switch message[name] {
        case nil, .null: return nil
        case .integer(let number): return Int(clamping: number)
        case .bool, .decimal, .string, .array, .object: throw .invalidValue("'\(name)' must be a whole number.")
        }
    }

    private static func names(_ name: String, _ message: Message) throws(SCIMError) -> [String] {
        switch message[name] {
        case nil, .null: return []
        case .string(let list): return ListQuery.names(list)
        case .array(let elements):
            var names: [String] = []
            for element in elements {
                guard case .string(let text) = element else { throw .invalidValue("'\(name)' must hold strings.") }
                names += ListQuery.names(text)
            }
            return names
        case .bool, .integer, .decimal, .object: throw .invalidValue("'\(name)' must be a list of names.")
        }
    }
}
