import Domain

/// Clients that keep locales as Java and POSIX do write an underscore for the hyphen of RFC 5646: scim-for-keycloak sends
/// `"locale":"en_us"`, and Okta and Entra ID send what a directory holds, `"preferredLanguage":"en_US"`.
/// Source: wire logs of scim-for-keycloak. The value means `en-US`. It is stored and returned as it was sent, since
/// clients compare what they read with what they wrote.
enum UnderscoredLocales {
    static func tag(_ text: String) -> LanguageTag? { LanguageTag(locale: text) }
}
