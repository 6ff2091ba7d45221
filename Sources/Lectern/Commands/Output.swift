import ArgumentParser
import Domain
import Foundation
import SCIM
import StrictJSON

/// `--json` on every command.
struct OutputOptions: ParsableArguments {
    @Flag(name: .long, help: "Print JSON instead of text.")
    var json = false

    /// One thing: its fields as lines, or as an object.
    func show(_ fields: [(String, JSON)]) {
        if json { return printJSON(.object(JSONObject(fields))) }
        let width = fields.map(\.0.count).max() ?? 0
        for (name, value) in fields {
            print(name.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + Self.text(value))
        }
    }

    /// Several things of a kind.
    func list(_ rows: [[(String, JSON)]], empty: String) {
        if json { return printJSON(.array(rows.map { .object(JSONObject($0)) })) }
        if rows.isEmpty { return print(empty) }
        let names = rows[0].map(\.0)
        let table = [names] + rows.map { $0.map { Self.text($0.1) } }
        let widths = names.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        for row in table {
            let cells = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
            print(cells.joined(separator: "  "))
        }
    }

    func printJSON(_ json: JSON) { print(json.text) }

    private static func text(_ value: JSON) -> String {
        switch value {
        case .null: "-"
        case .string(let text): text
        case .array(let values): values.map(text).joined(separator: ", ")
        case .bool, .integer, .decimal, .object: value.text
        }
    }
}

extension Timestamp {
    var json: JSON { .string(SCIMDateTime(microseconds: microseconds).description) }
}

extension Timestamp? {
    var json: JSON { map(\.json) ?? .null }
}
