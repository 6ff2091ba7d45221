import StrictJSON

/// Operations on multi-valued attributes as a whole.
extension PatchApplication {
    mutating func applyList(_ op: PatchOp, _ json: JSON?, _ attribute: ResolvedAttribute) throws(SCIMError) {
        let before = current(attribute)?.arrayValue ?? []
        switch op {
        case .add:
            guard let added = try values.value(json ?? .null, for: attribute)?.arrayValue else { return }
            try storeList(Self.adding(added, to: before), attribute)
        case .replace:
            let after = try values.value(json ?? .null, for: attribute)?.arrayValue ?? []
            if after.isEmpty { try checkRemovable(attribute, byValue: true) }
            try storeList(after, attribute)
        case .remove:
            var after: [JSON] = []
            if let json, !json.isNull, json != .string("") {
                let gone = json.arrayValue ?? [json]
                for element in before where try !Self.isNamed(by: gone, element, of: attribute) {
                    after.append(element)
                }
            }
            if after.isEmpty { try checkRemovable(attribute, byValue: false) }
            try storeList(after, attribute)
        }
    }

    mutating func storeList(_ elements: [JSON], _ attribute: ResolvedAttribute) throws(SCIMError) {
        guard elements.count <= options.values.maxValues else {
            throw .invalidValue("'\(attribute.path)' would have more than \(options.values.maxValues) values.")
        }
        store(elements.isEmpty ? nil : .array(elements), attribute)
    }

    /// Appends elements; one that is there already is completed instead of doubled (RFC 7644 §3.5.2.1), and a new
    /// primary takes over from the old (§3.5.2).
    static func adding(_ added: [JSON], to before: [JSON]) -> [JSON] {
        var elements = before
        var places: [JSON: [Int]] = [:]
        for (place, element) in before.enumerated() { places[element["value"] ?? element, default: []].append(place) }
        for element in added {
            let type = element["type"]
            let twin = places[element["value"] ?? element]?.first { type == nil || elements[$0]["type"] == type }
            let place = twin ?? elements.count
            if let twin {
                elements[twin] = elements[twin].merging(element)
            } else {
                places[element["value"] ?? element, default: []].append(elements.count)
                elements.append(element)
            }
            if element.isPrimary { elements.demotePrimaries(except: place) }
        }
        return elements
    }

    /// Whether one of the values in a removal means an element.
    private static func isNamed(
        by given: [JSON], _ element: JSON, of attribute: ResolvedAttribute
    ) throws(SCIMError) -> Bool {
        for value in given where try names(value, element, of: attribute) { return true }
        return false
    }

    /// Whether a value in a removal means an element: by its `value`, else by all the members it gives.
    private static func names(
        _ given: JSON, _ element: JSON, of attribute: ResolvedAttribute
    ) throws(SCIMError) -> Bool {
        guard attribute.definition.type == .complex else { return given == element }
        let caseExact = attribute.subAttribute(named: "value")?.definition.caseExact ?? true
        func same(_ a: JSON?, _ b: JSON?) -> Bool {
            guard !caseExact, case .string(let a)? = a, case .string(let b)? = b else { return a == b }
            return CaseFolding.fold(a) == CaseFolding.fold(b)
        }
        switch given {
        case .string: return same(given, element["value"])
        case .object(let object):
            let message = try Message(object)
            if let value = message["value"], !value.isUnassigned {
                guard same(value, element["value"]) else { return false }
                guard let type = message["type"], !type.isUnassigned, let own = element["type"] else { return true }
                return same(type, own)
            }
            let parts = object.filter { !$0.value.isUnassigned }
            return !parts.isEmpty && parts.allSatisfy { same($0.value, element[$0.key]) }
        case .null, .bool, .integer, .decimal, .array: return false
        }
    }
}

extension [JSON] {
    /// Turns every other `primary` off.
    mutating func demotePrimaries(except place: Int) {
        for other in indices where other != place && self[other].isPrimary {
            self[other] = self[other].merging(["primary": false])
        }
    }
}
