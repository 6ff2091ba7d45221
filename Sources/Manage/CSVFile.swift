import SwiftCSV

/// Tables as text (RFC 4180), as people's spreadsheets read and write them.
enum CSVFile {
    enum Problem: String, Error { case encoding, quotes }

    /// - Parameter bytes: UTF-8; commas, semicolons or tabs between the cells.
    static func read(_ bytes: [UInt8]) throws(Problem) -> [[String]] {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else { throw .encoding }
        // The reader takes what follows an open quotation mark for one cell, however long it is.
        guard bytes.count(where: { $0 == UInt8(ascii: "\"") }).isMultiple(of: 2) else { throw .quotes }
        do {
            let delimiter = CSVDelimiter.guessed(string: text)
            let table = try EnumeratedCSV(string: text, delimiter: delimiter, loadColumns: false)
            return table.header.isEmpty ? [] : [table.header] + table.rows
        } catch { throw .quotes }
    }

    static func text(_ rows: [[String]]) -> String {
        rows.map { $0.map(cell).joined(separator: ",") + "\r\n" }.joined()
    }

    /// What a spreadsheet would take for a formula gets an apostrophe before it.
    static func cell(_ text: String) -> String {
        let isFormula = text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
        return "\"" + (isFormula ? "'" : "") + text.replacing("\"", with: "\"\"") + "\""
    }
}
