import Domain
import Testing

struct LanguageTagTests {
    /// The examples of RFC 5646, appendix A.
    @Test(arguments: [
        "de", "fr", "ja", "i-enochian", "zh-Hant", "zh-Hans", "sr-Cyrl", "sr-Latn", "zh-cmn-Hans-CN", "cmn-Hans-CN",
        "zh-yue-HK", "yue-HK", "zh-Hans-CN", "sr-Latn-RS", "sl-rozaj", "sl-rozaj-biske", "sl-nedis", "de-CH-1901",
        "sl-IT-nedis", "hy-Latn-IT-arevela", "de-DE", "en-US", "es-419", "de-CH-x-phonebk", "az-Arab-x-aze-derbend",
        "x-whatever", "qaa-Qaaa-QM-x-southern", "de-Qaaa", "sr-Latn-QM", "sr-Qaaa-RS", "en-US-u-islamcal",
        "zh-CN-a-myext-x-private", "en-a-myext-b-another",
    ])
    func `an example of the standard is well-formed and keeps its case`(text: String) {
        #expect(LanguageTag(text)?.description == text)
    }

    @Test(arguments: [
        "en-GB-oed", "i-ami", "i-bnn", "i-default", "i-hak", "i-klingon", "i-lux", "i-mingo", "i-navajo", "i-pwn",
        "i-tao", "i-tay", "i-tsu", "sgn-BE-FR", "sgn-BE-NL", "sgn-CH-DE", "art-lojban", "cel-gaulish", "no-bok",
        "no-nyn", "zh-guoyu", "zh-hakka", "zh-min", "zh-min-nan", "zh-xiang",
    ])
    func `a grandfathered tag is well-formed`(text: String) { #expect(LanguageTag(text)?.description == text) }

    @Test(arguments: [
        "", "-", "e", "en-", "-en", "en--US", "klingon!!", "en US", "en_US", "de-419-DE", "a-DE", "i-unknown", "en-a",
        "ar-a-aaa-b-bbb-a-ccc", "sl-rozaj-rozaj", "en-x", "x", "en-7", "en-12", "e1", "abcdefghi", "en-abcdefghi",
        "zh-min-nan-abc-abc", "en-Latn-Latn", "\u{212A}a", "ен", "x-abcdefgh-abcdefgh-abcdefgh-abcdefg",
    ])
    func `anything else is no language tag`(text: String) { #expect(LanguageTag(text) == nil) }

    @Test func `a tag of 35 characters is the longest`() {
        #expect(LanguageTag("x-abcdefgh-abcdefgh-abcdefgh-abcdef") != nil)
    }

    @Test(arguments: [
        ("EN-us", "en-US"), ("ZH-HANT-tw", "zh-Hant-TW"), ("MN-cYRL-mn", "mn-Cyrl-MN"), ("EN-CA-X-CA", "en-CA-x-ca"),
        ("sgn-be-fr", "sgn-BE-FR"), ("AZ-latn-x-LATN", "az-Latn-x-latn"), ("en-gb-OED", "en-GB-oed"),
        ("DE-1996", "de-1996"),
    ])
    func `the case is that of the standard`(text: String, normalized: String) {
        #expect(LanguageTag(text)?.description == normalized)
    }

    @Test func `a locale with underscores is the tag with hyphens, and the language is its first part`() {
        #expect(LanguageTag(locale: "en_us") == LanguageTag("en-US"))
        #expect(LanguageTag(locale: "zh_Hant_TW")?.language == "zh")
        #expect(LanguageTag(locale: "en_US.UTF-8") == nil)
    }
}

struct LanguagePreferencesTests {
    @Test(arguments: [
        ("en-GB, de;q=0.7", ["en-GB", "de"]), ("de;q=0.5,fr;q=0.9 , it", ["it", "fr", "de"]), ("en_US", ["en-US"]),
        ("de ; q=1.000, en;Q=0.001", ["de", "en"]), ("de;q=0, en", ["en"]), ("*", []), ("fr, *;q=0.1", ["fr"]),
    ])
    func `a list in the form of Accept-Language is in the order of its weights`(text: String, languages: [String]) {
        let preferences = LanguagePreferences(text)
        #expect(preferences.isWellFormed)
        #expect(preferences.languages.map(\.description) == languages)
    }

    @Test(arguments: [
        "", " , ", "klingon!!", "de;q=2", "de;q=1.001", "de;q=0.1234", "de;q=", "de;q=x", "de;level=1", "de;q=1;x=1",
        "my language", "de, klingon!!",
    ])
    func `a list with anything else in it is not well-formed`(text: String) {
        #expect(!LanguagePreferences(text).isWellFormed)
    }

    @Test func `the languages in a list that is not well-formed count`() {
        #expect(LanguagePreferences("klingon!!, de;q=0.1").languages.map(\.description) == ["de"])
    }

    @Test func `a list of languages has at most fifty entries`() {
        let list = { (count: Int) in
            LanguagePreferences(Array(repeating: "de", count: count).joined(separator: ","))
        }
        #expect(list(50).isWellFormed && list(50).languages.count == 50)
        #expect(!list(51).isWellFormed && list(51).languages.count == 49)
    }
}
