/// A filter bound to the schemas of a resource type: every name is an attribute, every value has its type.
///
/// Meant for an exhaustive translation to SQL. `eq null` and `ne null` have become `not(present)` and `present`
/// (RFC 7643 §2.5); a complex attribute that was compared directly has become its `value`.
public indirect enum ResolvedFilter: Sendable, Hashable {
    /// A value of the attribute compares so. For a multi-valued attribute any one value is enough; `ne` also holds
    /// when there is no value.
    case comparison(ResolvedComparison)
    /// The attribute has a value.
    case present(ResolvedAttribute)
    /// All hold.
    case and([ResolvedFilter])
    /// At least one holds.
    case or([ResolvedFilter])
    /// It does not hold.
    case not(ResolvedFilter)
    /// One value of the complex attribute meets the filter, whose attributes are its sub-attributes.
    case valuePath(ResolvedAttribute, ResolvedFilter)
}

/// One comparison, with an operator its type allows.
public struct ResolvedComparison: Sendable, Hashable {
    /// The attribute that is compared; never complex, never `password`.
    public let attribute: ResolvedAttribute
    /// How.
    public let op: CompareOperator
    /// With what.
    public let value: ResolvedValue

    /// Whether case counts: `caseExact` of the definition.
    public var isCaseExact: Bool { attribute.definition.caseExact }
}

/// A value of the type of its attribute.
public enum ResolvedValue: Sendable, Hashable {
    /// For Boolean attributes; with `eq` and `ne` only.
    case boolean(Bool)
    /// For integer and decimal attributes.
    case integer(Int64)
    /// For integer and decimal attributes.
    case decimal(Double)
    /// For string, reference and binary attributes (binary without order).
    case string(String)
    /// For dateTime attributes; not with `co`, `sw` and `ew`.
    case dateTime(SCIMDateTime)
}
