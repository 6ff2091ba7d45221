/// The comparison operators of RFC 7644 table 3; `pr` is a case of the filter itself.
public enum CompareOperator: String, Sendable, Hashable, CaseIterable {
    /// Equal.
    case eq
    /// Not equal; also true where there is no value.
    case ne
    /// Contains.
    case co
    /// Starts with.
    case sw
    /// Ends with.
    case ew
    /// Greater than.
    case gt
    /// Greater than or equal to.
    case ge
    /// Less than.
    case lt
    /// Less than or equal to.
    case le

    /// Whether it asks which of two values comes first.
    var isOrdering: Bool {
        switch self {
        case .gt, .ge, .lt, .le: true
        case .eq, .ne, .co, .sw, .ew: false
        }
    }
}

/// The value that an attribute is compared with: `compValue` of RFC 7644 figure 1.
public enum CompareValue: Sendable {
    /// `null`: unassigned.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A whole number.
    case integer(Int64)
    /// Another number.
    case decimal(Double)
    /// A string.
    case string(String)
}

extension CompareValue: Hashable {
    /// Compares by code point.
    public static func == (lhs: CompareValue, rhs: CompareValue) -> Bool { lhs.json == rhs.json }

    /// Hashes in step with `==`.
    public func hash(into hasher: inout Hasher) { hasher.combine(json) }
}
