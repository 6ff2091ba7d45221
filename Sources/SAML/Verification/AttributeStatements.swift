import XMLSecurity

/// The statements of an assertion about its subject (SAML 2.0 Core §2.7.3), in their order.
enum AttributeStatements {
    /// The most that is kept.
    private static let (mostAttributes, mostValues, longestValue, longestName) = (200, 1000, 8192, 1024)

    /// Encrypted attributes, and values that are not text, are left out.
    static func attributes(of assertion: AssertionParts) -> [AssertionAttribute] {
        let statements = assertion.statements.filter { $0.is("AttributeStatement", in: Namespace.assertion) }
        let attributes = statements.flatMap(\.elements).filter { $0.is("Attribute", in: Namespace.assertion) }
        return attributes.prefix(mostAttributes).compactMap { attribute in
            guard let name = attribute.attribute("Name"), name.utf8.count <= longestName else { return nil }
            let values = attribute.elements.filter { $0.is("AttributeValue", in: Namespace.assertion) }
                .prefix(mostValues).compactMap { $0.text?.trimmed }
                .filter { !$0.isEmpty && $0.utf8.count <= longestValue }
            return AssertionAttribute(
                name: name, friendlyName: attribute.attribute("FriendlyName").map { $0.shortened(to: longestName) },
                values: values)
        }
    }
}
