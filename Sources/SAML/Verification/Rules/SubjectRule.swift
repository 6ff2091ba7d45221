import XMLSecurity

/// The assertion names somebody (SAML 2.0 Profiles §4.1.4.2), openly or encrypted for us.
enum SubjectRule {
    static func subject(_ facts: ResponseFacts) throws(Violation) -> NameID {
        guard let subject = facts.assertion.subject, subject.holdsOnlyElements, let first = subject.elements.first
        else {
            throw Violation(expected: "Subject")
        }
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
}
