import StrictJSON
import SwiftCSV

/// Tables as text (RFC 4180), as people's spreadsheets read and write them.
enum CSVFile {
    enum Problem: String, Error { case encoding, quotes, tooManyRows, tooManyColumns, accent }

    /// Cells of one row.
    static let maximumColumns = 200

    /// - Parameter bytes: UTF-8; commas, semicolons or tabs between the cells.
    static func read(_ bytes: [UInt8], maximumRows: Int) throws(Problem) -> [[String]] {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else { throw .encoding }
        guard CombiningMarks.areFew(in: text) else { throw .accent }
        let delimiter = CSVDelimiter.guessed(string: text)
        try check(text, delimiter.rawValue, maximumRows: maximumRows)
        do {
            // Row by row: as a whole the reader makes all rows as long as the longest.
            let table = try EnumeratedCSV(string: text, delimiter: delimiter, loadColumns: false, rowLimit: 0)
            var rows: [[String]] = []
            try table.enumerateAsArray(startAt: 0, rowLimit: nil) { rows.append($0) }
            return rows
        } catch { throw .quotes }
    }

    /// Rejects errors that the reader would accept silently: far too many rows, an open quotation mark, and accents
    /// that hide separators.
    private static func check(_ text: String, _ delimiter: Character, maximumRows: Int) throws(Problem) {
        var (isQuoted, rows, columns, isAfterMark) = (false, 1, 1, true)
        for scalar in text.unicodeScalars {
            if isAfterMark, scalar.properties.isGraphemeExtend { throw .accent }
            isAfterMark = false
            switch scalar {
            case "\"":
                isQuoted.toggle()
                isAfterMark = true
            case "\n" where !isQuoted:
                rows += 1
                columns = 1
                isAfterMark = true
            case _ where !isQuoted && Character(scalar) == delimiter:
                columns += 1
                isAfterMark = true
            default: break
            }
            // Empty lines are no rows, but a file of nothing else is none either.
            if rows > 2 * maximumRows + 2 { throw .tooManyRows }
            if columns > maximumColumns { throw .tooManyColumns }
        }
        if isQuoted { throw .quotes }
    }

    static func text(_ rows: [[String]]) -> String {
        rows.map { $0.map(cell).joined(separator: ",") + "\r\n" }.joined()
    }

    /// A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    static func cell(_ text: String) -> String {
        let isFormula = text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
        return "\"" + (isFormula ? "'" : "") + text.replacing("\"", with: "\"\"") + "\""
    }
}
