/// The words and marks of a filter.
extension FilterParser {
    mutating func enter() throws(SCIMError) {
        depth += 1
        guard depth <= limits.maxDepth else {
            throw .invalidFilter("The filter is nested deeper than \(limits.maxDepth).")
        }
    }

    mutating func skipBlanks() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    mutating func expect(_ byte: UInt8) throws(SCIMError) {
        skipBlanks()
        guard take(byte) else { throw fault("'\(Character(Unicode.Scalar(byte)))' was expected") }
    }

    /// Takes a word in any case when nothing that could be part of a name follows it.
    mutating func takeWord(_ word: String) -> Bool {
        let start = at
        skipBlanks()
        if letters() == word, at == bytes.count || !Self.isPathByte(bytes[at]) { return true }
        at = start
        return false
    }

    mutating func letters() -> String {
        let start = at
        while at < bytes.count, (bytes[at] | 0x20) &- 0x61 < 26 { at += 1 }
        return String(decoding: bytes[start..<at].map { $0 | 0x20 }, as: UTF8.self)
    }

    func fault(_ what: String, at place: Int? = nil) -> SCIMError {
        .invalidFilter("The filter is not valid: \(what) at position \((place ?? at) + 1).")
    }

    static func isPathByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && !isDelimiter(byte) && byte != UInt8(ascii: "\"")
    }

    static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x09, 0x20, UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"): true
        default: false
        }
    }
}
