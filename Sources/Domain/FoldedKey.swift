internal import PRECIS

/// The form under which text is compared where case does not count (RFC 7643 §2.2, RFC 8265 §3.3). The function
/// `app.fold` of the database makes the same keys.
package struct FoldedKey: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ text: String) { description = TextFolding.fold(text) }

    /// Whether no character of the text is a compatibility form of another one, such as the Kelvin sign or a full-width
    /// letter. Only such a name may tell who somebody is: other systems take the rest for other names.
    package static func isStable(_ text: String) -> Bool { text.isCompatibilityStable }
}
