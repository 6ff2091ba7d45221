/// A mail domain that a tenant says is its own, and whether that is proven.
///
/// Only inside domains that are verified may single sign-on create people, or recognise them by their address.
package struct TenantDomain: Sendable, Hashable {
    package var name: MailDomain
    package var challenge: DomainChallenge
    package var addedAt: Timestamp
    /// Nil while the proof is awaited.
    package var verifiedAt: Timestamp?
    /// When DNS was last asked.
    package var checkedAt: Timestamp?
    /// The operator has said so, without a proof in DNS.
    package var isVouchedFor: Bool

    package enum State: String, Sendable, CaseIterable {
        case waiting, verified
        case vouchedFor = "vouched-for"
    }

    package var state: State { verifiedAt == nil ? .waiting : isVouchedFor ? .vouchedFor : .verified }
    package var isVerified: Bool { verifiedAt != nil }

    /// How many a tenant can have.
    package static let limit = 50

    package init(
        name: MailDomain, challenge: DomainChallenge, addedAt: Timestamp, verifiedAt: Timestamp? = nil,
        checkedAt: Timestamp? = nil, isVouchedFor: Bool = false
    ) {
        self.name = name
        self.challenge = challenge
        self.addedAt = addedAt
        self.verifiedAt = verifiedAt
        self.checkedAt = checkedAt
        self.isVouchedFor = isVouchedFor
    }

    /// The name of the TXT record.
    package var recordName: String { "\(DomainChallenge.label).\(name)" }
}

/// A value that only the owner of a domain's DNS can publish there. Each tenant has its own, also for the same domain.
package struct DomainChallenge: Sendable, Hashable {
    /// Of the record's name, below the domain. Nobody gets a name with an underscore from who lets others have names
    /// below their own.
    package static let label = "_lectern-challenge"

    /// The text of the record.
    package let text: String

    private static let prefix = "lectern-verification="

    package init(random: UInt128) { text = Self.prefix + String(random, radix: 36) }

    /// As it was kept.
    package init(text: String) { self.text = text }

    /// Whether the record is the one; what forms and files put around it does not count.
    package func isMet(by record: String) -> Bool {
        let around: Set<Character> = [" ", "\t", "\""]
        let start = record.drop { around.contains($0) }
        let end = start.lastIndex { !around.contains($0) }.map { start.index(after: $0) } ?? start.startIndex
        return start[..<end] == text
    }
}
