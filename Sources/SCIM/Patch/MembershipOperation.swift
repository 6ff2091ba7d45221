/// A change of a reference list that needs no look at the list itself.
public enum MembershipOperation: Sendable, Hashable {
    /// These become members, if they are not.
    case add([MemberReference])
    /// These are members no more.
    case remove([MemberReference])
    /// Nobody is a member any more.
    case removeAll
    /// The others become members in place of the first ones, at least one of whom has to be a member: else the path of
    /// the operation led to nothing, which is `noTarget` (RFC 7644 §3.5.2.3).
    case exchange([MemberReference], for: [MemberReference])
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
    /// Whether the client sent a string in place of the list. RFC 7644 knows no such form, so what stands in it is not
    /// to be taken for the name of a member who may come later.
    public var isPlain: Bool

    /// A reference by id.
    public init(value: String, type: String? = nil, display: String? = nil, isPlain: Bool = false) {
        self.value = value
        self.type = type
        self.display = display
        self.isPlain = isPlain
    }
}
