/// A user's name for signing in: spelled as it was given, unique within the tenant without regard to case
/// (RFC 7643 §4.1.1).
package struct UserName: Sendable, Hashable {
    package let spelling: String
    package var key: FoldedKey { FoldedKey(spelling) }

    /// Nil when there is nothing but blanks, or too much.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.maximumBytes, text.contains(where: { !$0.isWhitespace }) else { return nil }
        spelling = text
    }

    package static let maximumBytes = 1024
}
