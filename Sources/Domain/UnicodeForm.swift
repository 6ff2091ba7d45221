internal import Foundation

extension String {
    /// Normalization form KC (Unicode standard annex 15).
    var precomposedCompatibility: String { precomposedStringWithCompatibilityMapping }
}
