import XMLSecurity

/// Each restriction names us, exactly, and there is at least one (SAML 2.0 Core §2.5.1.4, Profiles §4.1.4.2).
enum AudienceRule {
    static func check(_ facts: ResponseFacts) throws(Violation) {
        let restrictions = (facts.assertion.conditions?.elements ?? []).filter {
            $0.is("AudienceRestriction", in: Namespace.assertion)
        }
        if restrictions.isEmpty { throw Violation(found: "no audience", expected: facts.expectation.audience) }
        for restriction in restrictions {
            let audiences = restriction.elements.map { $0.is("Audience", in: Namespace.assertion) ? $0.text : nil }
            guard audiences.contains(where: { facts.expectation.audience.isExactly($0) }) else {
                throw Violation(
                    found: audiences.compactMap { $0 }.joined(separator: " "), expected: facts.expectation.audience)
            }
        }
    }
}
