extension Unicode.Scalar {
    /// The character itself for a full-width or half-width form of it (RFC 8265 §3.3.2: the decomposition mapping of
    /// type wide or narrow).
    var withoutWidth: Unicode.Scalar {
        switch value {
        case 0x3000: " "
        case 0xFF01...0xFF5E: Self.moved(value, from: 0xFF01, to: 0x21)
        case 0xFF5F...0xFF9F: Self.halfWidthKana[Int(value - 0xFF5F)]
        case 0xFFA0: "\u{3164}"
        case 0xFFA1...0xFFBE: Self.moved(value, from: 0xFFA1, to: 0x3131)
        case 0xFFC2...0xFFC7: Self.moved(value, from: 0xFFC2, to: 0x314F)
        case 0xFFCA...0xFFCF: Self.moved(value, from: 0xFFCA, to: 0x3155)
        case 0xFFD2...0xFFD7: Self.moved(value, from: 0xFFD2, to: 0x315B)
        case 0xFFDA...0xFFDC: Self.moved(value, from: 0xFFDA, to: 0x3161)
        case 0xFFE0...0xFFE6: Self.fullWidthSigns[Int(value - 0xFFE0)]
        case 0xFFE8...0xFFEE: Self.halfWidthSigns[Int(value - 0xFFE8)]
        default: self
        }
    }

    private static func moved(_ value: UInt32, from start: UInt32, to target: UInt32) -> Unicode.Scalar {
        // All of these lie in assigned blocks below the surrogates.
        Unicode.Scalar(value - start + target) ?? "\u{FFFD}"
    }

    /// The plain characters for U+FF5F…U+FF9F.
    private static let halfWidthKana = Array(
        """
        \u{2985}\u{2986}\u{3002}\u{300C}\u{300D}\u{3001}\u{30FB}\u{30F2}\u{30A1}\u{30A3}\u{30A5}\u{30A7}\u{30A9}\
        \u{30E3}\u{30E5}\u{30E7}\u{30C3}\u{30FC}\u{30A2}\u{30A4}\u{30A6}\u{30A8}\u{30AA}\u{30AB}\u{30AD}\u{30AF}\
        \u{30B1}\u{30B3}\u{30B5}\u{30B7}\u{30B9}\u{30BB}\u{30BD}\u{30BF}\u{30C1}\u{30C4}\u{30C6}\u{30C8}\u{30CA}\
        \u{30CB}\u{30CC}\u{30CD}\u{30CE}\u{30CF}\u{30D2}\u{30D5}\u{30D8}\u{30DB}\u{30DE}\u{30DF}\u{30E0}\u{30E1}\
        \u{30E2}\u{30E4}\u{30E6}\u{30E8}\u{30E9}\u{30EA}\u{30EB}\u{30EC}\u{30ED}\u{30EF}\u{30F3}\u{3099}\u{309A}
        """.unicodeScalars)

    /// The plain characters for U+FFE0…U+FFE6.
    private static let fullWidthSigns = Array("\u{A2}\u{A3}\u{AC}\u{AF}\u{A6}\u{A5}\u{20A9}".unicodeScalars)
    /// The plain characters for U+FFE8…U+FFEE.
    private static let halfWidthSigns = Array(
        "\u{2502}\u{2190}\u{2191}\u{2192}\u{2193}\u{25A0}\u{25CB}".unicodeScalars)
}
