/// The profile for user names in which case does not count (RFC 8265 §3.3).
///
/// Names are compared by `TextFolding`. The rule about text that runs from right to left (§3.3.2, RFC 5893) is left
/// out: a Hebrew name in front of a Latin domain would break it, and such addresses are in use.
package enum UsernameCaseMapped {
    /// The reason why a text is not a valid user name.
    package enum Problem: Error, Sendable, Hashable {
        case empty
        /// The character may not be in a user name; `plain` is what it looks like, if it is a form of other characters.
        case disallowed(Unicode.Scalar, plain: String?)
    }

    /// The name without spaces around it. Spaces within it are allowed (RFC 8265 §3.1).
    ///
    /// - Throws: the first character that may not be there.
    package static func prepare(_ text: String) throws(Problem) -> String {
        let name = text.trimmingSpaces
        if name.isEmpty { throw .empty }
        let given = Array(name.unicodeScalars)
        let plain = given.map(\.withoutWidth)
        for (index, scalar) in plain.enumerated() where scalar != " " {
            let isAllowed =
                switch DerivedProperty(of: scalar) {
                case .valid: true
                case .contextual: ContextRule.allows(index, of: plain)
                case .freeFormOnly, .disallowed, .unassigned: false
                }
            if !isAllowed { throw .disallowed(given[index], plain: scalar.compatibilityEquivalent) }
        }
        return name
    }
}

extension String {
    /// The text without the spaces (general category Zs) at its ends.
    package var trimmingSpaces: String {
        func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .spaceSeparator }
        let scalars = unicodeScalars
        guard let start = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(scalars[start...last])
    }
}
