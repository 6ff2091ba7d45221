import XMLSecurity

/// A `Response` whose parts stand where the schema has them (SAML 2.0 Core §3.3.3).
struct ResponseLayout {
    let issuer: XMLElement?
    let status: XMLElement
    /// Encrypted or not.
    let assertions: [XMLElement]

    private static let attributes: Set<String> = [
        "ID", "Version", "IssueInstant", "Destination", "Consent", "InResponseTo",
    ]

    /// A hint where the schema is may stand on every element (XML Schema Part 1 §2.6.3); it is never followed.
    private static func isKnown(_ attribute: XMLAttribute) -> Bool {
        let (local, namespace) = (attribute.name.local, attribute.name.namespace)
        return namespace.isEmpty && attributes.contains(local)
            || namespace == Namespace.schemaInstance && local == "schemaLocation"
    }

    init(_ root: XMLElement) throws(Violation) {
        guard root.is("Response", in: Namespace.protocol) else {
            throw Violation(found: root.name.local, expected: "Response")
        }
        guard root.attribute("Version") == "2.0" else {
            throw Violation(found: root.attribute("Version"), expected: "2.0")
        }
        guard root.attribute("ID")?.isEmpty == false, root.attributes.allSatisfy(Self.isKnown), root.holdsOnlyElements
        else { throw Violation(found: "attributes or text of another kind") }
        var parts = Parts(root, of: Namespace.protocol)
        issuer = parts.take("Issuer", in: Namespace.assertion)
        _ = parts.take("Signature", in: Namespace.signature)
        _ = parts.take("Extensions")
        guard let status = parts.take("Status") else {
            throw Violation(found: parts.rest.first?.name.local, expected: "Status")
        }
        self.status = status
        assertions = parts.rest
        let isKnown = assertions.allSatisfy {
            $0.is("Assertion", in: Namespace.assertion) || $0.is("EncryptedAssertion", in: Namespace.assertion)
        }
        guard isKnown else { throw Violation(found: assertions.map(\.name.local).joined(separator: ", ")) }
    }
}
