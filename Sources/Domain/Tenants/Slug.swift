/// A tenant's name in URLs: 2 to 63 of `a–z`, `0–9` and `-`.
package struct Slug: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard (2...63).contains(bytes.count), bytes.allSatisfy(Self.isAllowed) else { return nil }
        description = String(text)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
