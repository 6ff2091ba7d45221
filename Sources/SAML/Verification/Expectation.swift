public import Foundation
public import XMLSecurity

/// The expectation that a message must meet: its sender, its recipient, the keys and the time.
public struct Expectation: Sendable {
    /// Which requests a response may answer.
    public struct Requests: Sendable, Hashable {
        /// The requests that this browser sent to this provider and that have no answer yet.
        public var pending: Set<String>
        /// Whether a response may answer none: sign-in that the provider begins.
        public var mayBeNone: Bool

        /// Requests of the given parts.
        public init(pending: Set<String>, mayBeNone: Bool) {
            self.pending = pending
            self.mayBeNone = mayBeNone
        }
    }

    /// The provider's entity id.
    public var issuer: String
    /// Others that the provider calls itself in messages about logging out; a response names `issuer`.
    public var otherIssuers: Set<String> = []
    /// The service's own entity id.
    public var audience: String
    /// The address where the message arrived.
    public var recipient: String
    /// Other addresses that lead there: a message may name any of them.
    public var otherRecipients: Set<String> = []
    /// The provider's keys: the only ones that count.
    public var keys: [VerificationKey]
    /// The service's own keys that something may be encrypted for; none when nothing may.
    public var decryptionKeys: [DecryptionKey]
    /// The algorithms of signatures that are taken; at first those that need no permission.
    public var signatureAlgorithms = SignatureAlgorithm.sound
    /// The ciphers that are taken; at first those with authentication.
    public var encryptionAlgorithms = XMLEncryption.Algorithm.sound
    /// Which requests it may answer.
    public var requests: Requests
    /// Request → when it was sent, of those that asked people to sign in anew.
    public var mustBeAuthenticatedAfter: [String: Date] = [:]
    /// When the message arrived.
    public var now: Date
    /// How exactly times are taken.
    public var tolerance = Tolerance()

    /// An expectation with the usual algorithms and tolerance.
    public init(
        issuer: String, audience: String, recipient: String, keys: [VerificationKey], decryptionKeys: [DecryptionKey],
        requests: Requests, now: Date
    ) {
        self.issuer = issuer
        self.audience = audience
        self.recipient = recipient
        self.keys = keys
        self.decryptionKeys = decryptionKeys
        self.requests = requests
        self.now = now
    }

    func isRecipient(_ address: String?) -> Bool {
        recipient.isExactly(address) || otherRecipients.contains { $0.isExactly(address) }
    }
}

/// How exactly times are taken, in seconds.
public struct Tolerance: Sendable, Hashable {
    /// How far the provider's clock may be from ours.
    public var skew: TimeInterval = 60
    /// How long ago a message may have been issued. Microsoft Entra ID's are good for seventy minutes.
    public var age: TimeInterval = 7200
    /// How far ahead the end of an assertion may lie: what is good for ever is good for a thief.
    public var lifetime: TimeInterval = 86_400

    /// The usual: a minute of skew, two hours of age, a day of lifetime.
    public init() {}
}
