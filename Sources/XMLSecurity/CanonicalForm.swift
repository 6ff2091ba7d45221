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

    /// - Parameter omitting: the index of an element within, left out with all that is in it.
    package static func bytes(of element: XMLElement, _ method: Method, omitting index: Int? = nil) -> [UInt8] {
        var form = CanonicalForm(method: method, omitted: index)
        form.write(element, rendered: [:], isApex: true)
        return form.output
    }

    private init(method: Method, omitted: Int?) {
        self.method = method
        self.omitted = omitted
    }

    /// - Parameter rendered: the declarations that elements around it have in the output.
    private mutating func write(_ element: XMLElement, rendered: [String: String], isApex: Bool) {
        if element.index == omitted { return }
        var rendered = rendered
        append("<" + element.name.written)
        for declaration in declarations(of: element, rendered) {
            rendered[declaration.prefix] = declaration.uri
            append(declaration.prefix.isEmpty ? " xmlns=\"" : " xmlns:\(declaration.prefix)=\"")
            appendAttribute(declaration.uri)
            append("\"")
        }
        for attribute in element.attributes.sorted(by: Self.precedes) {
            append(" \(attribute.name.written)=\"")
            appendAttribute(attribute.value)
            append("\"")
        }
        append(">")
        for child in element.children {
            switch child {
            case .text(let text): appendText(text)
            case .element(let inner): write(inner, rendered: rendered, isApex: false)
            }
        }
        append("</\(element.name.written)>")
    }

    /// By namespace, then by name; what is in no namespace comes first (Canonical XML 1.0 §2.2).
    private static func precedes(_ left: XMLAttribute, _ right: XMLAttribute) -> Bool {
        let (one, other) = (left.name, right.name)
        if one.namespace != other.namespace {
            return one.namespace.utf8.lexicographicallyPrecedes(other.namespace.utf8)
        }
        return one.local.utf8.lexicographicallyPrecedes(other.local.utf8)
    }

    /// Those that the element has in the output, in order.
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

    private mutating func appendText(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): append("&amp;")
            case UInt8(ascii: "<"): append("&lt;")
            case UInt8(ascii: ">"): append("&gt;")
            case UInt8(ascii: "\r"): append("&#xD;")
            default: output.append(byte)
            }
        }
    }

    private mutating func appendAttribute(_ value: String) {
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "&"): append("&amp;")
            case UInt8(ascii: "<"): append("&lt;")
            case UInt8(ascii: "\""): append("&quot;")
            case UInt8(ascii: "\t"): append("&#x9;")
            case UInt8(ascii: "\n"): append("&#xA;")
            case UInt8(ascii: "\r"): append("&#xD;")
            default: output.append(byte)
            }
        }
    }
}
