/// An attribute that an identity provider sends and the product does not use: no schema of the tenant has it or its
/// value is too long, and it was left out of what was done; or its value was stored and cannot be used.
package struct IgnoredAttribute: Sendable, Hashable {
    /// The path as the provider wrote it, without values.
    package var name: String
    /// When the provider last sent it.
    package var lastAt: Timestamp

    package init(name: String, lastAt: Timestamp) {
        self.name = name
        self.lastAt = lastAt
    }

    /// The most names that are kept for a connection; a provider has few, unless it makes them up.
    package static let limit = 100
    /// The longest name that is kept, in characters.
    package static let nameLength = 200
}
