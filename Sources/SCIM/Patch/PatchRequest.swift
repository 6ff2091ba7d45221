public import StrictJSON

/// The kinds of patch operations (RFC 7644 §3.5.2).
public enum PatchOp: String, Sendable, Hashable, CaseIterable {
    /// Adds values, or sets one.
    case add
    /// Removes values.
    case remove
    /// Sets values in place of others.
    case replace
}

/// One operation of a patch.
public struct PatchOperation: Sendable, Hashable {
    /// The kind of operation.
    public var op: PatchOp
    /// The path of the operation; nil means the resource itself.
    public var path: PatchPath?
    /// With what; nil when the client sent no value, `null` when it sent null.
    public var value: JSON?

    /// An operation of the given parts.
    public init(_ op: PatchOp, path: PatchPath? = nil, value: JSON? = nil) {
        self.op = op
        self.path = path
        self.value = value
    }
}

/// How much patch is read before it is refused.
public struct PatchLimits: Sendable, Hashable {
    /// The most operations.
    public var maxOperations: Int

    /// Limits with the standard value for each one left out.
    public init(maxOperations: Int = 1_000) { self.maxOperations = maxOperations }

    /// 1,000 operations.
    public static let standard = PatchLimits()
}

/// A PatchOp message (RFC 7644 §3.5.2): read before the resource is known, so that a broken one is refused first.
public struct PatchRequest: Sendable, Hashable {
    /// The operations in order.
    public var operations: [PatchOperation]
    /// Whether other operations of the message are done elsewhere, see `split(multiValued:)`.
    var isPart = false

    /// A patch of operations.
    public init(operations: [PatchOperation]) { self.operations = operations }

    /// Reads a message. Member names, operation names and the URN match in any case.
    ///
    /// - Parameter requiresSchema: whether the message has to name its schema; where it is part of another message it
    ///   need not, but must not name only others.
    /// - Throws: `invalidSyntax` when the message is built wrong, `invalidValue` for a value that is missing or does
    ///   not fit, `invalidPath` and `invalidFilter` for paths, `noTarget` for a removal without a path, 413 for more
    ///   operations than allowed.
    public init(
        parsing body: JSON, limits: PatchLimits = .standard, requiresSchema: Bool = true
    ) throws(SCIMError) {
        guard case .object(let object) = body else { throw .invalidSyntax("The body must be a JSON object.") }
        let message = try Message(object)
        if requiresSchema || message["schemas"]?.isUnassigned == false { try message.requireSchema(SchemaURN.patchOp) }
        guard case .array(let elements)? = message["Operations"], !elements.isEmpty else {
            throw .invalidSyntax("'Operations' must be a list with at least one operation.")
        }
        guard elements.count <= limits.maxOperations else {
            throw .payloadTooLarge("More than \(limits.maxOperations) operations.")
        }
        operations = []
        operations.reserveCapacity(elements.count)
        for element in elements { operations.append(try PatchOperation(parsing: element)) }
    }
}

extension PatchOperation {
    init(parsing json: JSON) throws(SCIMError) {
        guard case .object(let object) = json else { throw .invalidSyntax("An operation must be an object.") }
        let message = try Message(object)
        guard case .string(let name)? = message["op"], let op = PatchOp(rawValue: name.asciiLowercased) else {
            throw .invalidSyntax("'op' must be one of add, remove and replace.")
        }
        self.op = op
        value = message["value"]
        switch message["path"] {
        case nil, .null, .string(""): path = nil
        case .string(let text): path = try PatchPath(parsing: text)
        case .bool, .integer, .decimal, .array, .object: throw .invalidPath("'path' must be a string.")
        }
        switch op {
        case .remove:
            guard path != nil else { throw .noTarget("A remove operation needs a path.") }
        case .add, .replace:
            guard let value else { throw .invalidValue("'\(op.rawValue)' needs a value.") }
            if path == nil, value.objectValue == nil {
                throw .invalidValue("Without a path the value must be an object.")
            }
        }
    }
}
