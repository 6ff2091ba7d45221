/// An attribute found in the schemas of a resource type: its definition and where its values sit.
///
/// A class because one resource type shares a few dozen of them among all filters, patches and readers; it never
/// changes.
public final class ResolvedAttribute: Sendable {
    /// The URN of the schema that defines it; the core URN for the common attributes.
    public let schema: String
    /// Whether its values sit under the URN of an extension.
    public let isExtension: Bool
    /// The definition.
    public let definition: AttributeDefinition
    /// The complex attribute this is a part of, or nil.
    public let parent: AttributeDefinition?
    /// The path in canonical spelling; core attributes without their URN.
    public let path: AttributePath
    /// The sub-attributes, resolved.
    public let subAttributes: [ResolvedAttribute]

    private let subAttributeTable: AttributeTable

    init(_ definition: AttributeDefinition, schema: String, isExtension: Bool, parent: AttributeDefinition? = nil) {
        self.schema = schema
        self.isExtension = isExtension
        self.definition = definition
        self.parent = parent
        path = AttributePath(
            schema: isExtension ? schema : nil, attribute: parent?.name ?? definition.name,
            subAttribute: parent == nil ? nil : definition.name)
        subAttributes =
            parent != nil
            ? []
            : definition.subAttributes.map {
                ResolvedAttribute($0, schema: schema, isExtension: isExtension, parent: definition)
            }
        subAttributeTable = AttributeTable(subAttributes)
    }

    /// The name of the attribute itself: of the sub-attribute when it is one.
    public var name: String { definition.name }

    /// The sub-attribute of a name in any case, or nil.
    public func subAttribute(named name: String) -> ResolvedAttribute? { subAttributeTable[name] }

    /// Whether only the server writes the attribute or the complex attribute that it is a part of.
    public var isReadOnly: Bool { definition.mutability == .readOnly || parent?.mutability == .readOnly }

    /// Whether no answer and no filter may show it.
    public var isNeverReturned: Bool { definition.returned == .never || parent?.returned == .never }
}

extension ResolvedAttribute: Hashable {
    /// The same attribute of the same schema.
    public static func == (lhs: ResolvedAttribute, rhs: ResolvedAttribute) -> Bool {
        lhs === rhs || (lhs.schema == rhs.schema && lhs.path == rhs.path)
    }

    /// Hashes schema and path.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(schema)
        hasher.combine(path)
    }
}

/// Attributes by name: the canonical spelling first, then any case.
struct AttributeTable: Sendable {
    private var exact: [String: ResolvedAttribute] = [:]
    private var folded: [String: ResolvedAttribute] = [:]

    init(_ attributes: [ResolvedAttribute] = []) {
        for attribute in attributes where folded[attribute.name.asciiLowercased] == nil {
            exact[attribute.name] = attribute
            folded[attribute.name.asciiLowercased] = attribute
        }
    }

    subscript(name: String) -> ResolvedAttribute? { exact[name] ?? folded[name.asciiLowercased] }
}
