import StrictJSON

/// The attributes that one JSON object has given so far: each at most once, in whatever spelling.
///
/// JSON refuses equal member names already (RFC 8259 §4). SCIM's names are also equal in another case, with the URN of
/// their schema, and as `name.givenName` beside the object `name` that holds it (RFC 7643 §2.1, RFC 7644 §3.10). Nothing
/// says which of the two values is meant, so the message is refused instead of one of them being chosen.
struct GivenAttributes {
    private struct Place: Hashable {
        let attribute: ObjectIdentifier
        let filter: Filter?
        let part: String?
    }

    private var places: Set<Place> = []

    /// Notes an attribute, and the sub-attributes that its value gives.
    ///
    /// - Throws: `invalidSyntax` for one that the object has given before.
    mutating func note(_ attribute: ResolvedAttribute, _ value: JSON) throws(SCIMError) {
        try insert(attribute)
        guard attribute.definition.type == .complex, !attribute.definition.multiValued else { return }
        switch value.elementOfOne {
        case .object(let object):
            for (key, _) in object {
                if let part = attribute.subAttribute(named: key) { try insert(part) }
            }
        case .string(let text):
            if !text.isEmpty, let part = attribute.subAttribute(named: "value") { try insert(part) }
        case .null, .bool, .integer, .decimal, .array: break
        }
    }

    /// Notes the target of a patch's path.
    ///
    /// - Throws: `invalidSyntax` for one that the object has given before.
    mutating func note(_ attribute: ResolvedAttribute, _ path: PatchPath, _ value: JSON) throws(SCIMError) {
        guard let filter = path.valueFilter else { return try note(attribute, value) }
        try insert(attribute, filter, path.subAttribute?.asciiLowercased)
    }

    private mutating func insert(
        _ attribute: ResolvedAttribute, _ filter: Filter? = nil, _ part: String? = nil
    ) throws(SCIMError) {
        let place = Place(attribute: ObjectIdentifier(attribute), filter: filter, part: part)
        guard places.insert(place).inserted else { throw .givenTwice(attribute.path.description) }
    }
}

extension SCIMError {
    static func givenTwice(_ name: String) -> SCIMError { .invalidSyntax("'\(name)' is given more than once.") }
}

extension JSONObject {
    /// Above this many members names are compared through a hash table.
    private static let pairLimit = 8

    /// Checks that no two names differ in the case of A-Z only.
    func checkNamesDiffer() throws(SCIMError) {
        if count < 2 { return }
        let keys = keys
        guard count <= Self.pairLimit else {
            var seen: Set<String> = []
            for key in keys where !seen.insert(key.asciiLowercased).inserted { throw .givenTwice(key) }
            return
        }
        for (place, key) in keys.enumerated() {
            for other in keys[..<place] where other.equalsIgnoringASCIICase(key) { throw .givenTwice(key) }
        }
    }
}
