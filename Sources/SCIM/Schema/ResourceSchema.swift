/// A resource type with its core schema and extensions (RFC 7643 §6), indexed for look-ups in any case.
public struct ResourceSchema: Sendable {
    /// An extension of the resource type.
    public struct Extension: Sendable, Hashable {
        /// The schema.
        public let schema: Schema
        /// Whether resources without it are refused (RFC 7643 §3.3).
        public let required: Bool

        /// An extension, optional unless said otherwise.
        public init(_ schema: Schema, required: Bool = false) {
            self.schema = schema
            self.required = required
        }
    }

    /// The name and id of the resource type, such as `User`.
    public let name: String
    /// A description of the resource type.
    public let description: String
    /// The endpoint below the base address, such as `/Users`.
    public let endpoint: String
    /// The core schema.
    public let core: Schema
    /// The extensions in their order.
    public let extensions: [Extension]
    /// The core and common attributes, resolved, in their order.
    public let attributes: [ResolvedAttribute]

    let coreTable: AttributeTable
    /// The core attributes clients must give.
    let requiredAttributes: [ResolvedAttribute]
    private let extensionTables: [String: ExtensionTable]
    /// Names that only one extension defines, for clients that leave the URN out.
    private let unqualified: AttributeTable

    struct ExtensionTable: Sendable {
        let urn: String
        let required: Bool
        let attributes: [ResolvedAttribute]
        let table: AttributeTable
    }

    /// A resource type; extensions may be a tenant's own, given at run time.
    public init(
        name: String, endpoint: String, core: Schema, extensions: [Extension] = [], description: String? = nil
    ) {
        self.name = name
        self.description = description ?? core.description
        self.endpoint = endpoint
        self.core = core
        self.extensions = extensions
        let own = core.attributes.map { ResolvedAttribute($0, schema: core.id, isExtension: false) }
        let common = AttributeDefinition.common
            .filter { core.attribute(named: $0.name) == nil }
            .map { ResolvedAttribute($0, schema: core.id, isExtension: false) }
        attributes = common + own
        coreTable = AttributeTable(attributes)
        requiredAttributes = own.filter { $0.definition.required && $0.definition.mutability != .readOnly }
        var tables: [String: ExtensionTable] = [:]
        var loose: [ResolvedAttribute] = []
        for one in extensions {
            let resolved = one.schema.attributes.map {
                ResolvedAttribute($0, schema: one.schema.id, isExtension: true)
            }
            loose += resolved
            tables[one.schema.id.asciiLowercased] = ExtensionTable(
                urn: one.schema.id, required: one.required, attributes: resolved, table: AttributeTable(resolved))
        }
        extensionTables = tables
        let counts = Dictionary(grouping: loose) { $0.name.asciiLowercased }
        unqualified = AttributeTable(loose.filter { counts[$0.name.asciiLowercased]?.count == 1 })
    }

    /// User with the enterprise extension.
    public static let user = ResourceSchema(
        name: "User", endpoint: "/Users", core: .user, extensions: [Extension(.enterpriseUser)])

    /// Group.
    public static let group = ResourceSchema(name: "Group", endpoint: "/Groups", core: .group)

    /// The attribute a path names, or nil.
    ///
    /// URN and names match in any case (RFC 7644 §3.10). A name without a URN is looked for in the core schema and
    /// the common attributes, then in the extensions when only one of them has it.
    public func attribute(for path: AttributePath) -> ResolvedAttribute? {
        let top: ResolvedAttribute?
        if let urn = path.schema {
            if isCore(urn) {
                top = coreTable[path.attribute]
            } else {
                top = extensionTable(urn)?.table[path.attribute]
            }
        } else {
            top = coreTable[path.attribute] ?? unqualified[path.attribute]
        }
        guard let top else { return nil }
        guard let subAttribute = path.subAttribute else { return top }
        return top.subAttribute(named: subAttribute)
    }

    /// The canonical URN of the extension a text names in any case, or nil.
    public func extensionURN(_ text: String) -> String? { extensionTable(text)?.urn }

    /// The attributes of an extension by its URN in any case; none when there is no such extension.
    public func attributes(ofExtension urn: String) -> [ResolvedAttribute] { extensionTable(urn)?.attributes ?? [] }

    /// Whether a text is the URN of the core schema, in any case.
    public func isCore(_ urn: String) -> Bool { core.id.equalsIgnoringASCIICase(urn) }

    func extensionTable(_ urn: String) -> ExtensionTable? {
        guard !extensionTables.isEmpty else { return nil }
        return extensionTables[urn.asciiLowercased]
    }
}
