/// One parameter of a statement, already in the form that goes over the wire.
///
/// Fixed-size types travel in PostgreSQL's binary format, text in its own bytes: neither side formats or parses digits.
package enum PostgresBind: Sendable, Hashable {
    case null(PostgresType)
    case uuid(UInt128)
    case bigint(Int64)
    case integer(Int32)
    case boolean(Bool)
    case text(String)
    /// JSON text for a `jsonb` parameter.
    case jsonb([UInt8])
    case bytes([UInt8])
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64)
    case textArray([String])
    case uuidArray([UInt128])

    /// The parameter's declared type, so that PostgreSQL never has to guess it.
    package var type: PostgresType {
        switch self {
        case .null(let type): type
        case .uuid: .uuid
        case .bigint: .bigint
        case .integer: .integer
        case .boolean: .boolean
        case .text: .text
        case .jsonb: .jsonb
        case .bytes: .bytea
        case .timestamp: .timestamptz
        case .textArray: .textArray
        case .uuidArray: .uuidArray
        }
    }

    /// 1 for PostgreSQL's binary format, 0 for text.
    var format: Int32 {
        switch self {
        case .null, .text, .jsonb: 0
        case .uuid, .bigint, .integer, .boolean, .bytes, .timestamp, .textArray, .uuidArray: 1
        }
    }

    /// Appends the value's bytes; text formats end with the zero byte libpq expects.
    func append(to buffer: inout [UInt8]) {
        switch self {
        case .null: break
        case .uuid(let value): buffer.append(bigEndian: value)
        case .bigint(let value): buffer.append(bigEndian: value)
        case .integer(let value): buffer.append(bigEndian: value)
        case .boolean(let value): buffer.append(value ? 1 : 0)
        case .bytes(let bytes): buffer.append(contentsOf: bytes)
        case .timestamp(let microseconds):
            // Times before what can be counted are as good as the first one; minus infinity is another value.
            let (shifted, isTooEarly) = microseconds.subtractingReportingOverflow(PostgresEpoch.microsecondsAfter1970)
            buffer.append(bigEndian: max(isTooEarly ? PostgresEpoch.earliest : shifted, PostgresEpoch.earliest))
        case .text(let string):
            buffer.append(contentsOf: string.utf8)
            buffer.append(0)
        case .jsonb(let json):
            buffer.append(contentsOf: json)
            buffer.append(0)
        case .textArray(let strings):
            Self.appendArrayHeader(strings.count, of: .text, to: &buffer)
            for string in strings {
                buffer.append(bigEndian: Int32(string.utf8.count))
                buffer.append(contentsOf: string.utf8)
            }
        case .uuidArray(let values):
            Self.appendArrayHeader(values.count, of: .uuid, to: &buffer)
            for value in values {
                buffer.append(bigEndian: Int32(16))
                buffer.append(bigEndian: value)
            }
        }
    }

    /// Dimensions, a flag for nulls, the element's type; then the dimension's size and first index, if there is one.
    private static func appendArrayHeader(_ count: Int, of type: PostgresType, to buffer: inout [UInt8]) {
        for word in [count == 0 ? 0 : 1, 0, Int32(type.rawValue)] { buffer.append(bigEndian: word) }
        if count > 0 { for word in [Int32(count), 1] { buffer.append(bigEndian: word) } }
    }
}

/// The types this client binds and reads, by their object identifier in `pg_type`.
package enum PostgresType: UInt32, Sendable {
    case boolean = 16
    case bytea = 17
    case bigint = 20
    case integer = 23
    case text = 25
    case timestamptz = 1184
    case uuid = 2950
    case uuidArray = 2951
    case textArray = 1009
    case jsonb = 3802
}

/// PostgreSQL counts time from 2000-01-01.
enum PostgresEpoch {
    /// 4713 BC, where PostgreSQL's calendar begins.
    static let earliest: Int64 = -211_813_488_000_000_000
    static let microsecondsAfter1970: Int64 = 946_684_800_000_000
}

extension [UInt8] {
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
