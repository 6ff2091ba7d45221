import Foundation
import XMLSecurity

/// The assertion is good at this time, and every condition it makes is one that is understood (SAML 2.0 Core §2.5.1).
enum ConditionsRule {
    private static let known = ["AudienceRestriction", "OneTimeUse", "ProxyRestriction"]

    /// - Returns: when the assertion ends by its conditions; nil when they do not say.
    static func end(_ facts: ResponseFacts) throws(Violation) -> Date? {
        guard let conditions = facts.assertion.conditions else { throw Violation(expected: "Conditions") }
        guard conditions.hasAttributes(within: ["NotBefore", "NotOnOrAfter"]), conditions.holdsOnlyElements else {
            throw Violation(found: "attributes or text of another kind")
        }
        if let stranger = conditions.elements.first(where: { condition in
            !known.contains { condition.is($0, in: Namespace.assertion) }
        }) {
            throw Violation(found: stranger.name.local)
        }
        let end = try ResponseFacts.time("NotOnOrAfter", of: conditions)
        try Validity(notBefore: try ResponseFacts.time("NotBefore", of: conditions), notOnOrAfter: end).check(facts)
        return end
    }
}
