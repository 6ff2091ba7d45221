/// The path of a patch operation (RFC 7644 §3.5.2, figure 7): an attribute, optionally with a filter that selects some
/// of its elements, and optionally a sub-attribute of them. A bare schema URN is a path too.
public struct PatchPath: Sendable, Hashable, CustomStringConvertible {
    /// The attribute; with its sub-attribute when there is no filter.
    public let attribute: AttributePath
    /// The filter between brackets, or nil.
    public let valueFilter: Filter?
    /// The sub-attribute after the brackets, or nil.
    public let subAttribute: String?

    /// How much filter a path may hold; clients join the members of a removal with `or`.
    static let limits = FilterLimits(maxBytes: 32_768, maxDepth: 20, maxTerms: 500)

    /// A path of parts known to be well-formed.
    public init(attribute: AttributePath, valueFilter: Filter? = nil, subAttribute: String? = nil) {
        self.attribute = attribute
        self.valueFilter = valueFilter
        self.subAttribute = subAttribute
    }

    /// Reads a path.
    ///
    /// - Throws: `invalidPath`, or `invalidFilter` for what stands between the brackets.
    public init(parsing text: String) throws(SCIMError) {
        guard text.utf8.count <= Self.limits.maxBytes else { throw .invalidPath("The path is too long.") }
        guard let bracket = text.utf8.firstIndex(of: UInt8(ascii: "[")) else {
            guard let path = AttributePath(lenient: text) else { throw Self.invalid }
            self.init(attribute: path)
            return
        }
        guard let path = AttributePath(lenient: String(text[..<bracket])), path.subAttribute == nil,
            !path.attribute.isEmpty
        else { throw Self.invalid }
        var parser = FilterParser(text, syntax: .tolerant, limits: Self.limits)
        parser.at = text.utf8.distance(from: text.startIndex, to: bracket) + 1
        let filter = try parser.valueFilter()
        guard parser.at < parser.bytes.count else {
            self.init(attribute: path, valueFilter: filter)
            return
        }
        let rest = String(decoding: parser.bytes[(parser.at + 1)...], as: UTF8.self)
        guard parser.bytes[parser.at] == UInt8(ascii: "."), AttributePath.isName(rest[...]) else { throw Self.invalid }
        self.init(attribute: path, valueFilter: filter, subAttribute: rest)
    }

    /// The path as text, its filter in canonical form.
    public var description: String {
        var text = attribute.description
        if let valueFilter { text += "[\(valueFilter)]" }
        if let subAttribute { text += "." + subAttribute }
        return text
    }

    private static let invalid = SCIMError.invalidPath("The path is not valid.")
}
