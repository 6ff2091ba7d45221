internal import PRECIS

/// The form under which text is compared where case does not count (RFC 7643 §2.2, RFC 8265 §3.3). The function
/// `app.fold` of the database makes the same keys.
package struct FoldedKey: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ text: String) { description = TextFolding.fold(text) }

    /// The key of a user or group name, to which spaces around it do not belong.
    package init(name: String) { self.init(name.trimmingSpaces) }
}
