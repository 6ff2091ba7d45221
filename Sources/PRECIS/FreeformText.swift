/// Names that are shown and not typed to sign in, such as those of groups: the FreeformClass (RFC 8264 §4.3) with
/// joiners and variation selectors, which pictographs and Persian need.
package enum FreeformText {
    /// The text without spaces around it.
    ///
    /// - Throws: the first character that may not be there.
    package static func prepare(_ text: String) throws(UsernameCaseMapped.Problem) -> String {
        let name = text.trimmingSpaces
        if name.isEmpty { throw .empty }
        for scalar in name.unicodeScalars {
            switch DerivedProperty(of: scalar) {
            case .valid, .freeFormOnly, .contextual: continue
            case .unassigned: continue
            case .disallowed:
                if scalar.properties.isVariationSelector || 0xE0020...0xE007F ~= scalar.value { continue }
                throw .disallowed(scalar, plain: nil)
            }
        }
        return name
    }
}
