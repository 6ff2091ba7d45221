internal import Foundation

extension Unicode.Scalar {
    /// The character's compatibility normalization (form KC); nil if that is the character itself.
    var compatibilityEquivalent: String? {
        if isASCII { return nil }
        let equivalent = String(Character(self)).precomposedStringWithCompatibilityMapping
        return equivalent.unicodeScalars.elementsEqual(CollectionOfOne(self)) ? nil : equivalent
    }

    /// Whether it is a form of other characters (RFC 8264 §9.17, HasCompat): a ligature, the Kelvin sign, a letter in a
    /// circle.
    var hasCompatibilityEquivalent: Bool { compatibilityEquivalent != nil }
}

extension String {
    /// Whether no character of the text is a compatibility form of another one, so that no system that normalizes to
    /// form KC can take it for a different text. Case and canonical composition do not matter.
    package var isCompatibilityStable: Bool { !unicodeScalars.contains(where: \.hasCompatibilityEquivalent) }
}
