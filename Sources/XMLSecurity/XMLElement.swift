/// An element of a document that was read whole: names resolved, entities replaced, comments gone.
package struct XMLElement: Sendable {
    /// Its place in the document, counting elements from 0: what tells it from others that look the same.
    package let index: Int
    package let name: XMLName
    /// The declarations in its own start tag.
    package let declarations: [NamespaceDeclaration]
    package let attributes: [XMLAttribute]
    package let children: [XMLNode]
    /// Every prefix that means something here, with what it means; the default namespace under the empty prefix.
    let scope: NamespaceScope

    /// The children that are elements.
    package var elements: [XMLElement] {
        children.compactMap { if case .element(let element) = $0 { element } else { nil } }
    }

    /// All text, if the element holds nothing else; nil otherwise. Comments never cut it into pieces.
    package var text: String? {
        var text = ""
        for child in children {
            guard case .text(let piece) = child else { return nil }
            text += piece
        }
        return text
    }

    /// Whether there is nothing but white space between its child elements.
    package var holdsOnlyElements: Bool {
        children.allSatisfy { child in
            if case .text(let text) = child {
                text.utf8.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
            } else {
                true
            }
        }
    }

    /// Whether all its attributes are of these names and in no namespace.
    package func hasAttributes(within names: Set<String>) -> Bool {
        attributes.allSatisfy { $0.name.namespace.isEmpty && names.contains($0.name.local) }
    }

    /// The value of an attribute without a namespace.
    package func attribute(_ local: String) -> String? {
        attributes.first { $0.name.namespace.isEmpty && $0.name.local == local }?.value
    }

    package func `is`(_ local: String, in namespace: String) -> Bool {
        name.local == local && name.namespace == namespace
    }

    /// The element itself and everything in it, in the order of the document.
    package func forEach<Failure: Error>(_ body: (XMLElement) throws(Failure) -> Void) throws(Failure) {
        try body(self)
        for child in children { if case .element(let element) = child { try element.forEach(body) } }
    }
}

package enum XMLNode: Sendable {
    case element(XMLElement)
    case text(String)
}

/// A name with its namespace (Namespaces in XML 1.0): what it means, and how it was written.
package struct XMLName: Sendable, Hashable {
    package let prefix: String
    package let local: String
    /// Empty for none.
    package let namespace: String
}

package struct XMLAttribute: Sendable, Hashable {
    package let name: XMLName
    package let value: String
}

package struct NamespaceDeclaration: Sendable, Hashable {
    /// Empty for the default namespace.
    package let prefix: String
    /// Empty only to take the default namespace back.
    package let uri: String
}

/// The meaning of namespace prefixes at one place of a document.
struct NamespaceScope: Sendable {
    private var meanings: [String: String] = [:]

    /// `xml` always means the same.
    static let xml = "http://www.w3.org/XML/1998/namespace"
    static let xmlns = "http://www.w3.org/2000/xmlns/"

    /// Nil for a prefix that means nothing.
    subscript(prefix: String) -> String? {
        if prefix == "xml" { return Self.xml }
        return meanings[prefix]
    }

    /// All of them but `xml`, without a default namespace that was taken back.
    var all: [NamespaceDeclaration] {
        meanings.filter { !$0.value.isEmpty }.map { NamespaceDeclaration(prefix: $0.key, uri: $0.value) }
    }

    var count: Int { meanings.count }

    func adding(_ declarations: [NamespaceDeclaration]) -> NamespaceScope {
        if declarations.isEmpty { return self }
        var scope = self
        for declaration in declarations { scope.meanings[declaration.prefix] = declaration.uri }
        return scope
    }
}
