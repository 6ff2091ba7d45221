extension JSONParser {
    /// Reads a number (RFC 8259 §6): an integer when it has neither fraction nor exponent.
    mutating func number() throws(JSONError) -> JSON {
        let start = at
        let isNegative = bytes[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        let digits = at
        try self.digits()
        if at - digits > 1, bytes[digits] == UInt8(ascii: "0") { throw JSONError(.unexpectedByte, at: digits + 1) }
        var isInteger = true
        if at < end, bytes[at] == UInt8(ascii: ".") {
            isInteger = false
            at += 1
            try self.digits()
        }
        if at < end, bytes[at] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            at += 1
            if at < end, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            try self.digits()
        }
        guard at - start <= limits.maxNumberLength else { throw JSONError(.numberTooLong, at: start) }
        if isInteger { return .integer(try integer(digits..<at, isNegative: isNegative, start: start)) }
        let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<at]), as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw JSONError(.numberOutOfRange, at: start) }
        return .decimal(value)
    }

    private mutating func digits() throws(JSONError) {
        guard at < end else { throw JSONError(.unexpectedEnd, at: at) }
        guard Self.isDigit(bytes[at]) else { throw JSONError(.unexpectedByte, at: at) }
        while at < end, Self.isDigit(bytes[at]) { at += 1 }
    }

    private func integer(_ range: Range<Int>, isNegative: Bool, start: Int) throws(JSONError) -> Int64 {
        // Counting downwards reaches Int64.min, which has no positive counterpart.
        var value: Int64 = 0
        for place in range {
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (difference, underflowed) = product.subtractingReportingOverflow(Int64(bytes[place] - 0x30))
            if overflowed || underflowed { throw JSONError(.numberOutOfRange, at: start) }
            value = difference
        }
        if isNegative { return value }
        guard value != .min else { throw JSONError(.numberOutOfRange, at: start) }
        return -value
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
