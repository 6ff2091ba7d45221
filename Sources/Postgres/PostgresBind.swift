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
        case .null, .text, .jsonb, .textArray, .uuidArray: 0
        case .uuid, .bigint, .integer, .boolean, .bytes, .timestamp: 1
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
            buffer.append(bigEndian: microseconds - PostgresEpoch.microsecondsAfter1970)
        case .text(let string):
            buffer.append(contentsOf: string.utf8)
            buffer.append(0)
        case .jsonb(let json):
            buffer.append(contentsOf: json)
            buffer.append(0)
        case .textArray(let strings):
            Self.appendArray(strings, to: &buffer)
        case .uuidArray(let values):
            Self.appendArray(values.map { UUIDText(rawValue: $0).description }, to: &buffer)
        }
    }

    /// An array literal, each element quoted (PostgreSQL §8.15.2).
    private static func appendArray(_ strings: [String], to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "{"))
        for (index, string) in strings.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            buffer.append(UInt8(ascii: "\""))
            for byte in string.utf8 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { buffer.append(UInt8(ascii: "\\")) }
                buffer.append(byte)
            }
            buffer.append(UInt8(ascii: "\""))
        }
        buffer.append(contentsOf: [UInt8(ascii: "}"), 0])
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
    static let microsecondsAfter1970: Int64 = 946_684_800_000_000
}

extension [UInt8] {
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
