/// How text is compared where case does not matter: PRECIS UsernameCaseMapped in broad terms (RFC 7644 §5, RFC 8265).
public enum CaseFolding {
    /// Maps full-width letters to plain ones and upper case to lower case. The result is for comparison, not for show;
    /// composed and decomposed letters still differ by bytes, though Swift's `==` takes them as equal.
    public static func fold(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.asciiLowercased }
        var narrow = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0xFF01...0xFF5E: narrow.append(Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar)
            case 0x3000: narrow.append(" ")
            default: narrow.append(scalar)
            }
        }
        return String(narrow).lowercased()
    }

    /// Whether a text holds another, byte by byte.
    static func contains(_ text: String, _ part: String) -> Bool {
        let part = Array(part.utf8)
        guard let first = part.first else { return true }
        let text = Array(text.utf8)
        guard text.count >= part.count else { return false }
        for start in 0...(text.count - part.count) where text[start] == first {
            if text[start..<start + part.count].elementsEqual(part) { return true }
        }
        return false
    }
}
