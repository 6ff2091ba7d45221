extension JSON {
    /// Reads one JSON text (RFC 8259), strictly: nothing but the value and white space around it.
    ///
    /// - Throws: `JSONError` with the place of the first fault or the limit that was passed.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .standard
    ) throws(JSONError) -> JSON {
        guard bytes.count <= limits.maxBytes else { throw JSONError(.tooLarge, at: limits.maxBytes) }
        var parser = JSONParser(bytes: bytes, limits: limits)
        return try parser.text()
    }

    /// Reads one JSON text from an array of bytes. See `parse(_:limits:)`.
    public static func parse(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) -> JSON {
        try bytes.withUnsafeBytes { buffer in Result { () throws(JSONError) in try parse(buffer, limits: limits) } }
            .get()
    }

    /// Reads one JSON text from any bytes. See `parse(_:limits:)`.
    public static func parse(
        _ bytes: some Collection<UInt8>, limits: JSONLimits = .standard
    ) throws(JSONError) -> JSON {
        let inPlace = bytes.withContiguousStorageIfAvailable { buffer in
            Result { () throws(JSONError) in try parse(UnsafeRawBufferPointer(buffer), limits: limits) }
        }
        if let inPlace { return try inPlace.get() }
        return try parse(Array(bytes), limits: limits)
    }

    /// Reads one JSON text from a string. See `parse(_:limits:)`.
    public static func parse(_ text: String, limits: JSONLimits = .standard) throws(JSONError) -> JSON {
        try parse(text.utf8, limits: limits)
    }
}

/// A recursive-descent parser over bytes. Every access is preceded by a check against `end`.
struct JSONParser {
    let bytes: UnsafeRawBufferPointer
    let end: Int
    let limits: JSONLimits
    var at = 0
    var elements = 0

    init(bytes: UnsafeRawBufferPointer, limits: JSONLimits) {
        self.bytes = bytes
        self.end = bytes.count
        self.limits = limits
    }

    mutating func text() throws(JSONError) -> JSON {
        if end >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { throw JSONError(.byteOrderMark, at: 0) }
        let value = try value(depth: 0)
        skipWhiteSpace()
        guard at == end else { throw JSONError(.trailingBytes, at: at) }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSON {
        skipWhiteSpace()
        guard at < end else { throw JSONError(.unexpectedEnd, at: at) }
        switch bytes[at] {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw JSONError(.unexpectedByte, at: at)
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSON {
        guard depth <= limits.maxDepth else { throw JSONError(.tooDeep, at: at) }
        at += 1
        var members: [JSONObject.Member] = []
        var seen: Set<CodePointKey> = []
        skipWhiteSpace()
        if take(UInt8(ascii: "}")) { return .object(JSONObject()) }
        while true {
            skipWhiteSpace()
            let keyOffset = at
            guard at < end else { throw JSONError(.unexpectedEnd, at: at) }
            guard bytes[at] == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: at) }
            let key = try string()
            // A scan is quickest for the usual handful of keys; a set keeps large objects linear.
            let isNew: Bool
            if members.count < JSONObject.scanLimit {
                isNew = !members.contains { $0.key.hasSameCodePoints(as: key) }
            } else {
                if seen.isEmpty { seen = Set(members.map { CodePointKey(text: $0.key) }) }
                isNew = seen.insert(CodePointKey(text: key)).inserted
            }
            guard isNew else { throw JSONError(.duplicateKey, at: keyOffset) }
            skipWhiteSpace()
            try expect(UInt8(ascii: ":"))
            try countElement()
            members.append(JSONObject.Member(key: key, value: try value(depth: depth)))
            skipWhiteSpace()
            if take(UInt8(ascii: ",")) { continue }
            try expect(UInt8(ascii: "}"))
            return .object(JSONObject(unique: members))
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSON {
        guard depth <= limits.maxDepth else { throw JSONError(.tooDeep, at: at) }
        at += 1
        var values: [JSON] = []
        skipWhiteSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            try countElement()
            values.append(try value(depth: depth))
            skipWhiteSpace()
            if take(UInt8(ascii: ",")) { continue }
            try expect(UInt8(ascii: "]"))
            return .array(values)
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let start = at
        for offset in 0..<text.utf8CodeUnitCount {
            guard at < end else { throw JSONError(.unexpectedEnd, at: at) }
            guard bytes[at] == text.utf8Start[offset] else { throw JSONError(.unexpectedByte, at: start) }
            at += 1
        }
        return value
    }

    private mutating func countElement() throws(JSONError) {
        elements += 1
        guard elements <= limits.maxElements else { throw JSONError(.tooManyElements, at: at) }
    }

    private mutating func skipWhiteSpace() {
        while at < end {
            switch bytes[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard at < end, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard at < end else { throw JSONError(.unexpectedEnd, at: at) }
        guard bytes[at] == byte else { throw JSONError(.unexpectedByte, at: at) }
        at += 1
    }
}
