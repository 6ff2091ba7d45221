/// Reads the strict part of XML that security documents are written in: UTF-8, no document type, no processing
/// instructions, nothing fetched, names in ASCII, namespaces as plain URIs (XML 1.0, Namespaces in XML 1.0).
///
/// What it does not know it refuses. Comments vanish, CDATA is text, line ends and attribute values are normalised as
/// XML has it, so that the tree is what a canonical form is made from.
package struct XMLReader {
    private let bytes: [UInt8]
    private let limits: XMLLimits
    private var position = 0
    private var elementCount = 0

    /// - Throws: `XMLError`.
    package static func read(_ bytes: [UInt8], limits: XMLLimits = XMLLimits()) throws(XMLError) -> XMLElement {
        if bytes.count > limits.bytes { throw XMLError(reason: .tooLarge, offset: limits.bytes) }
        try checkCharacters(bytes)
        var reader = XMLReader(bytes: bytes, limits: limits)
        return try reader.document()
    }

    private init(bytes: [UInt8], limits: XMLLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// UTF-8 throughout, and characters that XML allows (XML 1.0 §2.2).
    private static func checkCharacters(_ bytes: [UInt8]) throws(XMLError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw XMLError(reason: .encoding, offset: 0)
        }
        var offset = 0
        for scalar in text.unicodeScalars {
            if !scalar.isAllowedInXML { throw XMLError(reason: .encoding, offset: offset) }
            offset += UTF8.width(scalar)
        }
    }

    private func fail(_ reason: XMLError.Reason) -> XMLError { XMLError(reason: reason, offset: position) }

    // MARK: The document

    private mutating func document() throws(XMLError) -> XMLElement {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        if lookingAt("<?xml") { try declaration() }
        try miscellaneous()
        guard lookingAt("<") else { throw fail(.syntax) }
        let root = try element(in: NamespaceScope(), depth: 1)
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
        return String(decoding: value, as: UTF8.self)
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
                try character(into: &text, isAttribute: false)
                continue
            }
            if take("</") {
                if !text.isEmpty { nodes.append(.text(String(decoding: text, as: UTF8.self))) }
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
                if !text.isEmpty { nodes.append(.text(String(decoding: text, as: UTF8.self))) }
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
                return String(decoding: value, as: UTF8.self)
            }
            if byte == UInt8(ascii: "<") { throw fail(.syntax) }
            try character(into: &value, isAttribute: true)
        }
        throw fail(.syntax)
    }

    /// One character or reference. Line ends are one newline (XML 1.0 §2.11), and blanks in attributes are spaces
    /// (§3.3.3), unless they were written as references.
    private mutating func character(into text: inout [UInt8], isAttribute: Bool) throws(XMLError) {
        guard let byte = current else { throw fail(.syntax) }
        switch byte {
        case UInt8(ascii: "&"): try reference(into: &text)
        case UInt8(ascii: "\t") where isAttribute, UInt8(ascii: "\n") where isAttribute:
            text.append(UInt8(ascii: " "))
            position += 1
        case UInt8(ascii: "]") where !isAttribute && lookingAt("]]>"): throw fail(.syntax)
        default: appendLineEnd(byte, to: &text, newline: UInt8(ascii: isAttribute ? " " : "\n"))
        }
    }

    /// Appends the byte, a carriage return with or without a newline behind it as one `newline`.
    private mutating func appendLineEnd(_ byte: UInt8, to text: inout [UInt8], newline: UInt8) {
        position += 1
        guard byte == UInt8(ascii: "\r") else { return text.append(byte) }
        if current == UInt8(ascii: "\n") { position += 1 }
        text.append(newline)
    }

    private mutating func reference(into text: inout [UInt8]) throws(XMLError) {
        for (name, character) in [
            ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"),
        ] where take(name) {
            text += Array(character.utf8)
            return
        }
        guard take("&#") else { throw fail(.reference) }
        let isHexadecimal = take("x")
        let digits = bytes[position...].prefix { $0 != UInt8(ascii: ";") && $0.isHexDigit }
        position += digits.count
        guard (1...8).contains(digits.count), take(";"),
            let number = UInt32(String(decoding: digits, as: UTF8.self), radix: isHexadecimal ? 16 : 10),
            let scalar = Unicode.Scalar(number), scalar.isAllowedInXML
        else { throw fail(.reference) }
        text += Array(String(Character(scalar)).utf8)
    }

    // MARK: Tokens

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func lookingAt(_ token: StaticString) -> Bool {
        token.withUTF8Buffer { bytes[position...].starts(with: $0) }
    }

    private func lookingAt(_ token: String) -> Bool { bytes[position...].starts(with: token.utf8) }

    @discardableResult private mutating func take(_ token: String) -> Bool {
        guard lookingAt(token) else { return false }
        position += token.utf8.count
        return true
    }

    @discardableResult private mutating func skipBlanks() -> Bool {
        let start = position
        while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
        return position > start
    }

    /// `prefix:local` or `local`, in ASCII.
    private mutating func qualifiedName() throws(XMLError) -> (String, String) {
        let first = try name()
        guard current == UInt8(ascii: ":") else { return ("", first) }
        position += 1
        return (first, try name())
    }

    private mutating func name() throws(XMLError) -> String {
        guard let first = current, first.isASCIILetter || first == UInt8(ascii: "_") else { throw fail(.name) }
        let name = bytes[position...].prefix {
            $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: ".")
        }
        position += name.count
        // Whatever follows a name is ASCII as well.
        if let next = current, next >= 0x80 { throw fail(.name) }
        return String(decoding: name, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isASCIILetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
    }

    fileprivate var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isHexDigit: Bool {
        isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
            || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(self)
    }
}

extension Unicode.Scalar {
    fileprivate var isAllowedInXML: Bool {
        switch value {
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}
