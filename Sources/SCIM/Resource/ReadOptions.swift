/// The options by which a resource is read, and their limits.
public struct ReadOptions: Sendable, Hashable {
    /// The requirement on `schemas` (RFC 7643 §3).
    public enum SchemaCheck: Sendable, Hashable {
        /// The core schema has to be named.
        case required
        /// The core schema has to be among those that are named; none need be, since the endpoint says what it is.
        case ifGiven
        /// Anything will do.
        case none
    }

    /// The requirement on `schemas`.
    public var schemas: SchemaCheck
    /// Whether one value without brackets stands for a list of one. On in patches, where clients do so.
    public var acceptsSingleValues: Bool
    /// Whether unknown attributes are refused instead of reported in `ReadResource.ignored`.
    public var refusesUnknown: Bool
    /// Whether the required attributes must be there.
    public var requiresAll: Bool
    /// The longest string in bytes.
    public var maxStringBytes: Int
    /// The most values of a multi-valued attribute.
    public var maxValues: Int
    /// The core attributes of which a value that is too long is left out instead of refused, and told in
    /// `ReadResource.dropped`.
    public var droppedWhenLong: Set<String>

    /// Options with the standard value for each one left out.
    public init(
        schemas: SchemaCheck = .required, acceptsSingleValues: Bool = false, refusesUnknown: Bool = false,
        requiresAll: Bool = true, maxStringBytes: Int = 16_384, maxValues: Int = 1_000,
        droppedWhenLong: Set<String> = []
    ) {
        self.schemas = schemas
        self.droppedWhenLong = droppedWhenLong
        self.acceptsSingleValues = acceptsSingleValues
        self.refusesUnknown = refusesUnknown
        self.requiresAll = requiresAll
        self.maxStringBytes = maxStringBytes
        self.maxValues = maxValues
    }

    /// Schemas needed, lists as lists, unknown attributes ignored; strings of 16 KiB, lists of 1,000.
    public static let standard = ReadOptions()
}
