/// The fields of an HTML form or a query, percent-encoded as browsers send them.
package struct Form: Sendable, Hashable {
    private let fields: [String: String]

    package static let empty = Form(fields: [:])

    private init(fields: [String: String]) { self.fields = fields }

    /// Nil when it is not form-encoded UTF-8, or a field occurs twice.
    package init?(_ bytes: some Collection<UInt8>) {
        var fields: [String: String] = [:]
        for part in Array(bytes).split(separator: UInt8(ascii: "&")) {
            let pieces = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(pieces[0], plusIsBlank: true),
                let value = pieces.count > 1 ? PercentEncoding.decode(pieces[1], plusIsBlank: true) : "",
                // A NUL is in no text of ours, and PostgreSQL takes none.
                !value.utf8.contains(0), fields.updateValue(value, forKey: name) == nil
            else { return nil }
        }
        self.fields = fields
    }

    /// Nil when a field occurs twice.
    init?(_ pairs: [(String, String)]) {
        let fields = Dictionary(pairs) { first, _ in first }
        guard fields.count == pairs.count else { return nil }
        self.fields = fields
    }

    /// All of them, by name.
    package var all: [(name: String, value: String)] {
        fields.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    package func without(_ names: Set<String>) -> Form { Form(fields: fields.filter { !names.contains($0.key) }) }

    package subscript(name: String) -> String? { fields[name] }

    /// Without blanks around it; nil when it is missing or nothing is left.
    package func text(_ name: String) -> String? {
        guard let value = fields[name] else { return nil }
        let trimmed = value.drop { $0.isWhitespace }
        let end = trimmed.lastIndex { !$0.isWhitespace }.map { trimmed.index(after: $0) } ?? trimmed.startIndex
        return trimmed[..<end].isEmpty ? nil : String(trimmed[..<end])
    }
}
