import Foundation
import XMLSecurity

/// At least one confirmation lets whoever brings the assertion use it: here, now, and for the request it answers (SAML
/// 2.0 Profiles §4.1.4.2).
enum ConfirmationRule {
    static let bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

    /// - Returns: when the confirmation ends that holds longest.
    static func end(_ facts: ResponseFacts) throws(Violation) -> Date {
        var reason = Violation(found: "no bearer confirmation", expected: "a bearer confirmation")
        var end: Date?
        for data in bearers(facts) {
            do throws(Violation) {
                let found = try Self.end(of: data, facts)
                end = max(end ?? found, found)
            } catch { reason = error }
        }
        guard let end else { throw reason }
        return end
    }

    /// The subject confirmations of the method bearer.
    static func bearers(_ facts: ResponseFacts) -> [XMLElement] {
        let confirmations = facts.assertion.subject?.elements.filter {
            $0.is("SubjectConfirmation", in: Namespace.assertion) && $0.attribute("Method") == bearer
        }
        return (confirmations ?? []).compactMap { confirmation in
            confirmation.elements.first { $0.is("SubjectConfirmationData", in: Namespace.assertion) }
        }
    }

    private static func end(of data: XMLElement, _ facts: ResponseFacts) throws(Violation) -> Date {
        guard data.elements.isEmpty else { throw Violation(found: "elements in SubjectConfirmationData") }
        guard facts.expectation.isRecipient(data.attribute("Recipient")) else {
            throw Violation(
                found: "Recipient=\(data.attribute("Recipient") ?? "")", expected: facts.expectation.recipient)
        }
        guard let end = try ResponseFacts.time("NotOnOrAfter", of: data) else {
            throw Violation(expected: "NotOnOrAfter")
        }
        try Validity(notBefore: try ResponseFacts.time("NotBefore", of: data), notOnOrAfter: end).check(facts)
        let (confirmed, said) = (ResponseFacts.request(of: data), ResponseFacts.request(of: facts.response))
        guard confirmed.map({ $0.isExactly(said) }) ?? (said == nil) else {
            throw Violation(found: "InResponseTo=\(confirmed ?? "")", expected: said ?? "no request")
        }
        return end
    }
}

/// A span of time that something is good for.
struct Validity {
    var notBefore: Date?
    var notOnOrAfter: Date?

    func check(_ facts: ResponseFacts) throws(Violation) {
        let now = facts.now
        if let notBefore, now.addingTimeInterval(facts.tolerance.skew) < notBefore {
            throw Violation(found: "NotBefore=\(Instant.text(notBefore))", expected: Instant.text(now))
        }
        guard let notOnOrAfter else { return }
        // SAML 2.0 Core §2.5.1.2.
        if let notBefore, notBefore >= notOnOrAfter {
            throw Violation(
                found: "NotBefore=\(Instant.text(notBefore))", expected: "before \(Instant.text(notOnOrAfter))")
        }
        if now.addingTimeInterval(-facts.tolerance.skew) >= notOnOrAfter {
            throw Violation(found: "NotOnOrAfter=\(Instant.text(notOnOrAfter))", expected: Instant.text(now))
        }
        let latest = now.addingTimeInterval(facts.tolerance.lifetime + facts.tolerance.skew)
        if notOnOrAfter > latest {
            throw Violation(
                found: "NotOnOrAfter=\(Instant.text(notOnOrAfter))", expected: "before \(Instant.text(latest))")
        }
    }
}
