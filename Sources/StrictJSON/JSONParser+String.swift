extension JSONParser {
    /// Reads a string from its opening quote. Text without escapes is taken in one piece.
    mutating func string() throws(JSONError) -> String {
        at += 1
        let start = at
        var isASCII = true
        while at < end {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                let text = try unicode(bytes[start..<at], isASCII: isASCII, offset: start)
                at += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            if byte < 0x20 { throw JSONError(byte == 0 ? .nul : .controlCharacter, at: at) }
            if byte >= 0x80 { isASCII = false }
            at += 1
        }
        throw JSONError(.unexpectedEnd, at: at)
    }

    /// Goes on at the first escape of a string that started at `start`.
    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<at])
        var runStart = at
        while at < end {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                text.append(contentsOf: bytes[runStart..<at])
                // Escapes change lengths, so the raw bytes tell the place of a fault.
                if let fault = Self.faultInUTF8(bytes[start..<at]) { throw JSONError(.invalidUTF8, at: fault) }
                at += 1
                return try Self.checked(String(decoding: text, as: UTF8.self), at: start)
            }
            if byte == UInt8(ascii: "\\") {
                text.append(contentsOf: bytes[runStart..<at])
                try escape(into: &text)
                runStart = at
                continue
            }
            if byte < 0x20 { throw JSONError(byte == 0 ? .nul : .controlCharacter, at: at) }
            at += 1
        }
        throw JSONError(.unexpectedEnd, at: at)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        let start = at
        at += 1
        guard at < end else { throw JSONError(.unexpectedEnd, at: at) }
        let letter = bytes[at]
        at += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = UInt32(try hexadecimal(escapeAt: start))
            if code == 0 { throw JSONError(.nul, at: start) }
            if (0xDC00...0xDFFF).contains(code) { throw JSONError(.loneSurrogate, at: start) }
            if (0xD800...0xDBFF).contains(code) {
                guard at + 1 < end, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") else {
                    throw JSONError(.loneSurrogate, at: start)
                }
                at += 2
                let low = UInt32(try hexadecimal(escapeAt: start))
                guard (0xDC00...0xDFFF).contains(low) else { throw JSONError(.loneSurrogate, at: start) }
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw JSONError(.loneSurrogate, at: start) }
            text.append(contentsOf: UTF8.encode(scalar)!)
        default: throw JSONError(.invalidEscape, at: start)
        }
    }

    private mutating func hexadecimal(escapeAt start: Int) throws(JSONError) -> UInt16 {
        guard at + 4 <= end else { throw JSONError(.unexpectedEnd, at: end) }
        var code: UInt16 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch bytes[at] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = bytes[at] - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = bytes[at] - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = bytes[at] - UInt8(ascii: "A") + 10
            default: throw JSONError(.invalidEscape, at: start)
            }
            code = code << 4 | UInt16(digit)
            at += 1
        }
        return code
    }

    private func unicode(
        _ slice: Slice<UnsafeRawBufferPointer>, isASCII: Bool, offset: Int
    ) throws(JSONError) -> String {
        let run = UnsafeRawBufferPointer(rebasing: slice)
        if isASCII { return String(decoding: run, as: UTF8.self) }
        if let text = String(validating: run, as: UTF8.self) { return try Self.checked(text, at: offset) }
        throw JSONError(.invalidUTF8, at: Self.faultInUTF8(slice) ?? offset)
    }

    private static func checked(_ text: String, at offset: Int) throws(JSONError) -> String {
        guard CombiningMarks.areFew(in: text) else { throw JSONError(.tooManyMarks, at: offset) }
        return text
    }

    /// The place of the first byte sequence that is not UTF-8 (RFC 3629 §4), or nil.
    private static func faultInUTF8(_ slice: Slice<UnsafeRawBufferPointer>) -> Int? {
        var at = slice.startIndex
        let end = slice.endIndex
        while at < end {
            let lead = slice[at]
            let length: Int
            var second: ClosedRange<UInt8> = 0x80...0xBF
            switch lead {
            case 0x00...0x7F: length = 1
            case 0xC2...0xDF: length = 2
            case 0xE0: (length, second) = (3, 0xA0...0xBF)
            case 0xED: (length, second) = (3, 0x80...0x9F)
            case 0xE1...0xEF: length = 3
            case 0xF0: (length, second) = (4, 0x90...0xBF)
            case 0xF1...0xF3: length = 4
            case 0xF4: (length, second) = (4, 0x80...0x8F)
            default: return at
            }
            guard at + length <= end else { return at }
            if length > 1, !second.contains(slice[at + 1]) { return at }
            for tail in 2..<max(length, 2) where !(0x80...0xBF).contains(slice[at + tail]) { return at }
            at += length
        }
        return nil
    }
}
