import Foundation
import XMLSecurity

/// The assertion says how and when somebody signed in (SAML 2.0 Core §2.7.2), and that the session has not ended.
enum AuthenticationRule {
    struct Statement {
        var instant: Date
        var context: String?
        var sessionIndex: String?
        var sessionNotOnOrAfter: Date?
    }

    static func statement(_ facts: ResponseFacts) throws(Violation) -> Statement {
        let statements = facts.assertion.statements.filter { $0.is("AuthnStatement", in: Namespace.assertion) }
        var found: [Statement] = []
        for statement in statements { found.append(try read(statement, facts)) }
        guard var first = found.first else { throw Violation(expected: "AuthnStatement") }
        first.sessionNotOnOrAfter = found.compactMap(\.sessionNotOnOrAfter).min()
        return first
    }

    private static func read(_ element: XMLElement, _ facts: ResponseFacts) throws(Violation) -> Statement {
        guard let instant = try ResponseFacts.time("AuthnInstant", of: element) else {
            throw Violation(expected: "AuthnInstant")
        }
        let (now, skew) = (facts.now, facts.tolerance.skew)
        if instant > now.addingTimeInterval(skew) {
            throw Violation(found: "AuthnInstant=\(Instant.text(instant))", expected: Instant.text(now))
        }
        let request = ResponseFacts.request(of: facts.response)
        if let earliest = request.flatMap({ facts.expectation.mustBeAuthenticatedAfter[$0] }),
            instant < earliest.addingTimeInterval(-skew)
        {
            throw Violation(found: "AuthnInstant=\(Instant.text(instant))", expected: Instant.text(earliest))
        }
        let end = try ResponseFacts.time("SessionNotOnOrAfter", of: element)
        if let end, now.addingTimeInterval(-skew) >= end {
            throw Violation(found: "SessionNotOnOrAfter=\(Instant.text(end))", expected: Instant.text(now))
        }
        let context = element.elements.first { $0.is("AuthnContext", in: Namespace.assertion) }
        let reference = context?.elements.first { $0.is("AuthnContextClassRef", in: Namespace.assertion) }
        let index = element.attribute("SessionIndex").flatMap { $0.utf8.count <= longestIndex ? $0 : nil }
        return Statement(
            instant: instant, context: reference?.text.map { $0.shortened(to: longestIndex) }, sessionIndex: index,
            sessionNotOnOrAfter: end)
    }

    private static let longestIndex = 500
}
