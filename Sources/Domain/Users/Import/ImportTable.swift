/// The rows of a file with the meaning of their columns.
package struct ImportTable: Sendable {
    package enum Problem: Error, Sendable, Hashable {
        case empty
        case tooManyRows
        /// A column is missing that the rows cannot do without.
        case missing(EditableAttribute)
        /// Two columns mean the same.
        case twice(String)
    }

    package let rows: [ImportRow]
    /// Rows that cannot be done, whatever happens.
    package let refused: [ImportResult]
    package let ignoredColumns: [String]

    fileprivate enum Column { case attribute(EditableAttribute), role }

    /// - Parameters:
    ///   - cells: line by line, the first being the header.
    ///   - names: what columns are called, folded, beside the attributes' own names.
    package init(
        _ cells: [[String]], mode: UserImport.Mode, names: [FoldedKey: String], identifiers: IdentifierSource
    ) throws(Problem) {
        // A file may begin with empty lines.
        let start = cells.firstIndex { !$0.allSatisfy(\.isEmpty) } ?? cells.endIndex
        guard start + 1 < cells.endIndex else { throw .empty }
        let header = cells[start]
        var columns: [(Int, Column)] = []
        var ignored: [String] = []
        for (index, name) in header.enumerated() {
            let key = Self.key(name)
            let meaning = names[key] ?? EditableAttribute.allCases.first { Self.key($0.rawValue) == key }?.rawValue
            if let attribute = meaning.flatMap({ EditableAttribute(rawValue: $0) }) {
                if columns.contains(where: { $0.1.is(attribute) }) { throw .twice(name) }
                columns.append((index, .attribute(attribute)))
            } else if mode == .create, meaning == Self.role || key == Self.key(Self.role) {
                if columns.contains(where: \.1.isRole) { throw .twice(name) }
                columns.append((index, .role))
            } else if !name.isEmpty {
                ignored.append(String(name.prefix(100)))
            }
        }
        for needed in [mode.key ?? .email] where !columns.contains(where: { $0.1.is(needed) }) {
            throw .missing(needed)
        }
        var rows: [ImportRow] = []
        var refused: [ImportResult] = []
        var seen: Set<FoldedKey> = []
        for (index, cells) in cells.enumerated().dropFirst(start + 1) {
            let line = index + 1
            if cells.allSatisfy(\.trimmed.isEmpty) { continue }
            if rows.count == UserImport.maximumRows { throw .tooManyRows }
            let row = Self.row(cells, columns, line, mode, identifiers)
            rows.append(row)
            let key = mode.key ?? .userName
            if cells.dropFirst(header.count).contains(where: { !$0.trimmed.isEmpty }) {
                refused.append(.refused(line, .cells))
            } else if let value = row.values[key] {
                if !seen.insert(FoldedKey(value)).inserted { refused.append(.refused(line, .twice, key.rawValue)) }
            } else {
                refused.append(.refused(line, .noKey, (mode.key ?? .email).rawValue))
            }
        }
        if rows.isEmpty { throw .empty }
        (self.rows, self.refused, ignoredColumns) = (rows, refused, ignored)
    }

    /// The name of the column of roles.
    package static let role = "role"

    private static func row(
        _ cells: [String], _ columns: [(Int, Column)], _ line: Int, _ mode: UserImport.Mode,
        _ identifiers: IdentifierSource
    ) -> ImportRow {
        var row = ImportRow(line: line, user: UserID(rawValue: identifiers.next()), values: [:], role: nil)
        // A cell that is missing or empty says nothing.
        for (index, column) in columns where index < cells.count {
            let value = cells[index].trimmed
            if value.isEmpty { continue }
            switch column {
            case .attribute(let attribute): row.values[attribute] = value
            case .role: row.role = value
            }
        }
        // People sign in with their address unless they are given a name.
        if mode == .create, row.values[.userName] == nil { row.values[.userName] = row.values[.email] }
        return row
    }

    /// `E-mail`, `e_mail` and `Email` are the same.
    package static func key(_ name: String) -> FoldedKey {
        FoldedKey(String(name.filter { $0.isLetter || $0.isNumber }))
    }
}

extension ImportTable.Column {
    var isRole: Bool { if case .role = self { true } else { false } }

    func `is`(_ attribute: EditableAttribute) -> Bool {
        if case .attribute(attribute) = self { true } else { false }
    }
}

extension String {
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
