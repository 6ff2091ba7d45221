/// A secret that an admin brings along instead of one of ours, because the other side makes it.
package struct OwnSecret: Sendable {
    package enum Problem: String, Error, Sendable, Hashable {
        case tooShort, tooLong, unusable, tooPlain
    }

    package let text: String

    package static let minimumLength = 32
    package static let maximumLength = 200
    /// Fewer different characters than that are a pattern.
    private static let differentCharacters = 12

    package init(_ text: String) throws(Problem) {
        // The characters of b64token (RFC 6750 §2.1) and others that can stand in a header.
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .unusable }
        if text.utf8.count < Self.minimumLength { throw .tooShort }
        if text.utf8.count > Self.maximumLength { throw .tooLong }
        // Text that looks like a token of Lectern would later be rejected because of its checksum.
        if text.hasPrefix(PlainToken.Use.token.rawValue), PlainToken(text: text) == nil { throw .unusable }
        if Set(text.utf8).count < Self.differentCharacters || Self.isRun(text) { throw .tooPlain }
        self.text = text
    }

    /// The first characters, for lists: so few that what is left is as good a secret.
    package var prefix: String { String(text.prefix(3)) }

    /// Most characters follow their neighbour, as in an alphabet.
    private static func isRun(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let steps = zip(bytes, bytes.dropFirst()).count { abs(Int($0) - Int($1)) <= 1 }
        return steps * 2 > bytes.count
    }
}
