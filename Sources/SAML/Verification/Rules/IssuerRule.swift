import XMLSecurity

/// The assertion, and the response where it says so, come from the provider of the connection (SAML 2.0 Profiles
/// §4.1.4.2).
enum IssuerRule {
    static func check(_ facts: ResponseFacts) throws(Violation) {
        try check(facts.assertion.issuer, facts.expectation)
        if let issuer = facts.response.elements.first, issuer.is("Issuer", in: Namespace.assertion) {
            try check(issuer, facts.expectation)
        }
    }

    private static func check(_ issuer: XMLElement, _ expectation: Expectation) throws(Violation) {
        guard expectation.issuer.isExactly(issuer.text) else {
            throw Violation(found: issuer.text, expected: expectation.issuer)
        }
        guard [nil, NameIDFormat.entity.rawValue].contains(issuer.attribute("Format")) else {
            throw Violation(found: issuer.attribute("Format"), expected: NameIDFormat.entity.rawValue)
        }
    }
}
