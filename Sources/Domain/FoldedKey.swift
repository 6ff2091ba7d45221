/// The form under which text is compared where case does not count (RFC 7643 §2.2, RFC 8265 §3.3): compatibility
/// characters and width folded, composed, lower case.
package struct FoldedKey: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ text: String) {
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            description = text.lowercased()
        } else {
            description = text.precomposedCompatibility.lowercased().precomposedCompatibility
        }
    }
}
