import Domain

/// Clients that keep locales as Java and POSIX do write an underscore for the hyphen of RFC 5646: scim-for-keycloak sends
/// `"locale":"en_us"`, which means `en-US`.
/// Source: https://github.com/Captain-P-Goldfish/scim-for-keycloak/issues/126. The value is stored and returned as it was
/// sent.
enum UnderscoredLocales {
    static func tag(_ text: String) -> LanguageTag? { LanguageTag(locale: text) }
}
