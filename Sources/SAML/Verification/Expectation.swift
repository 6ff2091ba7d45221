package import Foundation
package import XMLSecurity

/// What a connection and the moment ask of a message.
package struct Expectation: Sendable {
    /// Which requests a response may answer.
    package struct Requests: Sendable, Hashable {
        /// Those that this browser has sent to this provider and got no answer to.
        package var pending: Set<String>
        /// Whether a response may answer none: sign-in that the provider begins.
        package var mayBeNone: Bool

        package init(pending: Set<String>, mayBeNone: Bool) {
            self.pending = pending
            self.mayBeNone = mayBeNone
        }
    }

    /// The provider's entity id.
    package var issuer: String
    /// Others that the provider calls itself in some of its messages.
    package var otherIssuers: Set<String> = []
    /// Our entity id.
    package var audience: String
    /// The address where the message arrived.
    package var recipient: String
    /// Others that lead there.
    package var otherRecipients: Set<String> = []
    /// The provider's keys: the only ones that count.
    package var keys: [VerificationKey]
    package var decryptionKeys: [DecryptionKey]
    package var signatureAlgorithms = SignatureAlgorithm.sound
    package var encryptionAlgorithms = XMLEncryption.Algorithm.sound
    package var requests: Requests
    /// Request → when it was sent, of those that asked people to sign in anew.
    package var mustBeAuthenticatedAfter: [String: Date] = [:]
    package var now: Date
    package var tolerance = Tolerance()

    package init(
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
package struct Tolerance: Sendable, Hashable {
    /// How far the provider's clock may be from ours.
    package var skew: TimeInterval = 60
    /// How long ago a message may have been issued. Microsoft Entra ID's are good for seventy minutes.
    package var age: TimeInterval = 7200
    /// How far ahead the end of an assertion may lie: what is good for ever is good for a thief.
    package var lifetime: TimeInterval = 86_400

    package init() {}
}
