import CLibPQ
import Glibc

/// The rows of one statement. Values are read from libpq's own memory, in PostgreSQL's binary format.
package final class PostgresRows: @unchecked Sendable {
    // A PGresult is immutable once received, so it may be read from any thread.
    private let result: OpaquePointer

    init(taking result: OpaquePointer) { self.result = result }
    deinit { PQclear(result) }

    package var count: Int { Int(PQntuples(result)) }
    package var first: PostgresRow? { count > 0 ? self[0] : nil }

    /// The command's tag, for example `COMMIT` or `UPDATE 1`.
    package var tag: String { String(cString: PQcmdStatus(result)) }

    /// The command inserted, updated or deleted at least one row.
    var changesRows: Bool {
        switch UInt8(bitPattern: PQcmdStatus(result).pointee) {
        case UInt8(ascii: "I"), UInt8(ascii: "U"), UInt8(ascii: "D"):
            let affected = PQcmdTuples(result)!
            return affected.pointee != 0 && strcmp(affected, "0") != 0
        default: return false
        }
    }

    package subscript(index: Int) -> PostgresRow { PostgresRow(rows: self, index: Int32(index)) }

    package func map<Value, Failure: Error>(
        _ decode: (PostgresRow) throws(Failure) -> Value
    ) throws(Failure) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        for index in 0..<count { values.append(try decode(self[index])) }
        return values
    }

    func field(_ row: Int32, _ column: Int32) -> UnsafeRawBufferPointer? {
        if column >= PQnfields(result) || PQgetisnull(result, row, column) == 1 { return nil }
        return UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
    }
}

/// One row; columns count from 0 in the order of the select list.
package struct PostgresRow: Sendable {
    let rows: PostgresRows
    let index: Int32

    package func isNull(_ column: Int32) -> Bool { rows.field(index, column) == nil }

    package func uuid(_ column: Int32) throws(PostgresError) -> UInt128 {
        try integer(column, as: UInt128.self)
    }

    package func uuidOrNull(_ column: Int32) throws(PostgresError) -> UInt128? {
        isNull(column) ? nil : try uuid(column)
    }

    package func bigint(_ column: Int32) throws(PostgresError) -> Int64 { try integer(column, as: Int64.self) }

    package func boolean(_ column: Int32) throws(PostgresError) -> Bool { try integer(column, as: UInt8.self) != 0 }

    package func text(_ column: Int32) throws(PostgresError) -> String {
        guard let text = textOrNull(column) else { throw .unexpectedResult("column \(column) is null") }
        return text
    }

    package func textOrNull(_ column: Int32) -> String? {
        rows.field(index, column).map { String(decoding: $0, as: UTF8.self) }
    }

    package func bytes(_ column: Int32) throws(PostgresError) -> [UInt8] {
        guard let field = rows.field(index, column) else { throw .unexpectedResult("column \(column) is null") }
        return [UInt8](field)
    }

    /// The JSON text of a `jsonb` column (its binary form is a version byte, then the text).
    package func jsonb(_ column: Int32) throws(PostgresError) -> [UInt8] {
        guard let json = jsonbOrNull(column) else { throw .unexpectedResult("column \(column) is not jsonb") }
        return json
    }

    package func jsonbOrNull(_ column: Int32) -> [UInt8]? {
        guard let field = rows.field(index, column), field.first == 1 else { return nil }
        return [UInt8](field.dropFirst())
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    package func timestamp(_ column: Int32) throws(PostgresError) -> Int64 {
        try bigint(column) + PostgresEpoch.microsecondsAfter1970
    }

    package func timestampOrNull(_ column: Int32) throws(PostgresError) -> Int64? {
        isNull(column) ? nil : try timestamp(column)
    }

    /// A one-dimensional `text[]` without nulls.
    package func textArray(_ column: Int32) throws(PostgresError) -> [String] {
        guard let field = rows.field(index, column), field.count >= 12 else {
            throw .unexpectedResult("column \(column) is no array")
        }
        var reader = BigEndianReader(field)
        let dimensions: Int32 = reader.next()
        reader.skip(8)
        if dimensions == 0 { return [] }
        let count: Int32 = reader.next()
        reader.skip(4)
        return (0..<count).map { _ in
            let length: Int32 = reader.next()
            return reader.text(Int(length))
        }
    }

    private func integer<Value: FixedWidthInteger>(
        _ column: Int32, as _: Value.Type
    ) throws(PostgresError) -> Value {
        guard let field = rows.field(index, column), field.count == MemoryLayout<Value>.size else {
            throw .unexpectedResult("column \(column) is null or not of \(Value.bitWidth) bits")
        }
        return Value(bigEndian: field.loadUnaligned(as: Value.self))
    }
}

/// Reads the binary format of composed values from front to back.
private struct BigEndianReader {
    let bytes: UnsafeRawBufferPointer
    var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func next<Value: FixedWidthInteger>() -> Value {
        defer { offset += MemoryLayout<Value>.size }
        return Value(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    mutating func skip(_ count: Int) { offset += count }

    mutating func text(_ count: Int) -> String {
        defer { offset += count }
        return String(decoding: bytes[offset..<offset + count], as: UTF8.self)
    }
}
