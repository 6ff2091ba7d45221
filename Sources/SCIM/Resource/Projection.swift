public import StrictJSON

/// Which attributes an answer holds: the `attributes` and `excludedAttributes` of a request (RFC 7644 §3.9).
///
/// When both are given, `attributes` wins. Names that mean nothing are passed over; if none of `attributes` means
/// anything, the answer holds only what is always returned.
public struct Projection: Sendable, Hashable {
    private enum Selection: Sendable, Hashable {
        case standard
        case only([AttributePath])
        case without([AttributePath])
    }

    private let selection: Selection

    /// A selection by comma lists as they come in a URL; nil or blank means not given.
    public init(attributes: String? = nil, excludedAttributes: String? = nil) {
        self.init(
            attributes: Self.names(attributes), excludedAttributes: Self.names(excludedAttributes))
    }

    /// A selection by lists of names; empty means not given.
    public init(attributes: [String], excludedAttributes: [String] = []) {
        if !attributes.isEmpty {
            selection = .only(attributes.compactMap { AttributePath(lenient: $0) })
        } else if !excludedAttributes.isEmpty {
            selection = .without(excludedAttributes.compactMap { AttributePath(lenient: $0) })
        } else {
            selection = .standard
        }
    }

    /// The answer as it is without any parameter.
    public static let standard = Projection(attributes: [], excludedAttributes: [])

    /// Whether neither parameter was given.
    public var isDefault: Bool { selection == .standard }

    /// Whether the answer will lack a core attribute that is returned by default, so that it need not be fetched.
    public func excludes(_ attribute: String) -> Bool {
        func named(_ path: AttributePath) -> Bool {
            path.attribute.equalsIgnoringASCIICase(attribute)
                || path.schema != nil && path.description.equalsIgnoringASCIICase(attribute)
        }
        return switch selection {
        case .standard: false
        case .only(let paths): !paths.contains { named($0) || Self.isCoreURN($0) }
        case .without(let paths): paths.contains { named($0) && $0.subAttribute == nil }
        }
    }

    /// The part of a resource in canonical spelling that the answer holds. What no schema defines is left out.
    public func apply(to resource: JSONObject, schema: ResourceSchema) -> JSONObject {
        let view = View(selection: selection, schema: schema)
        var result = JSONObject()
        result.reserveCapacity(resource.count)
        for (key, value) in resource {
            if let attribute = schema.coreTable[key] {
                if let kept = view.kept(value, attribute) { result.appendUnchecked(key, kept) }
            } else if let table = schema.extensionTable(key), case .object(let data) = value {
                var part = JSONObject()
                for (name, value) in data {
                    guard let attribute = table.table[name], let kept = view.kept(value, attribute) else { continue }
                    part.appendUnchecked(name, kept)
                }
                if !part.isEmpty { result.appendUnchecked(key, .object(part)) }
            }
        }
        return result
    }

    private static func names(_ list: String?) -> [String] {
        guard let list else { return [] }
        return list.split(separator: ",").compactMap { name in
            let trimmed = name.drop { $0.isWhitespace }
            let end = trimmed.lastIndex { !$0.isWhitespace }
            return end.map { String(trimmed[...$0]) }
        }
    }

    private static func isCoreURN(_ path: AttributePath) -> Bool {
        guard path.schema != nil else { return false }
        return [SchemaURN.user, SchemaURN.group].contains { $0.equalsIgnoringASCIICase(path.description) }
    }

    /// A selection bound to the attributes of a resource type.
    private struct View {
        enum Choice {
            case standard, only, without
        }

        var choice = Choice.standard
        /// The attributes and sub-attributes named.
        var named: Set<ObjectIdentifier> = []
        /// The attributes of which a sub-attribute is named.
        var parents: Set<ObjectIdentifier> = []

        init(selection: Selection, schema: ResourceSchema) {
            let paths: [AttributePath]
            switch selection {
            case .standard: return
            case .only(let list): (choice, paths) = (.only, list)
            case .without(let list): (choice, paths) = (.without, list)
            }
            for path in paths {
                let text = path.schema == nil ? nil : path.description
                if let attribute = schema.attribute(for: path) {
                    named.insert(ObjectIdentifier(attribute))
                    if attribute.parent != nil, let whole = schema.attribute(for: path.parent) {
                        parents.insert(ObjectIdentifier(whole))
                    }
                } else if let text, let urn = schema.extensionURN(text) {
                    named.formUnion(schema.attributes(ofExtension: urn).map { ObjectIdentifier($0) })
                } else if let text, schema.isCore(text) {
                    named.formUnion(schema.attributes.map { ObjectIdentifier($0) })
                }
            }
        }

        /// The part of a top-level attribute's value that is kept, or nil.
        func kept(_ value: JSON, _ attribute: ResolvedAttribute) -> JSON? {
            switch attribute.definition.returned {
            case .never: return nil
            case .always: return parts(of: value, attribute, isNamed: true)
            case .default, .request: break
            }
            let isNamed = named.contains(ObjectIdentifier(attribute))
            let hasNamedPart = !parents.isEmpty && parents.contains(ObjectIdentifier(attribute))
            switch choice {
            case .standard:
                return attribute.definition.returned == .default ? parts(of: value, attribute, isNamed: true) : nil
            case .only:
                return isNamed || hasNamedPart ? parts(of: value, attribute, isNamed: isNamed) : nil
            case .without:
                guard !isNamed, attribute.definition.returned == .default else { return nil }
                return parts(of: value, attribute, isNamed: true)
            }
        }

        private func parts(of value: JSON, _ attribute: ResolvedAttribute, isNamed: Bool) -> JSON? {
            guard attribute.definition.type == .complex else { return value }
            let isWhole = isNamed && (choice != .without || !parents.contains(ObjectIdentifier(attribute)))
            if isWhole, attribute.subAttributes.allSatisfy({ $0.definition.returned == .default }) { return value }
            switch value {
            case .object(let object):
                let kept = part(of: object, attribute, isNamed: isNamed)
                return kept.isEmpty ? nil : .object(kept)
            case .array(let elements):
                let kept = elements.compactMap { element -> JSON? in
                    guard case .object(let object) = element else { return element }
                    let kept = part(of: object, attribute, isNamed: isNamed)
                    return kept.isEmpty ? nil : .object(kept)
                }
                // An empty list says that there are no values, which is not the same as saying nothing.
                return kept.isEmpty && !elements.isEmpty ? nil : .array(kept)
            case .null, .bool, .integer, .decimal, .string: return value
            }
        }

        private func part(of object: JSONObject, _ attribute: ResolvedAttribute, isNamed: Bool) -> JSONObject {
            var result = JSONObject()
            result.reserveCapacity(object.count)
            for (name, value) in object {
                guard let sub = attribute.subAttribute(named: name) else { continue }
                let isKept =
                    switch sub.definition.returned {
                    case .never: false
                    case .always: true
                    case .request: choice == .only && named.contains(ObjectIdentifier(sub))
                    case .default:
                        choice == .without
                            ? !named.contains(ObjectIdentifier(sub)) : isNamed || named.contains(ObjectIdentifier(sub))
                    }
                if isKept { result.appendUnchecked(name, value) }
            }
            return result
        }
    }
}
