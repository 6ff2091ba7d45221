/// Reads the strict part of XML that security documents are written in: UTF-8, no document type, no processing
/// instructions, nothing fetched, names in ASCII, namespaces as plain URIs (XML 1.0, Namespaces in XML 1.0).
///
/// Anything that it does not know is rejected. Comments are removed, CDATA becomes text, and line ends and attribute
/// values are normalised as XML demands, so that the tree is the input of a canonical form.
package struct XMLReader {
    let bytes: [UInt8]
    let limits: XMLLimits
    var position = 0
    private var elementCount = 0

    /// - Throws: `XMLError`.
    package static func read(_ bytes: [UInt8], limits: XMLLimits = XMLLimits()) throws(XMLError) -> XMLElement {
        try read(bytes, in: NamespaceScope(), limits: limits)
    }

    /// Reads what stood inside another element, where prefixes mean what they mean there.
    static func read(
        _ bytes: [UInt8], within element: XMLElement, limits: XMLLimits
    ) throws(XMLError) -> XMLElement {
        try read(bytes, in: element.scope, limits: limits)
    }

    static func read(
        _ bytes: [UInt8], in scope: NamespaceScope, limits: XMLLimits
    ) throws(XMLError) -> XMLElement {
        if bytes.count > limits.bytes { throw XMLError(reason: .tooLarge, offset: limits.bytes) }
        try checkCharacters(bytes)
        var reader = XMLReader(bytes: bytes, limits: limits)
        return try reader.document(in: scope)
    }

    private init(bytes: [UInt8], limits: XMLLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// UTF-8 throughout, and characters that XML allows (XML 1.0 §2.2).
    private static func checkCharacters(_ bytes: [UInt8]) throws(XMLError) {
        // A document that is ASCII throughout needs no further check.
        if bytes.allSatisfy({ $0 < 0x80 && ($0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D) }) { return }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw XMLError(reason: .encoding, offset: 0)
        }
        var offset = 0
        for scalar in text.unicodeScalars {
            if !scalar.isAllowedInXML { throw XMLError(reason: .encoding, offset: offset) }
            offset += UTF8.width(scalar)
        }
    }

    func fail(_ reason: XMLError.Reason) -> XMLError { XMLError(reason: reason, offset: position) }

    // MARK: The document

    private mutating func document(in scope: NamespaceScope) throws(XMLError) -> XMLElement {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        if lookingAt("<?xml") { try declaration() }
        try miscellaneous()
        guard lookingAt("<") else { throw fail(.syntax) }
        let root = try element(in: scope, depth: 1)
        try miscellaneous()
        if position < bytes.count { throw fail(.trailing) }
        return root
    }

    /// `<?xml version="1.0" encoding="UTF-8"?>`, without anything else but `standalone`.
    private mutating func declaration() throws(XMLError) {
        take("<?xml")
        guard try pseudoAttribute("version") == "1.0" else { throw fail(.declaration) }
        if let encoding = try pseudoAttribute("encoding"), encoding.lowercased() != "utf-8" { throw fail(.declaration) }
        if let standalone = try pseudoAttribute("standalone"), !["yes", "no"].contains(standalone) {
            throw fail(.declaration)
        }
        skipBlanks()
        guard take("?>") else { throw fail(.declaration) }
    }

    private mutating func pseudoAttribute(_ name: String) throws(XMLError) -> String? {
        let start = position
        guard skipBlanks(), take(name) else {
            position = start
            return nil
        }
        skipBlanks()
        guard take("=") else { throw fail(.declaration) }
        skipBlanks()
        guard let quote = current, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw fail(.declaration)
        }
        position += 1
        let value = bytes[position...].prefix { $0 != quote && $0 != UInt8(ascii: "<") }
        position += value.count
        guard current == quote else { throw fail(.declaration) }
        position += 1
        return try string(value)
    }

    /// Blanks and comments around the root.
    private mutating func miscellaneous() throws(XMLError) {
        while true {
            skipBlanks()
            if lookingAt("<!--") { try comment() } else { break }
        }
        if lookingAt("<!DOCTYPE") { throw fail(.documentType) }
        if lookingAt("<?") { throw fail(.processingInstruction) }
    }

    /// Nothing is kept of it. Two hyphens end it and nothing else (XML 1.0 §2.5).
    private mutating func comment() throws(XMLError) {
        take("<!--")
        while position < bytes.count {
            if lookingAt("--") {
                guard take("-->") else { throw fail(.syntax) }
                return
            }
            position += 1
        }
        throw fail(.syntax)
    }

    // MARK: Elements

    private struct RawAttribute {
        let prefix: String
        let local: String
        let value: String
    }

    private mutating func element(in outer: NamespaceScope, depth: Int) throws(XMLError) -> XMLElement {
        if depth > limits.depth { throw fail(.tooDeep) }
        if elementCount == limits.elements { throw fail(.tooManyElements) }
        let index = elementCount
        elementCount += 1
        take("<")
        let (prefix, local) = try qualifiedName()
        let raw = try attributes()
        var declarations: [NamespaceDeclaration] = []
        for attribute in raw {
            if let declaration = try declaration(of: attribute) { declarations.append(declaration) }
        }
        let scope = outer.adding(declarations)
        if scope.count > limits.prefixes { throw fail(.tooManyPrefixes) }
        let name = try resolve(prefix, local, scope, isAttribute: false)
        var attributes: [XMLAttribute] = []
        for attribute in raw where !Self.isDeclaration(attribute) {
            let name = try resolve(attribute.prefix, attribute.local, scope, isAttribute: true)
            // Two prefixes can mean the same.
            let isTwice = attributes.contains { $0.name.local == name.local && $0.name.namespace == name.namespace }
            if isTwice { throw fail(.duplicateAttribute) }
            attributes.append(XMLAttribute(name: name, value: attribute.value))
        }
        var children: [XMLNode] = []
        if !take("/>") {
            guard take(">") else { throw fail(.syntax) }
            children = try content(in: scope, depth: depth)
            let (endPrefix, endLocal) = try qualifiedName()
            guard endPrefix == prefix, endLocal == local else { throw fail(.mismatch) }
            skipBlanks()
            guard take(">") else { throw fail(.syntax) }
        }
        return XMLElement(
            index: index, name: name, declarations: declarations, attributes: attributes, children: children,
            scope: scope)
    }

    private mutating func attributes() throws(XMLError) -> [RawAttribute] {
        var found: [RawAttribute] = []
        while true {
            let hasBlank = skipBlanks()
            if lookingAt(">") || lookingAt("/>") { return found }
            guard hasBlank else { throw fail(.syntax) }
            if found.count == limits.attributes { throw fail(.tooManyAttributes) }
            let (prefix, local) = try qualifiedName()
            skipBlanks()
            guard take("=") else { throw fail(.syntax) }
            skipBlanks()
            let value = try attributeValue()
            if found.contains(where: { $0.prefix == prefix && $0.local == local }) { throw fail(.duplicateAttribute) }
            found.append(RawAttribute(prefix: prefix, local: local, value: value))
        }
    }

    private static func isDeclaration(_ attribute: RawAttribute) -> Bool {
        attribute.prefix == "xmlns" || attribute.prefix.isEmpty && attribute.local == "xmlns"
    }

    /// Nil when the attribute declares no namespace.
    private func declaration(of attribute: RawAttribute) throws(XMLError) -> NamespaceDeclaration? {
        guard Self.isDeclaration(attribute) else { return nil }
        let prefix = attribute.prefix.isEmpty ? "" : attribute.local
        let uri = attribute.value
        // `xml` and `xmlns` are bound already, and nothing else may be bound to what they mean.
        if prefix == "xml" || prefix == "xmlns" || uri == NamespaceScope.xml || uri == NamespaceScope.xmlns {
            throw fail(.namespace)
        }
        if uri.isEmpty, !prefix.isEmpty { throw fail(.namespace) }
        if !uri.isEmpty, !Self.isAbsolute(uri) { throw fail(.namespace) }
        return NamespaceDeclaration(prefix: prefix, uri: uri)
    }

    /// A URI with a scheme, of characters that need no escaping anywhere: what a relative one means, libraries differ on.
    private static func isAbsolute(_ uri: String) -> Bool {
        guard let colon = uri.utf8.firstIndex(of: UInt8(ascii: ":")), colon != uri.utf8.startIndex else { return false }
        let isPlain = uri.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}&'".utf8.contains($0) }
        let scheme = uri.utf8[..<colon]
        return isPlain && scheme.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "+-.".utf8.contains($0) }
            && scheme.first?.isASCIILetter == true
    }

    private func resolve(
        _ prefix: String, _ local: String, _ scope: NamespaceScope, isAttribute: Bool
    ) throws(XMLError) -> XMLName {
        if prefix == "xmlns" { throw fail(.namespace) }
        // The default namespace is none of attributes.
        if prefix.isEmpty {
            return XMLName(prefix: "", local: local, namespace: isAttribute ? "" : scope[""] ?? "")
        }
        guard let namespace = scope[prefix] else { throw fail(.namespace) }
        return XMLName(prefix: prefix, local: local, namespace: namespace)
    }

    // MARK: Content

    /// Up to and with the `</` that ends it.
    private mutating func content(in scope: NamespaceScope, depth: Int) throws(XMLError) -> [XMLNode] {
        var nodes: [XMLNode] = []
        var text: [UInt8] = []
        while let byte = current {
            if byte != UInt8(ascii: "<") {
                if !takePlain(into: &text) { try character(into: &text, isAttribute: false) }
                continue
            }
            if take("</") {
                if !text.isEmpty { nodes.append(.text(try string(text))) }
                return nodes
            }
            if lookingAt("<!--") {
                try comment()
            } else if take("<![CDATA[") {
                try characterData(into: &text)
            } else if lookingAt("<!DOCTYPE") {
                throw fail(.documentType)
            } else if lookingAt("<?") {
                throw fail(.processingInstruction)
            } else {
                if !text.isEmpty { nodes.append(.text(try string(text))) }
                text = []
                nodes.append(.element(try element(in: scope, depth: depth + 1)))
            }
        }
        throw fail(.syntax)
    }

    private mutating func characterData(into text: inout [UInt8]) throws(XMLError) {
        while let byte = current {
            if take("]]>") { return }
            appendLineEnd(byte, to: &text, newline: UInt8(ascii: "\n"))
        }
        throw fail(.syntax)
    }

    private mutating func attributeValue() throws(XMLError) -> String {
        guard let quote = current, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw fail(.syntax)
        }
        position += 1
        var value: [UInt8] = []
        while let byte = current {
            if byte == quote {
                position += 1
                return try string(value)
            }
            if byte == UInt8(ascii: "<") { throw fail(.syntax) }
            if !takePlain(into: &value) { try character(into: &value, isAttribute: true) }
        }
        throw fail(.syntax)
    }
}
