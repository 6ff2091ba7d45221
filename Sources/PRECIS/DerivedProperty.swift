/// The derived property of a character in a PRECIS string class (RFC 8264 §8).
enum DerivedProperty: Sendable, Hashable {
    /// Allowed in both classes.
    case valid
    /// Allowed in free text only: spaces, symbols, punctuation, compatibility characters.
    case freeFormOnly
    /// Allowed where the characters around it call for it (RFC 5892 appendix A).
    case contextual
    case disallowed
    case unassigned

    /// The steps of the algorithm, in its order.
    init(of scalar: Unicode.Scalar) {
        let properties = scalar.properties
        let category = properties.generalCategory
        if let exception = Self.exception(scalar.value) {
            self = exception
        } else if category == .unassigned && !properties.isNoncharacterCodePoint {
            self = .unassigned
        } else if 0x21...0x7E ~= scalar.value {
            self = .valid
        } else if properties.isJoinControl {
            self = .contextual
        } else if scalar.isConjoiningJamo || properties.isDefaultIgnorableCodePoint
            || properties.isNoncharacterCodePoint || category == .control
        {
            self = .disallowed
        } else if scalar.hasCompatibilityEquivalent {
            self = .freeFormOnly
        } else {
            self.init(category)
        }
    }

    private init(_ category: Unicode.GeneralCategory) {
        switch category {
        case .lowercaseLetter, .uppercaseLetter, .otherLetter, .modifierLetter, .decimalNumber, .nonspacingMark,
            .spacingMark:
            self = .valid
        case .titlecaseLetter, .letterNumber, .otherNumber, .enclosingMark, .spaceSeparator, .mathSymbol,
            .currencySymbol, .modifierSymbol, .otherSymbol, .connectorPunctuation, .dashPunctuation, .openPunctuation,
            .closePunctuation, .initialPunctuation, .finalPunctuation, .otherPunctuation:
            self = .freeFormOnly
        case .lineSeparator, .paragraphSeparator, .control, .format, .surrogate, .privateUse, .unassigned:
            self = .disallowed
        @unknown default: self = .disallowed
        }
    }

    /// RFC 5892 §2.6.
    private static func exception(_ value: UInt32) -> DerivedProperty? {
        switch value {
        case 0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007: .valid
        case 0xB7, 0x375, 0x5F3, 0x5F4, 0x30FB, 0x660...0x669, 0x6F0...0x6F9: .contextual
        case 0x640, 0x7FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: .disallowed
        default: nil
        }
    }
}

extension Unicode.Scalar {
    /// A Hangul syllable type of L, V or T (RFC 8264 §9.9, OldHangulJamo).
    fileprivate var isConjoiningJamo: Bool {
        switch value {
        case 0x1100...0x11FF, 0xA960...0xA97C, 0xD7B0...0xD7C6, 0xD7CB...0xD7FB: true
        default: false
        }
    }
}
