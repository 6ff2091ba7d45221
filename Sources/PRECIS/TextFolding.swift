internal import Foundation

/// The form under which text is compared where case does not count (RFC 7643 §2.2): the mappings of UsernameCaseMapped
/// (RFC 8265 §3.3), with one letter for those that have several lower-case forms.
///
/// PostgreSQL has the same function, `app.fold`. It knows Unicode 14, Swift knows a later version; so characters that
/// are newer than Unicode 14 take no part in composition here.
package enum TextFolding {
    /// Maps full and half width, lower case, and composes (normalization form C).
    ///
    /// Case is mapped a code point at a time, so `ß` and `ss` differ, as RFC 8265 §3.5 and domain names have it.
    package static func fold(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        var folded = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let narrow = scalar.withoutWidth
            if let letter = narrow.otherLowercaseForm {
                folded.append(letter)
            } else if narrow.isAtMost(lastCaseVersion) {
                folded.append(contentsOf: narrow.properties.lowercaseMapping.unicodeScalars)
            } else {
                folded.append(narrow)
            }
        }
        return composed(folded)
    }

    /// The Unicode version whose case mappings `app.fold` has.
    private static let lastCaseVersion: Unicode.Version = (17, 0)
    /// The Unicode version of `normalize` in PostgreSQL 15.
    private static let lastCompositionVersion: Unicode.Version = (14, 0)

    /// Composes what lies between characters that PostgreSQL does not know, which it leaves as they are.
    private static func composed(_ scalars: String.UnicodeScalarView) -> String {
        guard scalars.contains(where: { !$0.isAtMost(lastCompositionVersion) }) else {
            return String(scalars).precomposedStringWithCanonicalMapping
        }
        var result = String.UnicodeScalarView()
        var known = String.UnicodeScalarView()
        for scalar in scalars {
            if scalar.isAtMost(lastCompositionVersion) {
                known.append(scalar)
            } else {
                result.append(contentsOf: String(known).precomposedStringWithCanonicalMapping.unicodeScalars)
                result.append(scalar)
                known = String.UnicodeScalarView()
            }
        }
        result.append(contentsOf: String(known).precomposedStringWithCanonicalMapping.unicodeScalars)
        return String(result)
    }
}

extension Unicode.Scalar {
    /// Whether it was assigned by that version of Unicode.
    fileprivate func isAtMost(_ version: Unicode.Version) -> Bool {
        isASCII || properties.age.map { $0 <= version } ?? false
    }

    /// The letter under which a second lower-case form of a letter is compared; nil for others.
    fileprivate var otherLowercaseForm: Unicode.Scalar? {
        switch self {
        case "\u{B5}": "\u{3BC}"
        case "\u{17F}": "s"
        case "\u{3C2}": "\u{3C3}"
        case "\u{3D0}": "\u{3B2}"
        case "\u{3D1}": "\u{3B8}"
        case "\u{3D5}": "\u{3C6}"
        case "\u{3D6}": "\u{3C0}"
        case "\u{3F0}": "\u{3BA}"
        case "\u{3F1}": "\u{3C1}"
        case "\u{3F5}": "\u{3B5}"
        case "\u{1C80}": "\u{432}"
        case "\u{1C81}": "\u{434}"
        case "\u{1C82}": "\u{43E}"
        case "\u{1C83}": "\u{441}"
        case "\u{1C84}", "\u{1C85}": "\u{442}"
        case "\u{1C86}": "\u{44A}"
        case "\u{1C87}": "\u{463}"
        case "\u{1C88}": "\u{A64B}"
        case "\u{1E9B}": "\u{1E61}"
        case "\u{1FBE}": "\u{3B9}"
        default: nil
        }
    }
}
