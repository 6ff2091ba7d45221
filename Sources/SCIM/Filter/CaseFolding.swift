import PRECIS

/// How text is compared where case does not matter (RFC 7644 §5, RFC 8265).
public enum CaseFolding {
    /// Maps full and half width, lower case and canonical composition. The result is for comparison, not for show.
    public static func fold(_ text: String) -> String { TextFolding.fold(text) }

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
