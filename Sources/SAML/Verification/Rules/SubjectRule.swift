import XMLSecurity

/// The assertion names somebody (SAML 2.0 Profiles §4.1.4.2), openly or encrypted for us.
enum SubjectRule {
    static func subject(_ facts: ResponseFacts) throws(Violation) -> NameID {
        guard let subject = facts.assertion.subject, subject.holdsOnlyElements, let first = subject.elements.first
        else {
            throw Violation(expected: "Subject")
        }
        // One name, then confirmations and nothing else (SAML 2.0 Core §2.4.1): a second one is somebody else's reading.
        let rest = subject.elements.dropFirst()
        if let stranger = rest.first(where: { !$0.is("SubjectConfirmation", in: Namespace.assertion) }) {
            throw Violation(found: stranger.name.local, expected: "SubjectConfirmation")
        }
        for confirmation in rest { try check(confirmation) }
        var name = first
        if first.is("EncryptedID", in: Namespace.assertion) { name = try facts.expectation.decrypted(first) }
        guard let subject = NameID(name) else { throw Violation(found: name.name.local, expected: "NameID") }
        // A name that is somebody else's to give is none.
        if let qualifier = subject.spNameQualifier, !qualifier.isEmpty, !qualifier.isExactly(facts.expectation.audience)
        {
            throw Violation(found: qualifier, expected: facts.expectation.audience)
        }
        return subject
    }

    /// The party that confirms may be named first; the data of the confirmation follow (SAML 2.0 Core §2.4.1.1).
    private static func check(_ confirmation: XMLElement) throws(Violation) {
        var parts = Parts(confirmation, of: Namespace.assertion)
        for name in ["BaseID", "NameID", "EncryptedID"] where parts.take(name) != nil { break }
        _ = parts.take("SubjectConfirmationData")
        if let stranger = parts.rest.first {
            throw Violation(found: stranger.name.local, expected: "SubjectConfirmationData")
        }
    }
}
