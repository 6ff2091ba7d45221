import Domain
import Foundation
import StrictJSON

/// Settings of connections and of the account, and their values, as people read them in the change log.
struct SettingWords: ChangeWords {
    let general: AttributeWords
    /// How a time is written.
    let moment: @Sendable (Timestamp) -> Moment
    let metadata: any ProviderMetadataReading

    private var words: Catalogue { general.words }

    private static let domain = "domains."

    func name(_ field: String) -> String {
        if field.hasPrefix(Self.domain) {
            return words["setting.domain", ["name": String(field.dropFirst(Self.domain.count))]]
        }
        return words.known("setting.\(field)") ?? field
    }

    /// Settings that are one of a few, with the group of words that name them.
    private static let choices = [
        "default_role": "role", "unknown_members": "unknownMembers",
        "unknown_attributes": "unknownAttributes", "matching": "matching",
        "takeover_roles": "takeoverRoles",
        "required_profile": "profile", "invites": "invites", "default_language": "language", "key": "samlKey",
        "status": "tenantStatus",
    ]

    func value(_ value: JSON?, of field: String) -> String {
        switch value {
        case .string(let text)?: choice(text, of: field)
        case .integer(let seconds)? where ["expiresAt", "sha1_until"].contains(field):
            moment(Timestamp(microseconds: seconds * 1_000_000)).exact
        case .array(let values)? where field == "certificates":
            values.isEmpty ? general.value(nil) : values.map(certificate).joined(separator: ", ")
        case .array(let values)? where values.isEmpty: general.value(nil)
        case .object(let object)? where field == "roleMapping":
            rule(object)
        case .object(let object)? where field == "claims": claims(object)
        case .object(let object)? where field == "customAttributes": object["name"]?.stringValue ?? ""
        case .bool?, .array?, .object?, .decimal?, .integer?, .null?, nil: general.value(value)
        }
    }

    private func choice(_ text: String, of field: String) -> String {
        let group = field.hasPrefix(Self.domain) ? "domain" : Self.choices[field]
        let key = field == "sign_in" ? "settings.signIn_\(text)" : "\(group ?? "").\(text)"
        if let known = words.known(key) { return known }
        switch field {
        case "plan": return Plan(rawValue: text)?.name ?? text
        case "kind": return text.uppercased()
        default: return general.value(.string(text))
        }
    }

    private func rule(_ object: JSONObject) -> String {
        let part = { (name: String) in object[name]?.stringValue ?? "" }
        let values = [
            "origin": words["mapping.\(part("from"))"], "value": part("value"), "role": words["role.\(part("role"))"],
        ]
        return words["setting.rule", values]
    }

    /// A certificate is told by its fingerprint.
    private func certificate(_ value: JSON) -> String {
        let bytes = value.stringValue.flatMap { Data(base64Encoded: $0) }.map { [UInt8]($0) }
        return bytes.flatMap { metadata.details(of: $0) }.map { "SHA-256 \($0.sha256)" } ?? "?"
    }

    private func claims(_ object: JSONObject) -> String {
        if object.isEmpty { return general.value(nil) }
        return object.map { name, value in
            "\(words.known("claim.\(name)") ?? name): \(general.value(value))"
        }.joined(separator: "; ")
    }
}
