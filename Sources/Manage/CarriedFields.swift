import Domain
import Edge
import StrictJSON

/// The fields of a form whose step waits for re-authentication; they are kept until then and submitted with it.
struct CarriedFields {
    private let fields: [(name: String, value: String)]

    /// Nil when a file is among them, or a secret, which no page gives back.
    init?(_ form: Form, file: MultipartForm.File?) {
        fields = form.all
        if file != nil || fields.contains(where: { Self.isSecret($0.name, $0.value) }) { return nil }
    }

    /// Passwords, codes, secrets of somebody's own, and keys that were pasted by mistake.
    private static func isSecret(_ name: String, _ value: String) -> Bool {
        !value.isEmpty && (secrets.contains(name) || value.contains("PRIVATE KEY"))
    }

    private static let secrets: Set<String> = ["password", "new", "again", "code", "secret"]

    /// Whether they are too large for the usual encoding of forms, which a document can be.
    static func areLarge(_ fields: [(name: String, value: String)]) -> Bool {
        fields.reduce(0) { $0 + $1.value.utf8.count } > largest
    }

    /// Percent-encoding makes three bytes of one at worst.
    private static let largest = 16_384

    var areLarge: Bool { Self.areLarge(fields) }

    /// As hidden fields.
    var json: JSON { .array(fields.map { ["name": .string($0.name), "value": .string($0.value)] }) }

    // MARK: As people read them

    /// The fields that people know, with their labels.
    func described(_ words: Catalogue) -> [JSON] {
        fields.compactMap { name, value in
            guard !value.isEmpty, let label = Self.label(name, words) else { return nil }
            return ["label": .string(label), "value": .string(Self.text(name, value, words))]
        }
    }

    private static let longestValue = 200

    private static func label(_ name: String, _ words: Catalogue) -> String? {
        let attribute = EditableAttribute(rawValue: name).map { "attribute.\($0.rawValue)" }
        let claim = name.hasPrefix("claim_") ? "claim.\(name.dropFirst(6))" : nil
        return (labels[name] ?? attribute ?? claim).flatMap { words.keys.contains($0) ? words[$0] : nil }
    }

    private static func text(_ name: String, _ value: String, _ words: Catalogue) -> String {
        if value == "on" { return words["confirmation.chosen"] }
        let key = "\(values[name] ?? name).\(value)"
        if words.keys.contains(key) { return words[key] }
        return value.count > longestValue ? "\(value.prefix(longestValue)) …" : value
    }

    private static let labels = [
        "name": "plugins.name", "enabled": "plugin.enabled", "paused": "plugin.paused",
        "active_provider": "plugin.active", "default_role": "plugin.role", "matching": "plugin.matching",
        "takeover_roles": "plugin.takeoverRoles",
        "unknown_members": "plugin.unknown",
        "unknown_attributes": "plugin.unknownAttributes", "required_profile": "plugin.profile",
        "strict": "plugin.strict",
        "bare_token": "plugin.bare", "invites": "plugin.invites", "auto_create": "saml.autoCreate",
        "idp_initiated": "saml.unsolicited", "cbc": "saml.cbc", "force_authn": "saml.force",
        "allowed_domains": "saml.domains", "sha1_until": "saml.sha1", "name_id_format": "saml.format",
        "role": "newUser.role", "value": "mapping.value", "issuer": "client.issuer", "subject": "client.subject",
        "audience": "client.audience", "keys": "client.keys", "url": "samlProvider.url", "text": "samlProvider.text",
        "sso_url": "saml.signOn", "slo_url": "samlProvider.slo",
        "certificate": "samlProvider.certificate", "invite": "newUser.invite",
    ]

    /// The words for what is chosen from a list.
    private static let values = [
        "default_role": "role", "unknown_members": "unknownMembers", "takeover_roles": "takeoverRoles",
        "unknown_attributes": "unknownAttributes", "required_profile": "profile",
    ]
}
