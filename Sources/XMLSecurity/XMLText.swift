/// Text as it stands in a document: what would mean something else is escaped.
package enum XMLText {
    /// In an attribute between double quotes. Characters that XML does not allow are left out.
    package static func attribute(_ text: String) -> String { CanonicalForm.attribute(allowed(text)) }

    /// Between tags. Characters that XML does not allow are left out.
    package static func text(_ text: String) -> String { CanonicalForm.text(allowed(text)) }

    private static func allowed(_ text: String) -> String {
        var allowed = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar.isAllowedInXML { allowed.append(scalar) }
        return String(allowed)
    }
}
