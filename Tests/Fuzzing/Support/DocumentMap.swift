/// The positions of elements, attributes and texts in some bytes, as far as they look like it: mutated input is rarely
/// well-formed.
struct DocumentMap {
    /// Whole elements, from `<` to `>`.
    private(set) var elements: [Range<Int>] = []
    /// The content of elements, between their tags.
    private(set) var contents: [Range<Int>] = []
    /// Values without their quotes.
    private(set) var values: [Range<Int>] = []
    /// Texts between tags that are not empty.
    private(set) var texts: [Range<Int>] = []
    /// The prefixes in names of tags, with their colon.
    private(set) var prefixes: [Range<Int>] = []

    private let bytes: [UInt8]
    private var open: [(start: Int, content: Int)] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var place = 0
        while let start = bytes[place...].firstIndex(of: UInt8(ascii: "<")) {
            if start > place { texts.append(place..<start) }
            guard let end = bytes[start...].firstIndex(of: UInt8(ascii: ">")) else { return }
            read(tag: start..<(end + 1))
            place = end + 1
        }
    }

    private mutating func read(tag: Range<Int>) {
        let inside = bytes[(tag.lowerBound + 1)..<(tag.upperBound - 1)]
        guard let first = inside.first, first != UInt8(ascii: "!"), first != UInt8(ascii: "?") else { return }
        if first == UInt8(ascii: "/") {
            guard let (start, content) = open.popLast() else { return }
            elements.append(start..<tag.upperBound)
            contents.append(content..<tag.lowerBound)
        } else {
            attributes(in: inside)
            if inside.last == UInt8(ascii: "/") {
                elements.append(tag)
            } else {
                open.append((tag.lowerBound, tag.upperBound))
            }
        }
        let start = first == UInt8(ascii: "/") ? inside.startIndex + 1 : inside.startIndex
        let name = bytes[start..<inside.endIndex].prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "/") }
        if let colon = name.firstIndex(of: UInt8(ascii: ":")) { prefixes.append(start..<(colon + 1)) }
    }

    private mutating func attributes(in tag: ArraySlice<UInt8>) {
        var rest = tag
        while let start = rest.firstIndex(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }) {
            guard let end = rest[(start + 1)...].firstIndex(of: rest[start]) else { return }
            values.append((start + 1)..<end)
            rest = rest[(end + 1)...]
        }
    }
}
