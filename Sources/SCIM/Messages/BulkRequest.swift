public import StrictJSON

/// The methods of bulk operations (RFC 7644 §3.7).
public enum BulkMethod: String, Sendable, Hashable, CaseIterable {
    /// Create.
    case post = "POST"
    /// Replace.
    case put = "PUT"
    /// Change.
    case patch = "PATCH"
    /// Delete.
    case delete = "DELETE"
}

/// How much bulk is read before it is refused.
public struct BulkLimits: Sendable, Hashable {
    /// The most operations.
    public var maxOperations: Int

    /// A limit of the given size.
    public init(maxOperations: Int = 1_000) { self.maxOperations = maxOperations }

    /// 1,000 operations.
    public static let standard = BulkLimits()
}

/// The target of a bulk operation: a collection or one resource, whose id may be `bulkId:…`.
public struct BulkTarget: Sendable, Hashable {
    /// The endpoint with its slash, such as `/Users`.
    public var endpoint: String
    /// The id, or nil for the collection.
    public var id: String?

    /// A target of the given parts.
    public init(endpoint: String, id: String? = nil) {
        self.endpoint = endpoint
        self.id = id
    }

    /// Reads `/Users` or `/Users/id`; nil for anything else.
    public init?(parsing path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3, parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        if parts.count == 3, parts[2].isEmpty { return nil }
        guard !path.utf8.contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) else {
            return nil
        }
        self.init(endpoint: "/\(parts[1])", id: parts.count == 3 ? String(parts[2]) : nil)
    }
}

/// One operation of a bulk request. A broken one is told apart so that the others go on (RFC 7644 §3.7.3).
public struct BulkOperation: Sendable, Hashable {
    /// The method, or nil when it is missing or not one of bulk.
    public var method: BulkMethod?
    /// The method as written, upper case; empty when missing.
    public var methodText: String
    /// The client's name for the resource to be made, or nil.
    public var bulkId: String?
    /// The version the client knows, or nil.
    public var version: String?
    /// The target, or nil if the path cannot be used.
    public var target: BulkTarget?
    /// The body, or nil.
    public var data: JSON?
    /// The error of the operation, or nil.
    public var fault: SCIMError?
}

/// A bulk request (RFC 7644 §3.7).
public struct BulkRequest: Sendable, Hashable {
    /// After how many failures to stop, or nil for never.
    public var failOnErrors: Int?
    /// The operations in order.
    public var operations: [BulkOperation]

    /// Reads a message; member names match in any case.
    ///
    /// - Throws: `invalidSyntax` when the message is built wrong, `invalidValue` for a missing schema or a wrong
    ///   `failOnErrors`, 413 for more operations than allowed (§3.7.4).
    public init(parsing body: JSON, limits: BulkLimits = .standard) throws(SCIMError) {
        guard case .object(let object) = body else { throw .invalidSyntax("The body must be a JSON object.") }
        let message = try Message(object)
        try message.requireSchema(SchemaURN.bulkRequest)
        switch message["failOnErrors"] {
        case nil, .null: failOnErrors = nil
        case .integer(let number) where number >= 0: failOnErrors = number == 0 ? nil : Int(clamping: number)
        case .bool, .integer, .decimal, .string, .array, .object:
            throw .invalidValue("'failOnErrors' must be a whole number.")
        }
        guard case .array(let elements)? = message["Operations"] else {
            throw .invalidSyntax("'Operations' must be a list.")
        }
        guard elements.count <= limits.maxOperations else {
            throw .payloadTooLarge("More than \(limits.maxOperations) operations.")
        }
        var bulkIds: Set<String> = []
        operations = elements.map { BulkOperation($0, &bulkIds) }
    }
}

extension BulkOperation {
    fileprivate init(_ json: JSON, _ bulkIds: inout Set<String>) {
        self.init(method: nil, methodText: "", bulkId: nil, version: nil, target: nil, data: nil, fault: nil)
        guard case .object(let object) = json else {
            fault = .invalidSyntax("An operation must be an object.")
            return
        }
        let message: Message
        do { message = try Message(object) } catch {
            fault = error
            return
        }
        methodText = (message["method"]?.stringValue ?? "").uppercased()
        method = BulkMethod(rawValue: methodText)
        bulkId = message["bulkId"]?.stringValue
        version = message["version"]?.stringValue
        target = message["path"]?.stringValue.flatMap { BulkTarget(parsing: $0) }
        data = message["data"].flatMap { $0.isNull ? nil : $0 }
        fault = faultFound(&bulkIds)
    }

    private func faultFound(_ bulkIds: inout Set<String>) -> SCIMError? {
        guard let method else { return .invalidValue("'method' must be one of POST, PUT, PATCH and DELETE.") }
        guard let target else { return .invalidPath("'path' must be an endpoint, with an id unless it is a POST.") }
        if target.endpoint.equalsIgnoringASCIICase("/Bulk") { return .invalidPath("A bulk cannot hold another.") }
        if let bulkId, !bulkIds.insert(bulkId).inserted { return .invalidValue("'bulkId' is used twice.") }
        switch method {
        case .post:
            guard target.id == nil else { return .invalidPath("A POST goes to the endpoint, without an id.") }
            guard bulkId?.isBlank == false else { return .invalidValue("A POST needs a 'bulkId'.") }
        case .put, .patch, .delete:
            guard target.id != nil else { return .invalidPath("'path' needs an id.") }
        }
        if method != .delete, data == nil { return .invalidValue("'data' is required.") }
        return nil
    }

    /// The bulkIds this operation refers to, in its path and anywhere in its data (RFC 7644 §3.7.2), each once.
    ///
    /// Walks through the whole operation each time it is asked.
    public var references: Set<String> {
        var found: Set<String> = []
        if let id = target?.id.flatMap(BulkReference.bulkId(in:)) { found.insert(id) }
        if let data { BulkReference.collect(data, into: &found) }
        return found
    }

    /// The operation with its references replaced by ids; those `id` does not know stay.
    public func resolvingReferences(_ id: (String) -> String?) -> BulkOperation {
        var resolved = self
        if let name = target?.id.flatMap(BulkReference.bulkId(in:)), let id = id(name) { resolved.target?.id = id }
        resolved.data = data.map { BulkReference.resolve($0, id) }
        return resolved
    }
}
