/// An address that mail can be sent to: a mailbox (RFC 5321 §4.1.2), in any script (RFC 6531 §3.3), whose domain is a
/// name of at least two labels. Address literals are rejected.
package struct MailAddress: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// In bytes (RFC 5321 §4.5.3.1.3).
    package static let maximumBytes = 254
    /// In bytes (RFC 5321 §4.5.3.1.1).
    private static let maximumLocalBytes = 64
    /// In characters of a label (RFC 1035 §2.3.4).
    private static let maximumLabel = 63

    /// Nil unless the text is a mailbox, without a name or angle brackets around it.
    package init?(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        // A quoted local part may contain an @; a domain may not.
        guard text.utf8.count <= Self.maximumBytes, let at = scalars.lastIndex(of: "@"),
            Self.isLocalPart(scalars[..<at]), Self.isDomain(scalars[(at + 1)...])
        else { return nil }
        description = text
    }

    // MARK: Local part

    private static func isLocalPart(_ part: ArraySlice<Unicode.Scalar>) -> Bool {
        guard String(String.UnicodeScalarView(part)).utf8.count <= maximumLocalBytes else { return false }
        if part.first == "\"" { return isQuotedString(part) }
        return part.split(separator: ".", omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0.allSatisfy(isAtomText) }
    }

    /// `atext` (RFC 5322 §3.2.3), and characters beyond ASCII.
    private static func isAtomText(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "!", "#", "$", "%", "&", "'", "*", "+", "-", "/", "=", "?", "^", "_", "`",
            "{", "|", "}", "~":
            true
        default: isBeyondASCII(scalar)
        }
    }

    /// A string in quotes, in which a backslash escapes the next character; a quote has to be escaped.
    private static func isQuotedString(_ part: ArraySlice<Unicode.Scalar>) -> Bool {
        guard part.count >= 2, part.last == "\"" else { return false }
        var isEscaped = false
        for scalar in part.dropFirst().dropLast() {
            guard isBeyondASCII(scalar) || (0x20...0x7E).contains(scalar.value) else { return false }
            if isEscaped {
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == "\"" {
                return false
            }
        }
        return !isEscaped
    }

    /// A visible character of another script.
    private static func isBeyondASCII(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.isASCII, !scalar.properties.isWhitespace else { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned: return false
        default: return true
        }
    }

    // MARK: Domain

    private static func isDomain(_ domain: ArraySlice<Unicode.Scalar>) -> Bool {
        let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy(isLabel), let last = labels.last else { return false }
        // A top-level domain is no number, as the last part of an IP address is.
        return !last.allSatisfy { ("0"..."9").contains($0) }
    }

    /// Letters, digits and hyphens, of any script (RFC 5890 §2.3.2.1).
    private static func isLabel(_ label: ArraySlice<Unicode.Scalar>) -> Bool {
        (1...maximumLabel).contains(label.count) && label.first != "-" && label.last != "-"
            && label.allSatisfy(isLetterDigitHyphen)
    }

    private static func isLetterDigitHyphen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-": return true
        default: break
        }
        guard !scalar.isASCII else { return false }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .decimalNumber:
            return true
        default: return false
        }
    }
}
