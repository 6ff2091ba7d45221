import Domain
import StrictJSON

/// Values that a provider may state and the product cannot use: a language that is no language tag, an address to which
/// no mail can be sent. They are stored as they were sent and reported (docs/decisions/0022-unknown-attributes.md).
enum UnusableValues {
    /// The paths of the attributes with such values.
    ///
    /// - Parameter changed: the top-level attributes that are looked at; nil for all.
    static func paths(in document: JSONObject, among changed: [String]? = nil) -> [String] {
        func isLookedAt(_ name: String) -> Bool { changed?.contains(name) ?? true }
        var paths: [String] = []
        if isLookedAt("preferredLanguage"), let text = document["preferredLanguage"]?.stringValue,
            !LanguagePreferences(text).isWellFormed
        {
            paths.append("preferredLanguage")
        }
        if isLookedAt("locale"), let text = document["locale"]?.stringValue, UnderscoredLocales.tag(text) == nil {
            paths.append("locale")
        }
        if isLookedAt("emails"), document["emails"]?.arrayValue?.contains(where: isNoAddress) == true {
            paths.append("emails.value")
        }
        return paths
    }

    private static func isNoAddress(_ email: JSON) -> Bool {
        email["value"]?.stringValue.map { MailAddress($0) == nil } ?? false
    }
}
