import StrictJSON

/// Operations on some elements of a multi-valued complex attribute (RFC 7644 §3.5.2, value paths).
extension PatchApplication {
    /// `attribute[filter]` and `attribute[filter].part`.
    mutating func applyElements(
        _ op: PatchOp, _ json: JSON?, of attribute: ResolvedAttribute, filter: Filter, part name: String?
    ) throws(SCIMError) {
        guard attribute.parent == nil, attribute.definition.multiValued, attribute.definition.type == .complex else {
            throw .invalidPath("'\(attribute.path)' has no elements to choose from.")
        }
        let resolved = try filter.resolved(within: attribute)
        var part: ResolvedAttribute?
        if let name {
            guard let found = attribute.subAttribute(named: name) else { throw .noTarget }
            guard !found.isReadOnly else { throw .mutability("'\(found.path)' cannot be changed.") }
            part = found
        }
        let elements = current(attribute)?.arrayValue ?? []
        let chosen = elements.indices.filter { resolved.matches(element: elements[$0]) }
        if chosen.isEmpty {
            // An absent value need not be removed or emptied.
            if op == .remove || json?.isUnassigned != false { return }
            guard let blank = try element(for: resolved, of: attribute, op, hasPart: part != nil) else {
                throw .noTarget("No value of '\(attribute.path)' matches the filter.")
            }
            return try append(blank, json ?? .null, part, attribute, to: elements)
        }
        if let part {
            try applyPart(op, json, part, of: attribute, elements, chosen)
        } else {
            try applyWhole(op, json, of: attribute, elements, chosen)
        }
    }

    /// `attribute.part` without a filter means the part of each element.
    mutating func applyPart(_ op: PatchOp, _ json: JSON?, ofAllElements part: ResolvedAttribute) throws(SCIMError) {
        guard
            let attribute = schema.attribute(for: part.path.parent)
        else { throw .invalidPath("'\(part.path)' is not an attribute.") }
        let elements = current(attribute)?.arrayValue ?? []
        if elements.isEmpty {
            if op == .remove || json?.isUnassigned != false { return }
            return try append([:], json ?? .null, part, attribute, to: elements)
        }
        try applyPart(op, json, part, of: attribute, elements, Array(elements.indices))
    }

    private mutating func append(
        _ blank: JSON, _ json: JSON, _ part: ResolvedAttribute?, _ attribute: ResolvedAttribute, to elements: [JSON]
    ) throws(SCIMError) {
        var element = blank
        if let part {
            guard let value = try values.value(json.unwrapped(for: part), for: part) else { return }
            element = blank.merging(.object([part.name: value]))
        } else if let value = try values.single(json.elementOfOne, for: attribute) {
            element = blank.merging(value)
        }
        // The values that the filter contributed have not been checked yet.
        guard let checked = try values.single(element, for: attribute) else { return }
        try storeList(Self.adding([checked], to: elements), attribute)
    }

    private mutating func applyPart(
        _ op: PatchOp, _ json: JSON?, _ part: ResolvedAttribute, of attribute: ResolvedAttribute,
        _ before: [JSON], _ chosen: [Int]
    ) throws(SCIMError) {
        var elements = before
        for place in chosen {
            guard case .object(var element) = elements[place] else { continue }
            // A removal may carry the old value; it is never written.
            element[part.name] = try changed(op, json, part, from: element[part.name])
            elements[place] = .object(element)
        }
        try storeChosen(elements, chosen, isPrimary: part.name == "primary", attribute)
    }

    private mutating func applyWhole(
        _ op: PatchOp, _ json: JSON?, of attribute: ResolvedAttribute, _ before: [JSON], _ chosen: [Int]
    ) throws(SCIMError) {
        var elements = before
        let value =
            op == .remove || json?.isUnassigned != false
            ? nil : try values.single((json ?? .null).elementOfOne, for: attribute)
        guard let value else {
            if op == .add { return }
            for place in chosen.reversed() { elements.remove(at: place) }
            if elements.isEmpty { try checkRemovable(attribute, byValue: op != .remove) }
            return try storeList(elements, attribute)
        }
        for place in chosen { elements[place] = op == .add ? elements[place].merging(value) : value }
        try storeChosen(elements, chosen, isPrimary: value.isPrimary, attribute)
    }

    /// Stores elements after some were changed; when they became primary, the others step back.
    private mutating func storeChosen(
        _ elements: [JSON], _ chosen: [Int], isPrimary: Bool, _ attribute: ResolvedAttribute
    ) throws(SCIMError) {
        var elements = elements
        if isPrimary, let first = chosen.first, elements[first].isPrimary {
            guard chosen.count == 1 else {
                throw .invalidValue("'\(attribute.path)' would have more than one primary value.")
            }
            elements.demotePrimaries(except: first)
        }
        // Elements may have become equal, or empty.
        var unique = MultiValue()
        for element in elements where !element.isUnassigned { unique.append(element) }
        if unique.elements.isEmpty { try checkRemovable(attribute, byValue: false) }
        try storeList(unique.elements, attribute)
    }

    /// The element a filter describes when it only says what some sub-attributes equal; else nil.
    ///
    /// - Parameter hasPart: whether a sub-attribute follows the brackets.
    private func element(
        for filter: ResolvedFilter, of attribute: ResolvedAttribute, _ op: PatchOp, hasPart: Bool
    ) throws(SCIMError) -> JSON? {
        if op == .replace {
            guard options.fillsEmptyPlaces, hasPart, case .comparison(let comparison) = filter, comparison.namesPlace
            else { return nil }
        }
        let terms: [ResolvedFilter]
        switch filter {
        case .and(let filters): terms = filters
        case .comparison: terms = [filter]
        case .present, .or, .not, .valuePath: return nil
        }
        var element = JSONObject()
        for term in terms {
            guard case .comparison(let comparison) = term, comparison.op == .eq,
                !comparison.attribute.isReadOnly, element[comparison.attribute.name] == nil
            else { return nil }
            element[comparison.attribute.name] = comparison.value.json
        }
        return .object(element)
    }
}

extension ResolvedComparison {
    /// Whether this tells one place among the values of an attribute: a suggested `type`, or the primary one. Any other
    /// type was meant to be found, not to be made.
    var namesPlace: Bool {
        switch (attribute.name, value) {
        case ("primary", .boolean(true)): op == .eq
        case ("type", .string(let type)):
            op == .eq && attribute.definition.canonicalValues.contains { $0.equalsIgnoringASCIICase(type) }
        default: false
        }
    }
}

extension ResolvedValue {
    /// The value as it is stored.
    var json: JSON {
        switch self {
        case .boolean(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .decimal(let value): .decimal(value)
        case .string(let value): .string(value)
        case .dateTime(let value): .string(value.description)
        }
    }
}
