import StrictJSON

/// References of the form `bulkId:name` in values (RFC 7644 §3.7.2).
public enum BulkReference {
    /// The name behind the prefix, or nil when the text is no reference.
    public static func bulkId(in text: String) -> String? {
        let prefix = "bulkId:"
        guard text.hasPrefixIgnoringASCIICase(prefix), text.utf8.count > prefix.utf8.count else { return nil }
        return String(text.utf8.dropFirst(prefix.utf8.count))
    }

    static func collect(_ json: JSON, into found: inout Set<String>) {
        switch json {
        case .string(let text):
            if let id = bulkId(in: text) { found.insert(id) }
            found.formUnion(ids(inFilterOf: text))
        case .array(let elements): for element in elements { collect(element, into: &found) }
        case .object(let object): for (_, value) in object { collect(value, into: &found) }
        case .null, .bool, .integer, .decimal: break
        }
    }

    static func resolve(_ json: JSON, _ id: (String) -> String?) -> JSON {
        switch json {
        case .string(let text):
            if let name = bulkId(in: text), let id = id(name) { return .string(id) }
            return .string(resolve(filterOf: text, id))
        case .array(let elements): return .array(elements.map { resolve($0, id) })
        case .object(let object): return .object(JSONObject(object.map { ($0.key, resolve($0.value, id)) }))
        case .null, .bool, .integer, .decimal: return json
        }
    }

    /// References inside the path of a patch, such as `members[value eq "bulkId:x"]`.
    private static func ids(inFilterOf text: String) -> [String] {
        var ids: [String] = []
        _ = resolve(filterOf: text) { name in
            ids.append(name)
            return nil
        }
        return ids
    }

    private static func resolve(filterOf text: String, _ id: (String) -> String?) -> String {
        guard text.utf8.contains(UInt8(ascii: "[")), CaseFolding.contains(text.asciiLowercased, "\"bulkid:"),
            let path = try? PatchPath(parsing: text), let filter = path.valueFilter
        else { return text }
        let resolved = filter.mappingStrings { value in bulkId(in: value).flatMap(id) ?? value }
        guard resolved != filter else { return text }
        return PatchPath(attribute: path.attribute, valueFilter: resolved, subAttribute: path.subAttribute).description
    }
}

extension Filter {
    /// The filter with each compared string mapped.
    func mappingStrings(_ map: (String) -> String) -> Filter {
        switch self {
        case .comparison(let path, let op, .string(let text)): .comparison(path, op, .string(map(text)))
        case .comparison, .present: self
        case .and(let filters): .and(filters.map { $0.mappingStrings(map) })
        case .or(let filters): .or(filters.map { $0.mappingStrings(map) })
        case .not(let filter): .not(filter.mappingStrings(map))
        case .valuePath(let path, let filter): .valuePath(path, filter.mappingStrings(map))
        }
    }
}
