import StrictJSON

/// Turns a value a client sent into one that fits its definition (RFC 7643 §2.3), or says why it does not.
///
/// A value that can mean only one thing is accepted: a Boolean as text, a reference as a bare id.
struct ValueReader {
    let options: ReadOptions
    var ignored: [String] = []
    var dropped: [String] = []

    /// The value in canonical form, or nil when it says that there is none: null, "", [] and {} (RFC 7643 §2.5).
    mutating func value(_ json: JSON, for attribute: ResolvedAttribute) throws(SCIMError) -> JSON? {
        if json.isUnassigned, !isEmptyObjectForSimple(json, attribute) { return nil }
        guard attribute.definition.multiValued else { return try single(json, for: attribute) }
        switch json {
        case .array(let elements): return try list(elements, for: attribute)
        case .object where options.acceptsSingleValues && attribute.definition.type == .complex:
            return try list([json], for: attribute)
        case .string, .bool, .integer, .decimal:
            guard options.acceptsSingleValues, attribute.definition.type != .complex else { break }
            return try list([json], for: attribute)
        case .null, .object: break
        }
        throw misfit(attribute, "a list")
    }

    /// One element of a multi-valued attribute, or the value of a single-valued one.
    mutating func single(_ json: JSON, for attribute: ResolvedAttribute) throws(SCIMError) -> JSON? {
        switch attribute.definition.type {
        case .complex: return try complex(json, for: attribute)
        case .string, .reference:
            guard case .string(let text) = json else { throw misfit(attribute, "a string") }
            try checkLength(text, of: attribute)
            return json
        case .boolean:
            switch json {
            case .bool: return json
            case .string(let text):
                guard let value = Bool(clientText: text) else { throw misfit(attribute, "true or false") }
                return .bool(value)
            case .null, .integer, .decimal, .array, .object: throw misfit(attribute, "true or false")
            }
        case .integer:
            guard case .integer = json else { throw misfit(attribute, "a whole number") }
            return json
        case .decimal:
            switch json {
            case .integer, .decimal: return json
            case .null, .bool, .string, .array, .object: throw misfit(attribute, "a number")
            }
        case .dateTime:
            guard case .string(let text) = json, SCIMDateTime(parsing: text) != nil else {
                throw misfit(attribute, "a dateTime such as 2026-01-31T12:34:56Z")
            }
            return json
        case .binary:
            guard case .string(let text) = json else { throw misfit(attribute, "base64") }
            // Encoders for mail and PEM break lines (RFC 2045 §6.8); the form of RFC 4648 does not.
            let value = String(decoding: text.utf8.filter { ![0x09, 0x0A, 0x0D, 0x20].contains($0) }, as: UTF8.self)
            guard Self.isBase64(value) else { throw misfit(attribute, "base64") }
            try checkLength(value, of: attribute)
            return value.isEmpty ? nil : .string(value)
        }
    }

    private mutating func list(_ elements: [JSON], for attribute: ResolvedAttribute) throws(SCIMError) -> JSON? {
        guard elements.count <= options.maxValues else {
            throw .invalidValue("'\(attribute.path)' has more than \(options.maxValues) values.")
        }
        var values = MultiValue()
        for element in elements where !element.isUnassigned {
            if drops(element, of: attribute) { continue }
            if let value = try single(element, for: attribute) { values.append(value) }
        }
        guard values.primaries <= 1 else {
            throw .invalidValue("'\(attribute.path)' has more than one primary value.")
        }
        return values.elements.isEmpty ? nil : .array(values.elements)
    }

    private mutating func complex(_ json: JSON, for attribute: ResolvedAttribute) throws(SCIMError) -> JSON? {
        switch json {
        case .object(let object): return try object.isEmpty ? nil : parts(object, of: attribute)
        case .array(let elements):
            // The oldest clients send a single reference as a list of one.
            guard !attribute.definition.multiValued, elements.count == 1, case .object = elements[0] else { break }
            return try complex(elements[0], for: attribute)
        case .string(let text):
            // The default sub-attribute (RFC 7643 §2.4); a reference needs to say more.
            guard let part = attribute.subAttribute(named: "value"), part.definition.mutability != .immutable else {
                break
            }
            return try parts(["value": .string(text)], of: attribute)
        case .null, .bool, .integer, .decimal: break
        }
        throw misfit(attribute, "an object")
    }

    private mutating func parts(_ object: JSONObject, of attribute: ResolvedAttribute) throws(SCIMError) -> JSON? {
        try object.checkNamesDiffer()
        var result = JSONObject()
        for (key, json) in object {
            guard let part = attribute.subAttribute(named: key) else {
                try ignore("\(attribute.path).\(key)")
                continue
            }
            guard part.definition.mutability != .readOnly else { continue }
            result[part.name] = try value(json, for: part)
        }
        if result.isEmpty { return nil }
        for part in attribute.subAttributes where part.definition.required && result[part.name] == nil {
            throw .invalidValue("'\(part.path)' is required.")
        }
        if attribute.definition.multiValued, result["value"] == nil,
            attribute.subAttribute(named: "value")?.definition.mutability == .immutable
        {
            throw .invalidValue("'\(attribute.path)' has an element without a value.")
        }
        return .object(result)
    }

    /// Notes a name that no schema knows, or refuses it where that is asked for. What a filter compares with is left
    /// out: it may be personal.
    mutating func ignore(_ text: String) throws(SCIMError) {
        var name = text
        if let start = text.firstIndex(of: "["), let end = text.lastIndex(of: "]"), start < end {
            name.removeSubrange(text.index(after: start)..<end)
        }
        if options.refusesUnknown { throw .invalidValue("'\(name)' is not an attribute.") }
        ignored.append(name)
    }

    /// Whether a value has to be left out since something in it is too long, and notes that it was.
    mutating func drops(_ json: JSON, of attribute: ResolvedAttribute) -> Bool {
        let name = attribute.path.attribute
        guard !attribute.isExtension, options.droppedWhenLong.contains(name), isTooLong(json) else { return false }
        dropped.append(attribute.path.description)
        return true
    }

    private func isTooLong(_ json: JSON) -> Bool {
        switch json {
        case .string(let text): text.utf8.count > options.maxStringBytes
        case .object(let object): object.contains { isTooLong($0.value) }
        case .array, .null, .bool, .integer, .decimal: false
        }
    }

    private func checkLength(_ text: String, of attribute: ResolvedAttribute) throws(SCIMError) {
        guard text.utf8.count <= options.maxStringBytes else {
            throw .invalidValue("'\(attribute.path)' is longer than \(options.maxStringBytes) bytes.")
        }
    }

    private func misfit(_ attribute: ResolvedAttribute, _ wanted: String) -> SCIMError {
        .invalidValue("'\(attribute.path)' must be \(wanted).")
    }

    /// `{}` clears a complex attribute, but is no value of a simple one.
    private func isEmptyObjectForSimple(_ json: JSON, _ attribute: ResolvedAttribute) -> Bool {
        guard attribute.definition.type != .complex, !attribute.definition.multiValued else { return false }
        switch json {
        case .object: return true
        case .null, .bool, .integer, .decimal, .string, .array: return false
        }
    }

    /// Base64 or its URL-safe form, padding optional (RFC 7643 §2.3.6, RFC 4648 §4, §5).
    static func isBase64(_ text: String) -> Bool {
        var digits = 0
        var padding = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "="): padding += 1
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                guard padding == 0 else { return false }
                digits += 1
            default: return false
            }
        }
        return digits % 4 != 1 && (padding == 0 || padding <= 2 && (digits + padding) % 4 == 0)
    }
}
