import StrictJSON

/// The elements of a multi-valued attribute while they are put together: no two with the same value and type
/// (RFC 7643 §2.4).
struct MultiValue {
    private(set) var elements: [JSON] = []
    /// How many elements are primary.
    private(set) var primaries = 0
    /// Filled once a scan would be slower than hashing.
    private var places: [Identity: Int] = [:]
    private static let scanLimit = 8

    /// The identity of an element: its value and type, or the whole element if it has no value.
    struct Identity: Hashable {
        let value: JSON
        let type: JSON?

        init(_ element: JSON) {
            if let object = element.objectValue, let value = object["value"] {
                self.value = value
                type = object["type"]
            } else {
                value = element
                type = nil
            }
        }
    }

    /// Appends an element, or merges it into the one with the same value and type.
    mutating func append(_ element: JSON) {
        if let place = place(of: element) {
            if isPrimary(elements[place]) { primaries -= 1 }
            elements[place] = elements[place].merging(element)
            if isPrimary(elements[place]) { primaries += 1 }
        } else {
            if !places.isEmpty { places[Identity(element)] = elements.count }
            elements.append(element)
            if isPrimary(element) { primaries += 1 }
        }
    }

    private mutating func place(of element: JSON) -> Int? {
        if elements.isEmpty { return nil }
        let identity = Identity(element)
        if elements.count <= Self.scanLimit { return elements.firstIndex { Identity($0) == identity } }
        if places.isEmpty { for (place, known) in elements.enumerated() { places[Identity(known)] = place } }
        return places[identity]
    }

    private func isPrimary(_ element: JSON) -> Bool { element.isPrimary }
}

extension JSON {
    /// Whether this is an element with `primary` true.
    var isPrimary: Bool { self["primary"]?.boolValue == true }

    /// An object with the members of another laid over its own; anything else is replaced.
    func merging(_ other: JSON) -> JSON {
        guard case .object(var object) = self, case .object(let more) = other else { return other }
        for (key, value) in more { object[key] = value }
        return .object(object)
    }
}
