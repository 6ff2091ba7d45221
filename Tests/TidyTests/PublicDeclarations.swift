/// The declarations of a file that others see, by its lines: those that say `public`, and the cases of public enums.
struct PublicDeclarations {
    private(set) var count = 0
    /// The lines of those that have no comment of their own right before them and their attributes.
    private(set) var undocumented: [String] = []

    init(of text: String) throws {
        // Attributes and other modifiers may come first.
        let declaration = try Regex(#"^(@\w+(\([^)]*\))? |[a-z]+(\([a-z]+\))? )*public (?!import )"#)
        var isDocumented = false
        // How far the public enums are indented that the line is in.
        var enumerations: [Int] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let code = line.drop { $0 == " " }
            let indentation = line.count - code.count
            if code.hasPrefix("///") {
                isDocumented = true
                continue
            }
            if code.hasPrefix("@"), !code.contains(" ") || code.hasSuffix(")") { continue }
            let isPublic = code.firstMatch(of: declaration) != nil
            let isCase = code.hasPrefix("case ") && indentation == enumerations.last.map { $0 + 4 }
            if isPublic || isCase {
                count += 1
                if !isDocumented { undocumented.append(String(code)) }
            }
            if isPublic, code.contains("enum "), code.hasSuffix("{") { enumerations.append(indentation) }
            if code == "}", indentation == enumerations.last { enumerations.removeLast() }
            isDocumented = false
        }
    }
}
