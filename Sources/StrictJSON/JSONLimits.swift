/// How much JSON is read before it is refused.
public struct JSONLimits: Sendable, Hashable {
    /// The longest text in bytes.
    public var maxBytes: Int
    /// The deepest nesting of arrays and objects; never more than ``deepest``.
    public var maxDepth: Int
    /// The most members and elements in the whole text.
    public var maxElements: Int
    /// The longest number in characters.
    public var maxNumberLength: Int

    /// The depth no setting can raise, so that the parser's recursion always fits a thread's stack.
    public static let deepest = 256

    /// Limits with the standard value for each one left out.
    public init(
        maxBytes: Int = 1 << 20, maxDepth: Int = 32, maxElements: Int = 20_000, maxNumberLength: Int = 64
    ) {
        self.maxBytes = maxBytes
        self.maxDepth = min(maxDepth, Self.deepest)
        self.maxElements = maxElements
        self.maxNumberLength = maxNumberLength
    }

    /// 1 MiB, depth 32, 20,000 values, numbers of 64 characters.
    public static let standard = JSONLimits()
}
