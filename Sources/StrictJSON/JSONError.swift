/// Why a text is not JSON we take, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of problem in the text.
    public enum Reason: String, Sendable, Hashable {
        /// More bytes than `JSONLimits.maxBytes`.
        case tooLarge = "the text is too large"
        /// More nesting than `JSONLimits.maxDepth`.
        case tooDeep = "the text is nested too deeply"
        /// More members and elements than `JSONLimits.maxElements`.
        case tooManyElements = "the text has too many values"
        /// A number longer than `JSONLimits.maxNumberLength`.
        case numberTooLong = "the number is too long"
        /// A number that fits neither 64 bits nor a finite double.
        case numberOutOfRange = "the number is out of range"
        /// A byte order mark at the start (RFC 8259 §8.1).
        case byteOrderMark = "a byte order mark is not allowed"
        /// The text ended inside a value, or there was none.
        case unexpectedEnd = "the text ends too early"
        /// A byte that fits nowhere in the grammar.
        case unexpectedByte = "unexpected character"
        /// Something after the value.
        case trailingBytes = "unexpected text after the value"
        /// Bytes that are not UTF-8.
        case invalidUTF8 = "the text is not valid UTF-8"
        /// An unescaped control character in a string.
        case controlCharacter = "a control character must be escaped"
        /// An unknown or broken escape.
        case invalidEscape = "the escape is not valid"
        /// Half of a surrogate pair.
        case loneSurrogate = "a surrogate must come as a pair"
        /// U+0000: valid JSON, but PostgreSQL text cannot hold it.
        case nul = "the NUL character cannot be stored"
        /// More marks on one character than `CombiningMarks.most`.
        case tooManyMarks = "a character has too many marks"
        /// A key that came before in the same object.
        case duplicateKey = "the key appears twice"
    }

    /// The kind of problem.
    public let reason: Reason
    /// The place, in bytes from the start.
    public let offset: Int

    /// An error at a place.
    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// The reason with the place; never any of the text itself.
    public var description: String { "\(reason.rawValue) (at byte \(offset))" }
}
