/// A well-formed language tag of BCP 47 (RFC 5646 §2.2.9) in the case that §2.1.1 recommends: `de-CH`, `zh-Hant-TW`.
///
/// No registry is consulted, so a tag may name a language that nobody has registered. A variant or a singleton that
/// occurs twice is rejected, since that can be told without the registry (§2.2.5, §2.2.6).
package struct LanguageTag: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// In characters (RFC 5646 §4.4.1).
    package static let maximumLength = 35

    package static let english = LanguageTag(normalized: "en")

    private init(normalized text: String) { description = text }

    /// Nil unless the text is a well-formed tag of at most 35 characters.
    package init?(_ text: some StringProtocol) {
        // Some letters beyond ASCII have a lower case within it.
        guard (1...Self.maximumLength).contains(text.utf8.count), text.utf8.allSatisfy({ $0 < 0x80 }) else {
            return nil
        }
        let lowercased = text.lowercased()
        let subtags = lowercased.split(separator: "-", omittingEmptySubsequences: false).map { Array($0.utf8) }
        guard subtags.allSatisfy({ (1...8).contains($0.count) && $0.allSatisfy(Self.isAlphanumeric) }),
            Self.irregular.contains(lowercased) || Self.isWellFormed(subtags)
        else { return nil }
        self.init(normalized: Self.cased(subtags))
    }

    /// A tag that may be written as programs write locales, with underscores for hyphens: `en_US`.
    package init?(locale text: some StringProtocol) { self.init(String(text.map { $0 == "_" ? Character("-") : $0 })) }

    /// The language without script, region and the rest, in lower case: `de` of `de-CH`.
    package var language: Substring { description.prefix { $0 != "-" } }

    // MARK: Grammar

    /// `langtag` or `privateuse` (RFC 5646 §2.1), of subtags in lower case.
    private static func isWellFormed(_ subtags: [[UInt8]]) -> Bool {
        var rest = subtags[...]
        if rest.first != privateUse {
            guard takeLanguage(&rest) else { return false }
            take(1, &rest, where: isScript)
            take(1, &rest, where: isRegion)
            let variants = take(.max, &rest, where: isVariant)
            guard Set(variants).count == variants.count, takeExtensions(&rest) else { return false }
            if rest.isEmpty { return true }
        }
        return rest.first == privateUse && rest.count > 1
    }

    /// Takes a language of 2 or 3 letters with up to three extended ones, or one of 4 to 8 letters.
    private static func takeLanguage(_ rest: inout ArraySlice<[UInt8]>) -> Bool {
        guard let language = rest.first, language.count >= 2, language.allSatisfy(isLetter) else { return false }
        rest.removeFirst()
        if language.count <= 3 { take(3, &rest, where: isExtendedLanguage) }
        return true
    }

    /// Takes extensions: each a singleton, which occurs once, with subtags of two or more characters.
    private static func takeExtensions(_ rest: inout ArraySlice<[UInt8]>) -> Bool {
        var singletons: Set<[UInt8]> = []
        while let singleton = rest.first, singleton.count == 1, singleton != privateUse {
            rest.removeFirst()
            let values = take(.max, &rest, where: { $0.count >= 2 })
            guard singletons.insert(singleton).inserted, !values.isEmpty else { return false }
        }
        return true
    }

    /// Takes as many subtags as meet the condition, at most `limit`.
    @discardableResult private static func take(
        _ limit: Int, _ rest: inout ArraySlice<[UInt8]>, where isTaken: ([UInt8]) -> Bool
    ) -> ArraySlice<[UInt8]> {
        let taken = rest.prefix(limit).prefix(while: isTaken)
        rest.removeFirst(taken.count)
        return taken
    }

    private static func isExtendedLanguage(_ subtag: [UInt8]) -> Bool {
        subtag.count == 3 && subtag.allSatisfy(isLetter)
    }

    private static func isScript(_ subtag: [UInt8]) -> Bool { subtag.count == 4 && subtag.allSatisfy(isLetter) }

    private static func isRegion(_ subtag: [UInt8]) -> Bool {
        subtag.count == 2 && subtag.allSatisfy(isLetter) || subtag.count == 3 && subtag.allSatisfy(isDigit)
    }

    private static func isVariant(_ subtag: [UInt8]) -> Bool {
        subtag.count >= 5 || subtag.count == 4 && isDigit(subtag[0])
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }

    private static let privateUse = [UInt8(ascii: "x")]

    /// The grandfathered tags that the grammar does not describe; the regular ones it does.
    private static let irregular: Set<String> = [
        "en-gb-oed", "i-ami", "i-bnn", "i-default", "i-enochian", "i-hak", "i-klingon", "i-lux", "i-mingo", "i-navajo",
        "i-pwn", "i-tao", "i-tay", "i-tsu", "sgn-be-fr", "sgn-be-nl", "sgn-ch-de",
    ]

    // MARK: Case

    /// Regions in upper case and scripts with a capital, unless they come first or after a singleton (RFC 5646 §2.1.1).
    private static func cased(_ subtags: [[UInt8]]) -> String {
        var isAfterSingleton = false
        return subtags.enumerated().map { place, subtag -> String in
            let text = String(decoding: subtag, as: UTF8.self)
            defer { if subtag.count == 1 { isAfterSingleton = true } }
            if place == 0 || isAfterSingleton { return text }
            switch subtag.count {
            case 2: return text.uppercased()
            case 4: return text.prefix(1).uppercased() + text.dropFirst()
            default: return text
            }
        }.joined(separator: "-")
    }
}
