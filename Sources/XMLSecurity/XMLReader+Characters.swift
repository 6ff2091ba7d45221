/// The characters and tokens that a document is made of.
extension XMLReader {
    /// As many characters as there are that mean themselves wherever they stand. False when there is none.
    mutating func takePlain(into text: inout [UInt8]) -> Bool {
        let start = position
        while position < bytes.count, bytes[position].isPlain { position += 1 }
        text += bytes[start..<position]
        return position > start
    }

    /// One character or reference. Line ends are one newline (XML 1.0 §2.11), and blanks in attributes are spaces
    /// (§3.3.3), unless they were written as references.
    mutating func character(into text: inout [UInt8], isAttribute: Bool) throws(XMLError) {
        guard let byte = current else { throw fail(.syntax) }
        switch byte {
        case UInt8(ascii: "&"): try reference(into: &text)
        case UInt8(ascii: "\t") where isAttribute, UInt8(ascii: "\n") where isAttribute:
            text.append(UInt8(ascii: " "))
            position += 1
        case UInt8(ascii: "]") where !isAttribute && lookingAt("]]>"): throw fail(.syntax)
        default: appendLineEnd(byte, to: &text, newline: UInt8(ascii: isAttribute ? " " : "\n"))
        }
    }

    /// Appends the byte, a carriage return with or without a newline behind it as one `newline`.
    mutating func appendLineEnd(_ byte: UInt8, to text: inout [UInt8], newline: UInt8) {
        position += 1
        guard byte == UInt8(ascii: "\r") else { return text.append(byte) }
        if current == UInt8(ascii: "\n") { position += 1 }
        text.append(newline)
    }

    mutating func reference(into text: inout [UInt8]) throws(XMLError) {
        for (name, character) in [
            ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"),
        ] where take(name) {
            text += Array(character.utf8)
            return
        }
        guard take("&#") else { throw fail(.reference) }
        let isHexadecimal = take("x")
        let digits = bytes[position...].prefix { $0 != UInt8(ascii: ";") && $0.isHexDigit }
        position += digits.count
        guard (1...8).contains(digits.count), take(";"),
            let number = UInt32(String(decoding: digits, as: UTF8.self), radix: isHexadecimal ? 16 : 10),
            let scalar = Unicode.Scalar(number), scalar.isAllowedInXML
        else { throw fail(.reference) }
        text += Array(String(Character(scalar)).utf8)
    }

    /// A text or a value, as soon as it is whole.
    func string(_ bytes: some Collection<UInt8>) throws(XMLError) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        if bytes.allSatisfy({ $0 < 0x80 }) { return text }
        var marks = 0
        for scalar in text.unicodeScalars {
            marks = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : marks + 1
            if marks > limits.marks { throw fail(.tooManyMarks) }
        }
        return text
    }

    // MARK: Tokens

    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    func lookingAt(_ token: StaticString) -> Bool {
        token.withUTF8Buffer { bytes[position...].starts(with: $0) }
    }

    func lookingAt(_ token: String) -> Bool { bytes[position...].starts(with: token.utf8) }

    @discardableResult mutating func take(_ token: String) -> Bool {
        guard lookingAt(token) else { return false }
        position += token.utf8.count
        return true
    }

    @discardableResult mutating func skipBlanks() -> Bool {
        let start = position
        while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
        return position > start
    }

    /// `prefix:local` or `local`, in ASCII.
    mutating func qualifiedName() throws(XMLError) -> (String, String) {
        let first = try name()
        guard current == UInt8(ascii: ":") else { return ("", first) }
        position += 1
        return (first, try name())
    }

    mutating func name() throws(XMLError) -> String {
        guard let first = current, first.isASCIILetter || first == UInt8(ascii: "_") else { throw fail(.name) }
        let name = bytes[position...].prefix {
            $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: ".")
        }
        position += name.count
        // Whatever follows a name is ASCII as well.
        if let next = current, next >= 0x80 { throw fail(.name) }
        return String(decoding: name, as: UTF8.self)
    }
}

extension UInt8 {
    /// Whether it means itself in texts and in attributes, escaped or not, and ends neither.
    fileprivate var isPlain: Bool {
        switch self {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: "]"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
        default: self >= 0x20
        }
    }

    var isASCIILetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
    }

    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isHexDigit: Bool {
        isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
            || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(self)
    }
}

extension Unicode.Scalar {
    var isAllowedInXML: Bool {
        switch value {
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}
