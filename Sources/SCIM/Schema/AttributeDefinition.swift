/// The characteristics of one attribute (RFC 7643 §2.2, §7).
public struct AttributeDefinition: Sendable, Hashable {
    /// The name in its canonical spelling.
    public var name: String
    /// The data type.
    public var type: AttributeType
    /// Whether it holds a list.
    public var multiValued: Bool
    /// The purpose of the attribute, in a sentence.
    public var description: String
    /// Whether a resource must have it.
    public var required: Bool
    /// Values suggested to clients; others are taken too.
    public var canonicalValues: [String]
    /// Whether case matters when values are compared.
    public var caseExact: Bool
    /// The clients' permission to write the attribute.
    public var mutability: Mutability
    /// When it is part of an answer.
    public var returned: Returned
    /// How far values must differ.
    public var uniqueness: Uniqueness
    /// The types that a reference may point at: resource types, `external` or `uri`.
    public var referenceTypes: [String]
    /// The parts of a complex attribute.
    public var subAttributes: [AttributeDefinition]

    /// A definition with the defaults of RFC 7643 §2.2 for what is left out.
    public init(
        _ name: String, _ type: AttributeType = .string, multiValued: Bool = false, description: String,
        required: Bool = false, canonicalValues: [String] = [], caseExact: Bool = false,
        mutability: Mutability = .readWrite, returned: Returned = .default, uniqueness: Uniqueness = .none,
        referenceTypes: [String] = [], subAttributes: [AttributeDefinition] = []
    ) {
        self.name = name
        self.type = type
        self.multiValued = multiValued
        self.description = description
        self.required = required
        self.canonicalValues = canonicalValues
        self.caseExact = caseExact
        self.mutability = mutability
        self.returned = returned
        self.uniqueness = uniqueness
        self.referenceTypes = referenceTypes
        self.subAttributes = subAttributes
    }

    /// The sub-attribute of a name in any case, or nil.
    public func subAttribute(named name: String) -> AttributeDefinition? {
        subAttributes.first { $0.name.equalsIgnoringASCIICase(name) }
    }
}

/// The data types of RFC 7643 §2.3.
public enum AttributeType: String, Sendable, Hashable, CaseIterable {
    /// Unicode text.
    case string
    /// `true` or `false`.
    case boolean
    /// A real number.
    case decimal
    /// A whole number.
    case integer
    /// An `xsd:dateTime`.
    case dateTime
    /// Base64 text.
    case binary
    /// A URI.
    case reference
    /// A set of sub-attributes.
    case complex
}

/// The clients' permission to write an attribute (RFC 7643 §7).
public enum Mutability: String, Sendable, Hashable, CaseIterable {
    /// Only the server.
    case readOnly
    /// The client, at any time.
    case readWrite
    /// The client, once.
    case immutable
    /// The client, who never reads it back.
    case writeOnly
}

/// When an attribute is part of an answer (RFC 7643 §7).
public enum Returned: String, Sendable, Hashable, CaseIterable {
    /// In each answer, whatever is asked.
    case always
    /// In no answer.
    case never
    /// Unless left out by the request.
    case `default`
    /// Only when asked for by name.
    case request
}

/// How far values must differ (RFC 7643 §7).
public enum Uniqueness: String, Sendable, Hashable, CaseIterable {
    /// Not at all.
    case none
    /// Within the tenant.
    case server
    /// Everywhere.
    case global
}
