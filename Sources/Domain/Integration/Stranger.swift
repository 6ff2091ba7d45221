/// A caller whom no token of the tenant let in.
package struct Stranger: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// There was no token at all.
        case absent
        /// The header held no bearer token.
        case malformed
        /// It looked like one of ours, and its check digits are wrong: cut off, or typed.
        case mistyped
        /// It is no token of this tenant.
        case unknown
    }

    package var kind: Kind
    package var at: Timestamp
    package var address: String

    package init(kind: Kind, at: Timestamp, address: String) {
        self.kind = kind
        self.at = at
        self.address = address
    }
}
