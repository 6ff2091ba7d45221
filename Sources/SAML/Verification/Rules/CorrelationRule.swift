import XMLSecurity

/// The response and whoever may bring it name the same request, which this browser sent and nothing has answered; or
/// neither names one, where the provider may begin (SAML 2.0 Profiles §4.1.4.3, §4.1.5).
///
/// The response's own value is not always signed, so the confirmation's value is the one that counts, and both must be
/// equal.
enum CorrelationRule {
    /// - Returns: the request that is answered; nil for none.
    static func request(_ facts: ResponseFacts) throws(Violation) -> String? {
        let said = ResponseFacts.request(of: facts.response)
        let requests = facts.expectation.requests
        let confirmed = ConfirmationRule.bearers(facts).compactMap(ResponseFacts.request)
        guard let said else {
            if !confirmed.isEmpty { throw Violation(found: confirmed[0], expected: "no request") }
            guard requests.mayBeNone else {
                throw Violation(found: "no request", expected: "a request of this browser")
            }
            return nil
        }
        guard requests.pending.contains(where: said.isExactly) else {
            throw Violation(found: said, expected: "a request of this browser that was not answered")
        }
        guard confirmed.contains(where: said.isExactly) else { throw Violation(found: confirmed.first, expected: said) }
        return said
    }
}
