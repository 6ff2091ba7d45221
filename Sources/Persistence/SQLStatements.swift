/// Cuts a file of SQL into its statements: one statement is sent at a time.
///
/// Understands quoted text, quoted names, dollar quoting and comments, which is what a migration contains.
enum SQLStatements {
    static func split(_ sql: [UInt8]) -> [String] {
        var statements: [String] = []
        var start = 0
        var position = 0
        while position < sql.count {
            switch sql[position] {
            case UInt8(ascii: "'"), UInt8(ascii: "\""): position = skipQuoted(sql, from: position)
            case UInt8(ascii: "$"): position = skipDollarQuoted(sql, from: position)
            case UInt8(ascii: "-") where position + 1 < sql.count && sql[position + 1] == UInt8(ascii: "-"):
                position = sql[position...].firstIndex(of: UInt8(ascii: "\n")) ?? sql.count
            case UInt8(ascii: ";"):
                append(sql[start..<position], to: &statements)
                position += 1
                start = position
            default: position += 1
            }
        }
        append(sql[start...], to: &statements)
        return statements
    }

    private static func append(_ bytes: ArraySlice<UInt8>, to statements: inout [String]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let code = lines.filter { !$0.drop { $0 == " " }.hasPrefix("--") }
        let isEmpty = code.allSatisfy { $0.allSatisfy(\.isWhitespace) }
        if !isEmpty { statements.append(lines.joined(separator: "\n")) }
    }

    private static func skipQuoted(_ sql: [UInt8], from start: Int) -> Int {
        // A doubled quote closes and opens at once, which comes to the same.
        (sql[(start + 1)...].firstIndex(of: sql[start]) ?? sql.count - 1) + 1
    }

    private static func skipDollarQuoted(_ sql: [UInt8], from start: Int) -> Int {
        guard let end = sql[(start + 1)...].firstIndex(of: UInt8(ascii: "$")) else { return start + 1 }
        let tag = sql[start...end]
        guard
            tag.dropFirst().dropLast().allSatisfy({ $0 == UInt8(ascii: "_") || ($0 | 0x20) >= 97 && ($0 | 0x20) <= 122 }
            )
        else { return start + 1 }
        var position = end + 1
        while position + tag.count <= sql.count {
            if sql[position..<position + tag.count].elementsEqual(tag) { return position + tag.count }
            position += 1
        }
        return sql.count
    }
}
