/// The contextual rules: characters that are allowed only beside certain others (RFC 5892 appendix A).
///
/// U+200C is allowed after a virama only; the further rule, by the joining types of Arabic letters, is left out.
enum ContextRule {
    static func allows(_ index: Int, of text: [Unicode.Scalar]) -> Bool {
        let before = index > 0 ? text[index - 1] : nil
        let after = index + 1 < text.count ? text[index + 1] : nil
        switch text[index].value {
        case 0x200C, 0x200D: return before?.properties.canonicalCombiningClass == .virama
        case 0xB7: return before == "l" && after == "l"
        case 0x375: return after.map(isGreek) == true
        case 0x5F3, 0x5F4: return before.map { 0x591...0x5F4 ~= $0.value } == true
        case 0x30FB: return text.contains(where: isJapanese)
        case 0x660...0x669: return !text.contains { 0x6F0...0x6F9 ~= $0.value }
        case 0x6F0...0x6F9: return !text.contains { 0x660...0x669 ~= $0.value }
        default: return false
        }
    }

    private static func isGreek(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x370...0x373, 0x375...0x377, 0x37A...0x37D, 0x37F, 0x384, 0x386, 0x388...0x3E1, 0x3F0...0x3FF,
            0x1F00...0x1FFE:
            true
        default: false
        }
    }

    /// Hiragana, Katakana or Han.
    private static func isJapanese(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3005, 0x3007, 0x3041...0x3096, 0x309D...0x309F, 0x30A1...0x30FA, 0x30FD...0x30FF, 0x31F0...0x31FF: true
        default: scalar.properties.isIdeographic
        }
    }
}
