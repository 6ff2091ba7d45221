import Foundation
import XMLSecurity

/// Both were issued a moment ago: what has lain about for hours is not an answer.
enum IssueInstantRule {
    static func check(_ facts: ResponseFacts) throws(Violation) {
        for element in [facts.response, facts.assertion.element] {
            guard let issued = try ResponseFacts.time("IssueInstant", of: element) else {
                throw Violation(expected: "IssueInstant")
            }
            let age = facts.now.timeIntervalSince(issued)
            if age < -facts.tolerance.skew || age > facts.tolerance.age {
                throw Violation(found: element.attribute("IssueInstant"), expected: Instant.text(facts.now))
            }
        }
    }
}
