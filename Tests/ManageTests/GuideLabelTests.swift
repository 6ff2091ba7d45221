import Foundation
import StrictJSON
import Testing

/// The guides name buttons, fields and pages of the console as they are called there.
struct GuideLabelTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func texts(_ language: String) throws -> JSON {
        let file = repository.appendingPathComponent("Sources/Manage/messages/\(language).json")
        return try JSON.parse([UInt8](Data(contentsOf: file)))
    }

    /// Every text of the console.
    private static func all(_ texts: JSON) -> [String] {
        switch texts {
        case .string(let text): [text]
        case .object(let object): object.flatMap { all($0.1) }
        case .array(let values): values.flatMap(all)
        case .bool, .integer, .decimal, .null: []
        }
    }

    /// The console's labels that a guide names: bold after “our”, bold in a sentence that begins “In Lectern” or “In
    /// the console”, and the paths that begin “Manage >”.
    private static func labels(in guide: String) -> [String] {
        let text = guide.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        var found = text.matches(of: /\bour \*\*([^*]+)\*\*/).map { String($0.output.1) }
        for sentence in text.matches(of: /In (?:Lectern|the console)[:,] ([^.]*)/) {
            found += sentence.output.1.matches(of: /\*\*([^*]+)\*\*/).map { String($0.output.1) }
        }
        found += text.matches(of: /\*(Manage > [^*]+)\*/).map { String($0.output.1) }
        return found.flatMap { $0.components(separatedBy: " > ") }.map {
            $0.trimmingCharacters(in: CharacterSet(charactersIn: " .:"))
        }
    }

    @Test func `every label of the console in the integration guides is one that the console has`() throws {
        let texts = Self.all(try Self.texts("en")) + ["Manage"]
        let folder = Self.repository.appendingPathComponent("docs/integration")
        var count = 0
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file.hasSuffix(".md") {
            let guide = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            for label in Self.labels(in: guide) {
                count += 1
                #expect(texts.contains { $0 == label || $0.hasPrefix("\(label) (") }, "\(file): \(label)")
            }
        }
        #expect(count > 50)
    }

    @Test func `labels are found where a guide speaks of the console, and nowhere else`() {
        let guide = "In Lectern: **Manage > Plugins**, then\n **Add**. In Okta: **Save**. Paste our **Reply URL**."
        #expect(Self.labels(in: guide).sorted() == ["Add", "Manage", "Manage", "Plugins", "Plugins", "Reply URL"])
    }

    @Test(arguments: [("en", "Manage"), ("de", "Verwalten")])
    func `a path in a text of the console begins with what the navigation shows`(language: String, root: String) throws
    {
        let texts = try Self.texts(language)
        let entries = Self.all(texts["nav"] ?? .null)
        for text in Self.all(texts) {
            for path in text.components(separatedBy: "\(root) > ").dropFirst() {
                #expect(entries.contains { path.hasPrefix($0) }, "\(text)")
            }
        }
    }
}
