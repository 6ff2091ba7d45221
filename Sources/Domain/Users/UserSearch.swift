/// The text of a search for users: the beginnings of words, in any order.
package enum UserSearch {
    /// As many words as are looked for; further ones are left away.
    private static let mostWords = 8
    /// In code points, as long as a stored word is at most.
    private static let longestWord = 100

    /// The condition that every word of the text begins one of the user's; what has an @ in it begins a user name or
    /// an address.
    package static func predicate(_ text: String) -> Predicate<User.Field> {
        let conditions = words(text).map { word in
            Predicate<User.Field>.comparison(.word, .startsWith, .text(word, caseExact: false))
        }
        guard let first = conditions.first else { return .constant(false) }
        return conditions.dropFirst().reduce(first) { .and($0, $1) }
    }

    /// Cuts a text as `app.search_words` cuts names.
    static func words(_ text: String) -> [String] {
        let parts = FoldedKey(text).description.unicodeScalars.split { $0.properties.isWhitespace }
        let words = parts.flatMap { part -> [Substring.UnicodeScalarView] in
            if part.dropFirst().contains("@") { return [part] }
            return part.split { $0.separatesWords }.map { $0.prefix(longestWord) }
        }
        return words.prefix(mostWords).map { String(String.UnicodeScalarView($0)) }
    }
}

extension Unicode.Scalar {
    fileprivate var separatesWords: Bool {
        switch value {
        case 0x01...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0xA9, 0xAB...0xB4, 0xB6...0xB9, 0xBB...0xBF,
            0x2000...0x206F, 0x3000...0x3004, 0x3008...0x3020:
            true
        default: false
        }
    }
}
