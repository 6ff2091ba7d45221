import Foundation

/// The methods of the stores that write, found in their source text, so that a new one cannot be forgotten.
struct StoreWrites {
    struct Method: Sendable {
        /// `UserStore.update(_:to:reach:change:in:)`: the name of the file before any `+`, and the labels.
        let name: String
        /// Whether a parameter is a change for the log.
        let takesChange: Bool
        /// Whether the body sends a transaction that writes.
        let writes: Bool
    }

    let methods: [Method]

    /// - Parameter directory: the sources of Persistence.
    init(in directory: URL) throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        var methods: [Method] = []
        for file in files {
            let type = file.prefix { $0 != "+" && $0 != "." }
            guard file.hasSuffix(".swift"), type.hasSuffix("Store") else { continue }
            let text = try String(contentsOf: directory.appendingPathComponent(file), encoding: .utf8)
            methods += Self.methods(in: text, of: String(type))
        }
        self.methods = methods
    }

    static func methods(in text: String, of type: String) -> [Method] {
        let start = "\n    package func "
        var rest = text[...]
        var methods: [Method] = []
        while let found = rest.range(of: start) {
            let declaration = rest[found.upperBound...]
            // The format is enforced, so that the body ends at the first brace of its own column.
            let end = declaration.range(of: "\n    }\n")?.lowerBound ?? declaration.endIndex
            let line = declaration.range(of: "\n")?.lowerBound ?? declaration.endIndex
            let isOneLine = declaration[..<line].hasSuffix("}")
            methods.append(method(String(declaration[..<(isOneLine ? line : end)]), of: type))
            rest = declaration
        }
        return methods
    }

    private static func method(_ text: String, of type: String) -> Method {
        let name = text.prefix { $0 != "(" && $0 != "<" }
        let parameters = parameters(of: text)
        let labels = parameters.map { "\($0.prefix { $0 != " " && $0 != ":" }):" }
        return Method(
            name: "\(type).\(name)(\(labels.joined()))",
            takesChange: parameters.contains { $0.hasSuffix(": Change") || $0.hasSuffix(": [Change]") },
            writes: text.contains("database.write("))
    }

    /// The parameters of a declaration without their default values.
    private static func parameters(of text: String) -> [String] {
        var depth = 0
        var parameters = [""]
        for character in text.drop(while: { $0 != "(" }) {
            if "([".contains(character) { depth += 1 }
            if ")]".contains(character) { depth -= 1 }
            if depth == 0 { break }
            if character == ",", depth == 1 {
                parameters.append("")
            } else {
                parameters[parameters.count - 1].append(character)
            }
        }
        parameters[0].removeFirst()
        return parameters.map { parameter in
            let declared = parameter.split(separator: "=", maxSplits: 1)[...].first ?? ""
            return declared.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }.filter { !$0.isEmpty }
    }
}
