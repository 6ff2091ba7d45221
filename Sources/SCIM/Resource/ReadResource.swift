public import StrictJSON

/// A resource as the client wants it: canonical, checked, and free of what only the server writes.
public struct ReadResource: Sendable, Hashable {
    /// The attributes in canonical spelling, extension data under its URN, `schemas` as the data says. No `id`, `meta`,
    /// read-only or unknown attribute, no `password`, nothing empty.
    public var attributes: JSONObject
    /// The names that no schema knows.
    public var ignored: [String]
    /// The attributes of which a value was too long and left out, see `ReadOptions.droppedWhenLong`.
    public var dropped: [String]
    /// The password, kept apart so that no store or log meets it by chance (RFC 7643 §4.1.1).
    public var password: String?

    /// A resource of the given parts.
    public init(attributes: JSONObject, ignored: [String] = [], dropped: [String] = [], password: String? = nil) {
        self.attributes = attributes
        self.ignored = ignored
        self.dropped = dropped
        self.password = password
    }

    /// Checks a replacement against what is stored: an immutable attribute that has a value keeps it (RFC 7644 §3.5.1).
    ///
    /// - Throws: `mutability` naming the attribute.
    public func checkImmutable(against stored: JSONObject, schema: ResourceSchema) throws(SCIMError) {
        for attribute in schema.attributes + schema.extensions.flatMap({ schema.attributes(ofExtension: $0.schema.id) })
        where attribute.definition.mutability == .immutable {
            let before = attribute.values(in: stored)
            guard before.isEmpty || before == attribute.values(in: attributes) else {
                throw .mutability("'\(attribute.path)' cannot be changed.")
            }
        }
    }
}
