/// The name of an attribute, perhaps with its schema and a sub-attribute (RFC 7644 §3.10):
/// `[URN ":"] attribute ["." sub-attribute]`. Two paths are equal when they differ in the case of A-Z only.
public struct AttributePath: Sendable, CustomStringConvertible {
    /// The schema URN as written, or nil.
    public let schema: String?
    /// The attribute name as written; empty when the path is a bare URN whose end is no attribute name.
    public let attribute: String
    /// The sub-attribute name as written, or nil.
    public let subAttribute: String?

    /// A path of parts known to be well-formed.
    public init(schema: String? = nil, attribute: String, subAttribute: String? = nil) {
        self.schema = schema
        self.attribute = attribute
        self.subAttribute = subAttribute
    }

    /// Reads a path. A URN ends at the last colon, as attribute names have none; so the dots of its version number
    /// stay in it. Whether `urn:…:User` names a schema or an attribute only the schemas can tell, see
    /// ``ResourceSchema/extensionURN(_:)``.
    ///
    /// - Throws: `invalidPath` when names are missing or hold other characters (RFC 7643 §2.1).
    public init(parsing text: String) throws(SCIMError) {
        guard let path = AttributePath(lenient: text) else {
            throw .invalidPath("The attribute path is not valid.")
        }
        self = path
    }

    /// Reads a path, or gives nil when it is not valid.
    init?(lenient text: String) {
        var name = text[...]
        var urn: String?
        if let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) {
            let prefix = text[..<colon]
            guard Self.isURN(prefix) else { return nil }
            urn = String(prefix)
            name = text[text.utf8.index(after: colon)...]
        }
        if let dot = name.utf8.firstIndex(of: UInt8(ascii: ".")) {
            let first = name[..<dot]
            let second = name[name.utf8.index(after: dot)...]
            guard Self.isName(first), Self.isName(second) else {
                guard urn != nil, Self.isURN(text[...]) else { return nil }
                self.init(schema: text, attribute: "")
                return
            }
            self.init(schema: urn, attribute: String(first), subAttribute: String(second))
        } else {
            guard Self.isName(name) else {
                guard urn != nil, Self.isURN(text[...]) else { return nil }
                self.init(schema: text, attribute: "")
                return
            }
            self.init(schema: urn, attribute: String(name))
        }
    }

    /// The path as text.
    public var description: String {
        var text = schema ?? ""
        if !attribute.isEmpty {
            if schema != nil { text += ":" }
            text += attribute
        }
        if let subAttribute { text += "." + subAttribute }
        return text
    }

    /// The path without its sub-attribute.
    public var parent: AttributePath { AttributePath(schema: schema, attribute: attribute) }

    /// ATTRNAME of RFC 7643 §2.1, and `$ref`.
    static func isName(_ text: Substring) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first else { return false }
        guard isLetter(first) || first == UInt8(ascii: "$") && bytes.count > 1 else { return false }
        return bytes.dropFirst().allSatisfy {
            isLetter($0) || $0 &- 0x30 < 10 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
    }

    /// A URN in broad terms: `urn:` and at least one character, all of them visible and none special to filters.
    static func isURN(_ text: Substring) -> Bool {
        let bytes = text.utf8
        guard bytes.count > 4, String(text.prefix(4)).equalsIgnoringASCIICase("urn:") else { return false }
        guard bytes.last != UInt8(ascii: ":"), bytes.last != UInt8(ascii: ".") else { return false }
        return bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && !reserved.contains($0) }
    }

    private static let reserved = Array("[]()\"\\,".utf8)

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
}

extension AttributePath: Hashable {
    /// Compares without regard to the case of A-Z.
    public static func == (lhs: AttributePath, rhs: AttributePath) -> Bool {
        guard lhs.attribute.equalsIgnoringASCIICase(rhs.attribute) else { return false }
        return same(lhs.subAttribute, rhs.subAttribute) && same(lhs.schema, rhs.schema)
    }

    /// Hashes in step with `==`.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(attribute.asciiLowercased)
        hasher.combine(subAttribute?.asciiLowercased)
        hasher.combine(schema?.asciiLowercased)
    }

    private static func same(_ a: String?, _ b: String?) -> Bool {
        switch (a, b) {
        case (nil, nil): true
        case (let a?, let b?): a.equalsIgnoringASCIICase(b)
        case (nil, _), (_, nil): false
        }
    }
}
