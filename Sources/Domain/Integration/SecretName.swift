import StrictJSON

/// The name that people give a secret, so that several valid ones can be told apart; a secret without a name is shown
/// by its first characters.
package struct SecretName: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package static let none = Self(unchecked: "")
    package static let maximumLength = 100

    private init(unchecked text: String) { description = text }

    /// Nil when it is too long or no line of text.
    package init?(_ text: String) {
        // As PostgreSQL counts.
        guard text.unicodeScalars.count <= Self.maximumLength,
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { return nil }
        description = text
    }

    package var isEmpty: Bool { description.isEmpty }
}

/// The creator of a secret.
package enum SecretMaker: Sendable, Hashable {
    case `operator`
    /// - Parameters:
    ///   - name: nil when nothing is left of them.
    ///   - hasLeft: they are disabled or deleted; what they made goes on.
    case admin(name: String?, hasLeft: Bool)
}

extension Difference {
    /// The name of a secret that was made.
    mutating func setName(_ name: SecretName) {
        if !name.isEmpty { set("name", from: .null, to: .string(name.description)) }
    }
}
