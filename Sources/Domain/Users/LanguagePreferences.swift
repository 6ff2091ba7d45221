/// The preferred languages of a person, as the header `Accept-Language` lists them (RFC 9110 §12.5.4), which is also
/// the form of `preferredLanguage` (RFC 7643 §4.1.1): `en-GB, de;q=0.7`.
package struct LanguagePreferences: Sendable, Hashable {
    /// The most preferred first, in the order of the list where weights are equal. Languages of weight 0 are left out.
    package let languages: [LanguageTag]
    /// Whether the list has at least one entry, and every entry is a language or `*`, with a weight or without.
    package let isWellFormed: Bool

    /// The most entries of a list. The end of a longer one is passed over, and such a list is not well-formed.
    private static let maximumEntries = 50

    /// - Parameter text: entries that are not well-formed are passed over.
    package init(_ text: String) {
        let entries = text.split(separator: ",", maxSplits: Self.maximumEntries - 1)
            .map { Self.trimmed($0) }.filter { !$0.isEmpty }
        let choices = entries.map { Self.choice($0) }
        isWellFormed = !entries.isEmpty && !choices.contains { $0 == nil }
        languages = choices.compactMap(\.self).filter { $0.weight > 0 }.sorted { $0.weight > $1.weight }
            .compactMap(\.tag)
    }

    private struct Choice: Hashable {
        /// Nil for `*`, any language.
        let tag: LanguageTag?
        /// In thousandths.
        let weight: Int
    }

    private static func choice(_ entry: Substring) -> Choice? {
        let parts = entry.split(separator: ";", omittingEmptySubsequences: false).map { trimmed($0) }
        guard parts.count <= 2, let weight = parts.count == 2 ? weight(parts[1]) : 1_000 else { return nil }
        if parts[0] == "*" { return Choice(tag: nil, weight: weight) }
        return LanguageTag(locale: parts[0]).map { Choice(tag: $0, weight: weight) }
    }

    /// `q=` and a number from 0 to 1 with at most three decimals (RFC 9110 §12.4.2).
    private static func weight(_ text: Substring) -> Int? {
        let number = text.lowercased().split(separator: "=", omittingEmptySubsequences: false)
        guard number.count == 2, number[0] == "q" else { return nil }
        let digits = number[1].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard digits[0] == "0" || digits[0] == "1" else { return nil }
        let decimals = digits.count == 2 ? digits[1] : ""
        guard decimals.utf8.count <= 3, decimals.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let thousandths = Int(String(decimals) + String(repeating: "0", count: 3 - decimals.utf8.count)) ?? 0
        let weight = (digits[0] == "1" ? 1_000 : 0) + thousandths
        return weight <= 1_000 ? weight : nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
