public import StrictJSON

/// The result of one bulk operation (RFC 7644 §3.7.3).
public struct BulkResult: Sendable, Hashable {
    /// The method as written.
    public var method: String
    /// The client's name for the resource, or nil.
    public var bulkId: String?
    /// The version of the resource, or nil.
    public var version: String?
    /// The address of the resource; nil for a POST that failed.
    public var location: String?
    /// The HTTP status.
    public var status: Int
    /// The error, or what else is to be shown, or nil.
    public var response: JSON?

    /// A result of the given parts.
    public init(
        method: String, bulkId: String? = nil, version: String? = nil, location: String? = nil, status: Int,
        response: JSON? = nil
    ) {
        self.method = method
        self.bulkId = bulkId
        self.version = version
        self.location = location
        self.status = status
        self.response = response
    }

    /// The result of an operation that failed.
    public init(_ operation: BulkOperation, failed error: SCIMError, location: String? = nil) {
        self.init(
            method: operation.methodText, bulkId: operation.bulkId,
            location: operation.method == .post ? nil : location, status: error.status, response: error.json)
    }

    /// The result as a member of `Operations`; `status` is a string.
    public var json: JSON {
        var object = JSONObject()
        if !method.isEmpty { object["method"] = .string(method) }
        object["bulkId"] = bulkId.map { .string($0) }
        object["version"] = version.map { .string($0) }
        object["location"] = location.map { .string($0) }
        object["status"] = .string(String(status))
        object["response"] = response
        return .object(object)
    }
}

/// A bulk answer (RFC 7644 §3.7).
public struct BulkResponse: Sendable, Hashable {
    /// The results in the order of the operations.
    public var operations: [BulkResult]

    /// An answer of results.
    public init(operations: [BulkResult]) { self.operations = operations }

    /// The message with its schema.
    public var json: JSON {
        ["schemas": [.string(SchemaURN.bulkResponse)], "Operations": .array(operations.map(\.json))]
    }
}
