import XMLSecurity

/// A response that says where it goes went there; one that is signed has to say (SAML 2.0 Bindings §3.5.5.2).
enum DestinationRule {
    static func check(_ facts: ResponseFacts) throws(Violation) {
        let destination = facts.response.attribute("Destination")
        if destination == nil, !facts.isResponseSigned { return }
        guard facts.expectation.isRecipient(destination) else {
            throw Violation(found: destination, expected: facts.expectation.recipient)
        }
    }
}
