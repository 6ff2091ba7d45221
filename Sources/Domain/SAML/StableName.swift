/// A stated name or address that only differs in case from every other text that is compared as equal to it.
///
/// Comparison folds more than case: `ſam` and `sam`, a Kelvin sign and `k`, full-width letters and plain ones share a
/// `FoldedKey`. A provider that states one of two such texts may mean either, so only a text that folding leaves alone,
/// apart from case, identifies a person or names a new one.
package struct StableName: Sendable, Hashable {
    package let text: String
    /// The form under which stored names are compared with it.
    package let key: FoldedKey

    /// Nil unless the text is in normalization form KC (Unicode Standard Annex #15), folding changes only its case, and
    /// no character of it is invisible or unassigned.
    package init?(_ text: String) {
        let key = FoldedKey(text)
        guard !text.isEmpty, text.utf8.elementsEqual(text.precomposedCompatibility.utf8),
            Self.lowercased(text).utf8.elementsEqual(Self.withoutFinalSigma(key.description).utf8),
            text.unicodeScalars.allSatisfy(Self.isVisible)
        else { return nil }
        self.text = text
        self.key = key
    }

    /// Whether the text has the form of an address, so that its domain has to be proved.
    package var isAddress: Bool { text.contains("@") }
    /// The domain of the address; nil when the text is no address, or nothing behind its @ is a domain.
    package var domain: MailDomain? { MailDomain(ofAddress: text) }

    /// Whether two texts name the same: each is stable, and they differ at most in case.
    package func matches(_ stored: String) -> Bool { StableName(stored)?.key == key }

    private static func lowercased(_ text: String) -> String {
        let letters = text.unicodeScalars.map(\.properties.lowercaseMapping).joined()
        return withoutFinalSigma(letters).precomposedCompatibility
    }

    /// Both lower-case sigmas have one capital.
    private static func withoutFinalSigma(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\u{03C2}" ? "\u{03C3}" : $0 }))
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == " " { return true }
        if scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.isWhitespace { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned: return false
        default: return true
        }
    }
}
