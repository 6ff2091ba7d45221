import Foundation
import XMLSecurity

/// A response whose signatures hold, as the rules about its content see it.
struct ResponseFacts {
    /// From the signed bytes if the response is signed, else as it came: what stands only here is a hint.
    let response: XMLElement
    let isResponseSigned: Bool
    /// From the signed bytes of the assertion or of the response around it.
    let assertion: AssertionParts
    let expectation: Expectation

    var now: Date { expectation.now }
    var tolerance: Tolerance { expectation.tolerance }

    /// The request that an element says it answers; nil for none. Some providers write an empty name when they begin.
    static func request(of element: XMLElement) -> String? {
        element.attribute("InResponseTo").flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The time in an attribute; nil when there is no such attribute.
    ///
    /// - Throws: when there is one and it cannot be read.
    static func time(_ name: String, of element: XMLElement) throws(Violation) -> Date? {
        guard let text = element.attribute(name) else { return nil }
        guard let date = Instant.date(text) else { throw Violation(found: "\(name)=\(text)") }
        return date
    }
}

/// An assertion's parts, each where the schema has it (SAML 2.0 Core §2.3.3).
struct AssertionParts {
    let element: XMLElement
    let issuer: XMLElement
    let subject: XMLElement?
    let conditions: XMLElement?
    let statements: [XMLElement]

    init(_ element: XMLElement) throws(Violation) {
        guard element.is("Assertion", in: Namespace.assertion) else { throw Violation(found: element.name.local) }
        guard element.attribute("Version") == "2.0" else {
            throw Violation(found: element.attribute("Version"), expected: "2.0")
        }
        guard element.attribute("ID")?.isEmpty == false else { throw Violation(expected: "ID") }
        self.element = element
        var parts = Parts(element, of: Namespace.assertion)
        guard let issuer = parts.take("Issuer") else { throw Violation(expected: "Issuer") }
        self.issuer = issuer
        _ = parts.take("Signature", in: Namespace.signature)
        subject = parts.take("Subject")
        conditions = parts.take("Conditions")
        _ = parts.take("Advice")
        statements = parts.rest
        let known = ["AuthnStatement", "AttributeStatement", "AuthzDecisionStatement"]
        if let stranger = statements.first(where: { part in
            !known.contains { part.is($0, in: Namespace.assertion) }
        }) {
            throw Violation(found: stranger.name.local)
        }
        guard element.holdsOnlyElements else { throw Violation(found: "text between elements") }
    }
}

/// The child elements of one element, taken in the order of its schema.
struct Parts {
    private(set) var rest: [XMLElement]
    private let namespace: String

    init(_ element: XMLElement, of namespace: String) {
        rest = element.elements
        self.namespace = namespace
    }

    /// The next one if it is called so.
    mutating func take(_ name: String, in other: String? = nil) -> XMLElement? {
        guard let next = rest.first, next.is(name, in: other ?? namespace) else { return nil }
        rest.removeFirst()
        return next
    }
}
