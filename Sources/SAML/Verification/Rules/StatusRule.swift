import XMLSecurity

/// The outermost code alone decides (SAML 2.0 Core §3.2.2.2); of an answer that is none nothing is used.
enum StatusRule {
    static func check(_ status: XMLElement) throws(Violation) {
        let found = ProviderStatus(status)
        guard found.isSuccess else {
            throw Violation(
                found: (found.codes + [found.message].compactMap { $0 }).joined(separator: " – "), expected: "Success")
        }
    }
}
