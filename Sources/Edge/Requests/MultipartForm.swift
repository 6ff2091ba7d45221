import StrictJSON

/// A form that brings a file (`multipart/form-data`, RFC 7578).
package struct MultipartForm: Sendable {
    package struct File: Sendable, Hashable {
        /// As the browser names it, without a path.
        package var name: String
        package var bytes: [UInt8]

        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// The fields that are no files.
    package let form: Form
    /// The one file; nil when none was chosen.
    package let file: File?

    /// The longest field that is no file, in bytes.
    private static let fieldBytes = 1_048_576
    private static let maximumParts = 32

    package static func isOne(_ contentType: String?) -> Bool {
        contentType?.lowercased().hasPrefix("multipart/form-data") == true
    }

    /// Nil when the body is not such a form, has two files, or a field twice.
    package init?(_ body: [UInt8], contentType: String) {
        guard let boundary = Self.boundary(contentType) else { return nil }
        var rest = body[...]
        var fields: [(String, String)] = []
        var file: File?
        // The first line is a delimiter without the line break that comes before all others.
        guard rest.starts(with: boundary.dropFirst(2)) else { return nil }
        rest = rest.dropFirst(boundary.count - 2)
        for _ in 0..<Self.maximumParts {
            if rest.starts(with: "--".utf8) {
                guard let form = Form(fields) else { return nil }
                (self.form, self.file) = (form, file)
                return
            }
            guard rest.starts(with: Self.lineBreak), let end = Self.index(of: boundary, in: rest.dropFirst(2)),
                let part = Self.part(rest[(rest.startIndex + 2)..<end])
            else { return nil }
            rest = rest[(end + boundary.count)...]
            if let name = part.fileName {
                if name.isEmpty, part.content.isEmpty { continue }
                guard file == nil else { return nil }
                file = File(name: String(name.split { $0 == "/" || $0 == "\\" }.last ?? ""), bytes: Array(part.content))
            } else {
                guard part.content.count <= Self.fieldBytes,
                    let value = String(validating: part.content, as: UTF8.self), !value.utf8.contains(0),
                    CombiningMarks.areFew(in: value)
                else { return nil }
                fields.append((part.name, value))
            }
        }
        return nil
    }

    private static let lineBreak = Array("\r\n".utf8)

    /// The delimiter before each part but the first: a line break, two hyphens and the boundary (RFC 2046 §5.1.1).
    private static func boundary(_ contentType: String) -> [UInt8]? {
        for parameter in contentType.split(separator: ";").dropFirst() {
            let parameter = parameter.drop { $0 == " " }
            guard parameter.lowercased().hasPrefix("boundary=") else { continue }
            let value = parameter.dropFirst(9).filter { $0 != "\"" }.utf8
            guard (1...70).contains(value.count) else { return nil }
            return Array("\r\n--".utf8) + value
        }
        return nil
    }

    private static func index(of pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        var start = bytes.startIndex
        while let found = bytes[start...].firstIndex(of: pattern[0]) {
            if bytes[found...].starts(with: pattern) { return found }
            start = found + 1
        }
        return nil
    }

    private static func part(
        _ bytes: ArraySlice<UInt8>
    ) -> (name: String, fileName: String?, content: ArraySlice<UInt8>)? {
        guard let end = index(of: lineBreak + lineBreak, in: bytes),
            let head = String(validating: bytes[..<end], as: UTF8.self), CombiningMarks.areFew(in: head)
        else { return nil }
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-disposition:") {
            guard let name = parameter("name", of: line) else { return nil }
            return (name, parameter("filename", of: line), bytes[(end + 4)...])
        }
        return nil
    }

    /// A quoted parameter, in which browsers write quotes as `%22` (WHATWG HTML, multipart/form-data encoding).
    private static func parameter(_ name: String, of line: Substring) -> String? {
        guard let start = line.firstRange(of: "; \(name)=\"")?.upperBound else { return nil }
        let value = line[start...]
        guard let end = value.firstIndex(of: "\"") else { return nil }
        return String(value[..<end]).replacing("%22", with: "\"")
    }
}
