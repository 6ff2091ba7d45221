/// The text of a statement, kept as the pieces that the program's source holds: it is put together only for PostgreSQL
/// to prepare it, and told from other statements by where its pieces lie in memory.
package struct StatementText: Sendable, Hashable, CustomStringConvertible {
    /// Addresses of literals, which never move, and `parameter` between them.
    private var pieces: [UInt] = []
    /// Text that was put together while the program ran.
    private var verbatim: String?

    /// No literal lies at this address.
    private static let parameter: UInt = 1

    init(pieceCount: Int) { pieces.reserveCapacity(pieceCount) }
    init(verbatim: String) { self.verbatim = verbatim }

    var isVerbatim: Bool { verbatim != nil }

    mutating func append(literal: StaticString) {
        if literal.utf8CodeUnitCount > 0 { pieces.append(UInt(bitPattern: literal.utf8Start)) }
    }

    mutating func appendParameter() { pieces.append(Self.parameter) }

    mutating func append(_ other: StatementText) {
        precondition(!other.isVerbatim, "only text from the source can be part of other text")
        pieces += other.pieces
    }

    /// The SQL; parameters are numbered from left to right.
    package var description: String {
        if let verbatim { return verbatim }
        var sql = ""
        var parameters = 0
        for piece in pieces {
            if piece == Self.parameter {
                parameters += 1
                sql += "$\(parameters)"
            } else {
                sql += String(cString: UnsafePointer<UInt8>(bitPattern: piece)!)
            }
        }
        return sql
    }
}
