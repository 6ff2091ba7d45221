/// The rules that a message of an identity provider must meet, in this order.
public enum Rule: String, Sendable, Hashable, CaseIterable {
    /// There is one message, in base64, within the limit of bytes.
    case message
    /// It is a document of the strict part of XML.
    case document
    /// No two elements are called the same.
    case identifiers
    /// It is a `Response` of version 2.0 whose parts stand where they have to.
    case response
    /// If the response is signed, a key of the provider signed it.
    case responseSignature
    /// The provider says that it went well.
    case status
    /// There is exactly one assertion, in its place.
    case assertion
    /// If the assertion is encrypted, it is for us.
    case decryption
    /// If the assertion is signed, a key of the provider signed it.
    case assertionSignature
    /// One of both is signed, and no signature is left that was not verified.
    case coverage
    /// The assertion's parts stand where they have to.
    case assertionLayout
    /// Both are from the provider that is expected.
    case issuer
    /// The response was meant for the address where it arrived.
    case destination
    /// It answers a request of this browser, or none where that is allowed.
    case correlation
    /// It was issued a moment ago.
    case issueInstant
    /// It says who it is about.
    case subject
    /// The bearer may use the assertion, here and now.
    case confirmation
    /// It is good at this time, and makes no condition that is not understood.
    case conditions
    /// It is for us.
    case audience
    /// It says how somebody signed in, and that this has not ended.
    case authentication
}

/// How a message stands against one rule.
public struct Check: Sendable, Hashable {
    /// The outcome of a check.
    public enum State: String, Sendable, Hashable {
        /// The rule is met.
        case passed
        /// The rule is not met.
        case failed
        /// The rule is about something that the message does not have and need not have.
        case notNeeded
        /// An earlier failure left nothing to look at.
        case notReached
    }

    /// The rule.
    public var rule: Rule
    /// The outcome of the check.
    public var state: State
    /// The value that was found, for finding the cause; it is taken from the message, so it is not to be trusted. It
    /// has at most 500 Unicode scalars.
    public var found: String?
    /// The value that was expected, at most as long.
    public var expected: String?

    package init(rule: Rule, state: State, found: String? = nil, expected: String? = nil) {
        self.rule = rule
        self.state = state
        self.found = found
        self.expected = expected
    }
}

/// Why a rule is not met.
struct Violation: Error {
    var found: String?
    var expected: String?

    init(found: String? = nil, expected: String? = nil) {
        self.found = found.map { $0.shortened(to: Self.longest) }
        // It may be what another part of the message says.
        self.expected = expected.map { $0.shortened(to: Self.longest) }
    }

    private static let longest = 500
}
