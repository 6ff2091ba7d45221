extension String {
    /// The text with A-Z lowered, as attribute names, operators and URNs are compared (RFC 7643 §2.1, RFC 8141 §3.1).
    var asciiLowercased: String {
        guard utf8.contains(where: { $0 &- 0x41 < 26 }) else { return self }
        return String(decoding: utf8.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// Whether both are equal but for the case of A-Z.
    func equalsIgnoringASCIICase(_ other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return utf8.elementsEqual(other.utf8) { a, b in
            a == b || (a | 0x20 == b | 0x20 && (a | 0x20) &- 0x61 < 26)
        }
    }

    /// Whether the text starts with an ASCII prefix, in any case.
    func hasPrefixIgnoringASCIICase(_ prefix: String) -> Bool {
        guard utf8.count >= prefix.utf8.count else { return false }
        return utf8.prefix(prefix.utf8.count).elementsEqual(prefix.utf8) { a, b in
            a == b || (a | 0x20 == b | 0x20 && (a | 0x20) &- 0x61 < 26)
        }
    }

    /// Whether there is nothing but white space.
    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
