/// The canonical form of an element (Canonical XML 1.0 and Exclusive XML Canonicalization 1.0, both without comments):
/// the bytes that a signature is about.
package struct CanonicalForm: Sendable {
    package enum Method: Sendable, Hashable {
        case inclusive
        /// - Parameter prefixes: those that are rendered as the inclusive form has them; the empty one is the default.
        case exclusive(prefixes: Set<String>)
    }

    private let method: Method
    /// The element that is left out: the signature, of what it signs.
    private let omitted: Int?
    private var output: [UInt8] = []
    private var insertion: (element: Int, place: Int, bytes: [UInt8])?

    /// - Parameter omitting: the index of an element within, left out with all that is in it.
    package static func bytes(of element: XMLElement, _ method: Method, omitting index: Int? = nil) -> [UInt8] {
        var form = CanonicalForm(method: method, omitted: index)
        form.write(element, rendered: [:])
        return form.output
    }

    /// - Parameters:
    ///   - bytes: written inside the element as they are.
    ///   - place: the child element that they come before, counting from 0; behind all when there are fewer.
    package static func bytes(
        of element: XMLElement, _ method: Method, inserting bytes: [UInt8], before place: Int
    ) -> [UInt8] {
        var form = CanonicalForm(method: method, omitted: nil)
        form.insertion = (element.index, place, bytes)
        form.write(element, rendered: [:])
        return form.output
    }

    /// A value as it stands in an attribute.
    static func attribute(_ value: String) -> String {
        var form = CanonicalForm(method: .inclusive, omitted: nil)
        form.appendAttribute(value)
        return String(decoding: form.output, as: UTF8.self)
    }

    /// A text as it stands between tags.
    static func text(_ value: String) -> String {
        var form = CanonicalForm(method: .inclusive, omitted: nil)
        form.appendText(value)
        return String(decoding: form.output, as: UTF8.self)
    }

    private init(method: Method, omitted: Int?) {
        self.method = method
        self.omitted = omitted
    }

    /// - Parameter rendered: the declarations that elements around it have in the output.
    private mutating func write(_ element: XMLElement, rendered: [String: String]) {
        if element.index == omitted { return }
        var rendered = rendered
        append("<")
        append(element.name)
        for declaration in declarations(of: element, rendered) {
            rendered[declaration.prefix] = declaration.uri
            append(declaration.prefix.isEmpty ? " xmlns=\"" : " xmlns:\(declaration.prefix)=\"")
            appendAttribute(declaration.uri)
            append("\"")
        }
        for attribute in element.attributes.sorted(by: Self.precedes) {
            append(" ")
            append(attribute.name)
            append("=\"")
            appendAttribute(attribute.value)
            append("\"")
        }
        append(">")
        var place = 0
        for child in element.children {
            switch child {
            case .text(let text): appendText(text)
            case .element(let inner):
                insert(in: element, before: place)
                write(inner, rendered: rendered)
                place += 1
            }
        }
        insert(in: element, before: place)
        append("</")
        append(element.name)
        append(">")
    }

    private mutating func insert(in element: XMLElement, before place: Int) {
        guard let insertion, insertion.element == element.index, insertion.place <= place else { return }
        output += insertion.bytes
        self.insertion = nil
    }

    /// By namespace, then by name; what is in no namespace comes first (Canonical XML 1.0 §2.2).
    private static func precedes(_ left: XMLAttribute, _ right: XMLAttribute) -> Bool {
        let (one, other) = (left.name, right.name)
        if one.namespace != other.namespace {
            return one.namespace.utf8.lexicographicallyPrecedes(other.namespace.utf8)
        }
        return one.local.utf8.lexicographicallyPrecedes(other.local.utf8)
    }

    /// The declarations of namespaces that the element has in the output, in order.
    private func declarations(of element: XMLElement, _ rendered: [String: String]) -> [NamespaceDeclaration] {
        var wanted: Set<String> = []
        switch method {
        case .inclusive: wanted = Set(element.scope.all.map(\.prefix)).union([""])
        case .exclusive(let prefixes):
            wanted = prefixes.filter { $0.isEmpty || element.scope[$0] != nil }
            wanted.insert(element.name.prefix)
            for attribute in element.attributes where !attribute.name.prefix.isEmpty {
                wanted.insert(attribute.name.prefix)
            }
        }
        wanted.remove("xml")
        return wanted.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.compactMap { prefix in
            let uri = element.scope[prefix] ?? ""
            // No namespace is what holds at first, and is said only to take one back.
            if rendered[prefix] ?? "" == uri { return nil }
            return NamespaceDeclaration(prefix: prefix, uri: uri)
        }
    }

    // MARK: Characters

    private mutating func append(_ text: String) { output += text.utf8 }

    private mutating func append(_ name: XMLName) {
        if !name.prefix.isEmpty {
            append(name.prefix)
            append(":")
        }
        append(name.local)
    }

    private mutating func appendText(_ text: String) {
        append(text) { byte in
            switch byte {
            case UInt8(ascii: "&"): "&amp;"
            case UInt8(ascii: "<"): "&lt;"
            case UInt8(ascii: ">"): "&gt;"
            case UInt8(ascii: "\r"): "&#xD;"
            default: nil
            }
        }
    }

    private mutating func appendAttribute(_ value: String) {
        append(value) { byte in
            switch byte {
            case UInt8(ascii: "&"): "&amp;"
            case UInt8(ascii: "<"): "&lt;"
            case UInt8(ascii: "\""): "&quot;"
            case UInt8(ascii: "\t"): "&#x9;"
            case UInt8(ascii: "\n"): "&#xA;"
            case UInt8(ascii: "\r"): "&#xD;"
            default: nil
            }
        }
    }

    /// - Parameter escaped: what stands for a byte; nil for the byte itself.
    private mutating func append(_ text: String, _ escaped: (UInt8) -> StaticString?) {
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            for (place, byte) in bytes.enumerated() {
                guard let escape = escaped(byte) else { continue }
                output += bytes[start..<place]
                escape.withUTF8Buffer { output += $0 }
                start = place + 1
            }
            output += bytes[start...]
        }
    }
}
