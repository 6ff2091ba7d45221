internal import Foundation

extension Unicode.Scalar {
    /// Whether compatibility normalization (form KC) turns it into something else (RFC 8264 §9.17, HasCompat): a
    /// ligature, the Kelvin sign, a letter in a circle.
    var hasCompatibilityEquivalent: Bool {
        if isASCII { return false }
        return !String(Character(self)).precomposedStringWithCompatibilityMapping.unicodeScalars.elementsEqual(
            CollectionOfOne(self))
    }
}

extension String {
    /// Whether no character of the text is a compatibility form of another one, so that no system that normalizes to
    /// form KC can take it for a different text. Case and canonical composition do not matter.
    package var isCompatibilityStable: Bool { !unicodeScalars.contains(where: \.hasCompatibilityEquivalent) }
}
