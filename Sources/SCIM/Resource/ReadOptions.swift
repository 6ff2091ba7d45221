/// What is taken, and how much, when a resource is read.
public struct ReadOptions: Sendable, Hashable {
    /// Whether a body must name the core schema in `schemas` (RFC 7643 §3). Off, any or none will do.
    public var requiresSchemas: Bool
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

    /// Options with the standard value for each one left out.
    public init(
        requiresSchemas: Bool = true, acceptsSingleValues: Bool = false, refusesUnknown: Bool = false,
        requiresAll: Bool = true, maxStringBytes: Int = 16_384, maxValues: Int = 1_000
    ) {
        self.requiresSchemas = requiresSchemas
        self.acceptsSingleValues = acceptsSingleValues
        self.refusesUnknown = refusesUnknown
        self.requiresAll = requiresAll
        self.maxStringBytes = maxStringBytes
        self.maxValues = maxValues
    }

    /// Schemas needed, lists as lists, unknown attributes ignored; strings of 16 KiB, lists of 1,000.
    public static let standard = ReadOptions()
}
