import Foundation

@testable import SAML
@testable import XMLSecurity

/// The connection that all messages are about, and the moment when they arrive.
enum Provider {
    static let issuer = "https://idp.example/metadata"
    static let audience = "https://lectern.example/saml/c1/metadata"
    static let recipient = "https://lectern.example/saml/c1/acs"
    /// Somebody else's address and name.
    static let other = "https://other.example/saml"
    static let now = Date(timeIntervalSince1970: 1_780_000_000)
    /// The requests of the browser; one letter has a counterpart that Swift's strings take for the same.
    static let requests: Set<String> = ["_rK1", "_r2"]

    static func time(_ seconds: TimeInterval) -> String { Instant.text(now.addingTimeInterval(seconds)) }

    static let expectation: Expectation = {
        var expectation = Expectation(
            issuer: issuer, audience: audience, recipient: recipient,
            keys: [keys.curve.verification, keys.provider.verification], decryptionKeys: [keys.service.decryption],
            requests: Expectation.Requests(pending: requests, mayBeNone: true), now: now)
        expectation.encryptionAlgorithms = Set(XMLEncryption.Algorithm.allCases)
        return expectation
    }()

    /// The expectations of other parties, with another provider, other keys or another day: they refuse the input that
    /// is accepted here.
    static let strangers = expectations([
        { $0.issuer = other }, { $0.keys = [] },
        { $0.keys = [keys.stranger.verification, keys.service.verification] },
        { $0.now = now.addingTimeInterval(2 * 86_400) }, { $0.now = now.addingTimeInterval(-2 * 86_400) },
        { $0.signatureAlgorithms = [] },
    ])

    /// Others for whom the provider works. A message may be for them as well as for us, but none of the seeds is.
    static let neighbours = expectations([{ $0.audience = other }, { $0.recipient = other }])

    private static func expectations(_ changes: [(inout Expectation) -> Void]) -> [Expectation] {
        changes.map { change in
            var expectation = expectation
            change(&expectation)
            return expectation
        }
    }

    private static var keys: Keys { Keys.kept }
}
