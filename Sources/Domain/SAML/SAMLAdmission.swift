/// A user who could be whom a provider speaks of.
package struct SAMLCandidate: Sendable, Hashable {
    /// Why, the strongest reason first.
    package enum Reason: String, Sendable, CaseIterable {
        /// The provider called them so before.
        case identity
        /// An identity provider made them, and knows them by this identifier.
        case externalID = "external-id"
        case userName = "user-name"
        case email

        /// Somebody is called so, which others may be or become.
        var isOfName: Bool { self == .userName || self == .email }
    }

    package var reason: Reason
    package var user: UserID
    package var userName: String
    package var isActive: Bool
    package var isDeleted: Bool
    /// The connection whose user it is; nil when it was made here.
    package var source: PluginID?
    /// Somebody has given them a role by which others are managed.
    package var isPrivileged: Bool
    /// A rule has.
    package var isPrivilegedByRule = false
    /// The user name is no address, or one of a domain that the tenant has proved to be its own.
    package var isNameProved = true

    package init(
        reason: Reason, user: UserID, userName: String, isActive: Bool, isDeleted: Bool, source: PluginID?,
        isPrivileged: Bool
    ) {
        self.reason = reason
        self.user = user
        self.userName = userName
        self.isActive = isActive
        self.isDeleted = isDeleted
        self.source = source
        self.isPrivileged = isPrivileged
    }
}

/// Everybody whom a provider could mean, and what has to be known to say whom it may mean.
package struct SAMLFinding: Sendable, Hashable {
    package var candidates: [SAMLCandidate]
    /// The tenant has proved that the domain of the address is its own.
    package var isDomainProved: Bool
    /// No other provider of the tenant could say the same of somebody.
    package var isOnlyProvider: Bool

    package init(_ candidates: [SAMLCandidate], isDomainProved: Bool, isOnlyProvider: Bool) {
        self.candidates = candidates
        self.isDomainProved = isDomainProved
        self.isOnlyProvider = isOnlyProvider
    }
}

/// Decides which user a checked assertion lets in. It only ever speaks of users of its own tenant.
package enum SAMLAdmission: Sendable, Hashable {
    case user(SAMLCandidate)
    /// Nobody is meant yet, and the connection makes users.
    case create
    case refused(Refusal)

    package enum Refusal: String, Sendable, CaseIterable {
        /// Nobody is meant, and the connection makes no users.
        case unknownUser = "unknown-user"
        /// There is no address by which somebody could be known or made.
        case noAddress = "no-address"
        /// The tenant has not proved that the domain of the address is its own.
        case foreignDomain = "foreign-domain"
        /// The connection does not make users of this domain.
        case domainNotAllowed = "domain-not-allowed"
        case suspendedUser = "suspended-user"
        case deletedUser = "deleted-user"
        /// More than one user is meant.
        case ambiguous
        /// Who manages others is linked by themselves, while signed in, and never by an address alone.
        case privilegedUser = "privileged-user"
    }

    package init(_ person: ClaimedPerson, _ finding: SAMLFinding, _ settings: SAMLConnection.Settings) {
        for reason in SAMLCandidate.Reason.allCases {
            let all = finding.candidates.filter { $0.reason == reason }
            // Who was deleted is meant where nobody else is.
            let living = all.filter { !$0.isDeleted }
            let found = living.isEmpty ? all : living
            guard let first = found.first else { continue }
            // Who is known by an address is known only where the address is the tenant's to give.
            if !first.isProved(by: finding) {
                self = .refused(.foreignDomain)
                return
            }
            // Names that lead to different people are nobody's.
            let meant = reason.isOfName ? finding.candidates.filter(\.reason.isOfName) : found
            if Set(meant.map(\.user)).count > 1 {
                self = .refused(.ambiguous)
            } else if first.isDeleted {
                self = .refused(.deletedUser)
            } else if !first.isActive {
                self = .refused(.suspendedUser)
            } else if first.needsOwnLink(finding) {
                self = .refused(.privilegedUser)
            } else if !settings.speaks(for: first, person) {
                self = .refused(.domainNotAllowed)
            } else {
                self = .user(first)
            }
            return
        }
        self = Self.newcomer(person, settings, isDomainProved: finding.isDomainProved)
    }

    private static func newcomer(
        _ person: ClaimedPerson, _ settings: SAMLConnection.Settings, isDomainProved: Bool
    ) -> SAMLAdmission {
        guard settings.createsUsers else { return .refused(.unknownUser) }
        guard let domain = person.emailDomain else { return .refused(.noAddress) }
        guard isDomainProved else { return .refused(.foreignDomain) }
        guard settings.allowedDomains.isEmpty || settings.allowedDomains.contains(domain) else {
            return .refused(.domainNotAllowed)
        }
        return .create
    }
}

extension SAMLCandidate {
    /// A provider that has made the user may have given them a name of another domain; where there are several, each
    /// could say so of the others' users.
    fileprivate func isProved(by finding: SAMLFinding) -> Bool {
        switch reason {
        case .identity, .externalID: true
        case .email: finding.isDomainProved
        case .userName: isNameProved || source != nil && finding.isDomainProved && finding.isOnlyProvider
        }
    }

    /// Who manages others is linked by themselves. By a rule the provider itself says that they do, if nobody else could
    /// be the one who says it, and if it knows them by more than a name.
    fileprivate func needsOwnLink(_ finding: SAMLFinding) -> Bool {
        switch reason {
        case .identity: false
        case .externalID: isPrivileged || isPrivilegedByRule && !finding.isOnlyProvider
        case .userName, .email: isPrivileged || isPrivilegedByRule
        }
    }
}

extension SAMLConnection.Settings {
    /// With several connections, the allowed domains say whose people are whose. Links were made by the people themselves
    /// or by this very rule.
    fileprivate func speaks(for candidate: SAMLCandidate, _ person: ClaimedPerson) -> Bool {
        if allowedDomains.isEmpty { return true }
        let domain: String?
        switch candidate.reason {
        case .identity: return true
        case .externalID, .userName:
            domain = MailDomain(ofAddress: candidate.userName)?.description ?? person.emailDomain
        case .email: domain = person.emailDomain
        }
        return domain.map(allowedDomains.contains) ?? false
    }
}
