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
    /// The addresses that are stored of the user, where one of them is the reason.
    package var addresses: [String] = []

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

/// The users whom a provider could mean, and what has to be known to decide whom it may mean.
package struct SAMLFinding: Sendable, Hashable {
    package var candidates: [SAMLCandidate]
    /// The stated domains that the tenant has proved to be its own.
    package var provedDomains: Set<MailDomain>
    /// No other connection of the tenant that is switched on could say the same of a user.
    package var isOnlyProvider: Bool
    /// The connection is the tenant's oldest one that is switched on. Every further one needs allowed domains.
    package var isFirstProvider: Bool

    package init(
        _ candidates: [SAMLCandidate], provedDomains: Set<MailDomain>, isOnlyProvider: Bool, isFirstProvider: Bool
    ) {
        self.candidates = candidates
        self.provedDomains = provedDomains
        self.isOnlyProvider = isOnlyProvider
        self.isFirstProvider = isFirstProvider
    }

    /// Whether a text is one that the tenant's provider may speak of: a name without a domain, or an address in a proved
    /// domain.
    fileprivate func isProved(_ name: StableName) -> Bool {
        !name.isAddress || name.domain.map(provedDomains.contains) == true
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
        /// A stated name or address could be taken for another one: it holds compatibility or invisible characters.
        case unstableName = "unstable-name"
        /// A second connection lets nobody in before its allowed domains are set.
        case domainsNeeded = "domains-needed"
        /// A user who manages others must create the link themselves while signed in; an address alone never links
        /// them.
        case privilegedUser = "privileged-user"
    }

    package init(_ person: ClaimedPerson, _ finding: SAMLFinding, _ settings: SAMLConnection.Settings) {
        if !finding.isFirstProvider, settings.allowedDomains.isEmpty {
            self = .refused(.domainsNeeded)
            return
        }
        var isForeign = false
        for reason in SAMLCandidate.Reason.allCases {
            if reason.isOfName, person.unstableName != nil { break }
            let all = finding.candidates.filter { $0.reason == reason }
            // Deleted users are considered only if no other user matches.
            let living = all.filter { !$0.isDeleted }
            let found = living.isEmpty ? all : living
            guard let first = found.first else { continue }
            if reason.isOfName {
                guard let name = first.match(in: person) else {
                    self = .refused(.unstableName)
                    return
                }
                // A name of a domain that is not proved identifies nobody; the address may.
                if !finding.isProved(name) {
                    isForeign = true
                    continue
                }
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
        if person.unstableName != nil {
            self = .refused(.unstableName)
        } else if isForeign {
            self = .refused(.foreignDomain)
        } else {
            self = Self.newcomer(person, settings, finding)
        }
    }

    private static func newcomer(
        _ person: ClaimedPerson, _ settings: SAMLConnection.Settings, _ finding: SAMLFinding
    ) -> SAMLAdmission {
        guard settings.createsUsers else { return .refused(.unknownUser) }
        guard let domain = person.stableEmail?.domain else { return .refused(.noAddress) }
        guard finding.provedDomains.contains(domain) else { return .refused(.foreignDomain) }
        guard settings.allowedDomains.isEmpty || settings.allowedDomains.contains(domain.description) else {
            return .refused(.domainNotAllowed)
        }
        return .create
    }
}

extension SAMLCandidate {
    /// The stated name or address that the user has; nil when what is stored of the user only folds to the same.
    fileprivate func match(in person: ClaimedPerson) -> StableName? {
        switch reason {
        case .identity, .externalID: nil
        case .userName: person.stableNames.first { $0.matches(userName) }
        case .email: person.stableEmail.flatMap { addresses.contains(where: $0.matches) ? $0 : nil }
        }
    }

    /// Whether the person must create the link themselves. Users who manage others must, unless they do so only by a
    /// rule, no other provider could have stated it, and the provider identifies them by more than a name.
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
            domain = MailDomain(ofAddress: candidate.userName)?.description ?? person.stableEmail?.domain?.description
        case .email: domain = person.stableEmail?.domain?.description
        }
        return domain.map(allowedDomains.contains) ?? false
    }
}
