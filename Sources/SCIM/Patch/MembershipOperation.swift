/// A change of a reference list that needs no look at the list itself.
public enum MembershipOperation: Sendable, Hashable {
    /// These become members, if they are not.
    case add([MemberReference])
    /// Those with these ids are members no more.
    case remove([String])
    /// Nobody is a member any more.
    case removeAll
    /// These, and nobody else, are members.
    case replace([MemberReference])
}

/// A reference to a member (RFC 7643 §4.2).
public struct MemberReference: Sendable, Hashable {
    /// The id.
    public var value: String
    /// `User` or `Group` as the client says, or nil.
    public var type: String?
    /// The name the client gave, or nil.
    public var display: String?

    /// A reference by id.
    public init(value: String, type: String? = nil, display: String? = nil) {
        self.value = value
        self.type = type
        self.display = display
    }
}
