/// How many marks a character may have.
///
/// Comparing and hashing texts takes the square of the number of marks in a row, because their order does not matter: a
/// megabyte of them would keep a processor busy for minutes. The Stream-Safe Text Format (Unicode Standard Annex #15
/// §13) knows of no writing that needs more than thirty.
package enum CombiningMarks {
    package static let most = 30

    /// False when a character of the text has more.
    package static func areFew(in text: String) -> Bool {
        var marks = 0
        for scalar in text.unicodeScalars {
            // Nothing below combines, and most text lies there.
            if scalar.value < 0x300 {
                marks = 0
                continue
            }
            marks = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : marks + 1
            if marks > most { return false }
        }
        return true
    }
}
