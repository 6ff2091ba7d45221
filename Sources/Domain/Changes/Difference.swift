package import StrictJSON

/// The difference between two states of a thing: attribute → [before, after], where a side without a value is null.
///
/// Attributes inside a complex one or an extension are named by their path (`name.givenName`,
/// `urn:…:User:department`); a multi-valued attribute counts as a whole.
package struct Difference: Sendable, Hashable {
    package private(set) var fields: JSONObject

    package init() { fields = JSONObject() }

    package init(from before: JSONObject, to after: JSONObject) {
        self.init()
        compare(before, after, prefix: "")
    }

    package var isEmpty: Bool { fields.isEmpty }

    package mutating func set(_ field: String, from before: JSON, to after: JSON) {
        fields[field] = .array([before, after])
    }

    package var json: [UInt8] { JSON.object(fields).utf8 }

    private mutating func compare(_ before: JSONObject, _ after: JSONObject, prefix: String) {
        for (key, old) in before { compare(old, after[key] ?? .null, key: key, prefix: prefix) }
        for (key, new) in after where before[key] == nil { compare(.null, new, key: key, prefix: prefix) }
    }

    private mutating func compare(_ old: JSON, _ new: JSON, key: String, prefix: String) {
        // Which schemas a resource has follows from its attributes.
        if old == new || key == "schemas" { return }
        // An extension's attributes follow its URN after a colon, sub-attributes after a dot (RFC 7644 §3.10).
        let inner = prefix + key + (key.hasPrefix("urn:") ? ":" : ".")
        switch (old, new) {
        case (.object(let before), .object(let after)): compare(before, after, prefix: inner)
        case (.object(let before), .null): compare(before, JSONObject(), prefix: inner)
        case (.null, .object(let after)): compare(JSONObject(), after, prefix: inner)
        default: set(prefix + key, from: old, to: new)
        }
    }
}

extension Difference {
    /// Whether the attribute, or one inside it, moved.
    package func touches(_ path: String) -> Bool {
        fields.keys.contains { $0 == path || $0.hasPrefix(path + ".") || $0.hasPrefix(path + ":") }
    }
}
