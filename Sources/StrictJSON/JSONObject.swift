/// The members of a JSON object in the order they came; keys are unique and compared by code point.
///
/// Look-ups scan the members: SCIM resources have a few dozen, where a scan beats hashing.
public struct JSONObject: Sendable, Sequence {
    struct Member: Sendable {
        let key: String
        var value: JSON
    }

    /// Above this size whole-object work (equality, construction) goes through a hash table.
    static let scanLimit = 16

    var members: [Member]

    /// An object without members.
    public init() { members = [] }

    /// An object of the given members; of two with the same key the later value stays, at the earlier place.
    public init(_ pairs: [(String, JSON)]) {
        members = []
        members.reserveCapacity(pairs.count)
        if pairs.count <= Self.scanLimit {
            for (key, value) in pairs { self[key] = value }
            return
        }
        var places: [CodePointKey: Int] = [:]
        places.reserveCapacity(pairs.count)
        for (key, value) in pairs {
            if let place = places[CodePointKey(text: key)] {
                members[place].value = value
            } else {
                places[CodePointKey(text: key)] = members.count
                members.append(Member(key: key, value: value))
            }
        }
    }

    /// Takes members whose keys are known to be unique.
    init(unique members: [Member]) { self.members = members }

    /// The number of members.
    public var count: Int { members.count }

    /// Whether there are no members.
    public var isEmpty: Bool { members.isEmpty }

    /// The keys in order.
    public var keys: [String] { members.map(\.key) }

    /// The value under a key; setting nil removes the member, setting a new key appends one.
    public subscript(key: String) -> JSON? {
        get {
            for member in members where member.key.hasSameCodePoints(as: key) { return member.value }
            return nil
        }
        set {
            guard let newValue else {
                removeValue(forKey: key)
                return
            }
            if let place = place(of: key) {
                members[place].value = newValue
            } else {
                members.append(Member(key: key, value: newValue))
            }
        }
    }

    /// Appends a member the caller knows to be new; a key that is there already would be written twice.
    public mutating func appendUnchecked(_ key: String, _ value: JSON) {
        members.append(Member(key: key, value: value))
    }

    /// Removes a member and returns its value, or nil when there was none.
    @discardableResult
    public mutating func removeValue(forKey key: String) -> JSON? {
        guard let place = place(of: key) else { return nil }
        return members.remove(at: place).value
    }

    /// Makes room for a number of members.
    public mutating func reserveCapacity(_ count: Int) { members.reserveCapacity(count) }

    /// Walks the members in order.
    public struct Iterator: IteratorProtocol {
        var base: IndexingIterator<[Member]>

        /// The next member, or nil at the end.
        public mutating func next() -> (key: String, value: JSON)? {
            guard let member = base.next() else { return nil }
            return (member.key, member.value)
        }
    }

    /// Starts a walk over the members.
    public func makeIterator() -> Iterator { Iterator(base: members.makeIterator()) }

    private func place(of key: String) -> Int? { members.firstIndex { $0.key.hasSameCodePoints(as: key) } }
}

extension JSONObject: Hashable {
    /// Compares the members in any order.
    public static func == (lhs: JSONObject, rhs: JSONObject) -> Bool {
        guard lhs.count == rhs.count else { return false }
        if lhs.count <= scanLimit { return lhs.members.allSatisfy { rhs[$0.key] == $0.value } }
        var values: [CodePointKey: JSON] = [:]
        values.reserveCapacity(rhs.count)
        for member in rhs.members { values[CodePointKey(text: member.key)] = member.value }
        return lhs.members.allSatisfy { values[CodePointKey(text: $0.key)] == $0.value }
    }

    /// Feeds the members into a hasher, whatever their order.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for member in members {
            var one = Hasher()
            member.key.hashCodePoints(into: &one)
            one.combine(member.value)
            sum ^= one.finalize()
        }
        hasher.combine(members.count)
        hasher.combine(sum)
    }
}
