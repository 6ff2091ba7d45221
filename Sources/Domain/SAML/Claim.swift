/// A fact about a person that is looked for among a provider's statements.
package enum Claim: String, Sendable, Hashable, CaseIterable {
    case email, givenName, familyName, displayName, userName, externalID, roles, groups

    /// The names under which providers state it, the first that is there counts: those of Microsoft Entra ID and ADFS,
    /// of directories (RFC 4519, as object identifiers), and what admins choose elsewhere. A friendly name counts where
    /// no name does.
    package var usualNames: [String] {
        switch self {
        case .email:
            [
                "\(Self.claims)emailaddress", "urn:oid:0.9.2342.19200300.100.1.3", "mail", "email", "emailAddress",
                "Email",
            ]
        case .givenName:
            ["\(Self.claims)givenname", "urn:oid:2.5.4.42", "givenName", "firstName", "FirstName", "given_name"]
        case .familyName:
            ["\(Self.claims)surname", "urn:oid:2.5.4.4", "sn", "surname", "lastName", "LastName", "family_name"]
        case .displayName: ["\(Self.identity)displayname", "urn:oid:2.16.840.1.113730.3.1.241", "displayName"]
        case .userName:
            [
                "\(Self.claims)name", "\(Self.claims)upn", "urn:oid:0.9.2342.19200300.100.1.1", "userName", "uid",
                "username",
            ]
        case .externalID: ["\(Self.identity)objectidentifier", "externalId"]
        case .roles: ["\(Self.federation)role", "roles", "role"]
        case .groups: ["\(Self.federation)groups", "groups"]
        }
    }

    private static let claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
    private static let identity = "http://schemas.microsoft.com/identity/claims/"
    private static let federation = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"

    /// The most names that an admin gives to one, and the longest.
    package static let (mostNames, longestName) = (10, 500)
}

/// A person as their provider describes them, checked and converted to our types.
package struct ClaimedPerson: Sendable, Hashable {
    /// The name by which the provider identifies the person.
    package var nameID: String
    /// Whether the provider will call them so again.
    package var isNameIDLasting: Bool
    package var values: [Claim: [String]]

    /// - Parameters:
    ///   - statements: in order; several of one name are one.
    ///   - names: where to look, for claims whose usual names do not hold.
    package init(
        nameID: String, isNameIDLasting: Bool,
        statements: [(name: String, friendlyName: String?, values: [String])], names: [Claim: [String]]
    ) {
        self.nameID = nameID
        self.isNameIDLasting = isNameIDLasting
        values = [:]
        for claim in Claim.allCases {
            let wanted = names[claim] ?? claim.usualNames
            let found =
                wanted.lazy.map { name in statements.filter { $0.name == name }.flatMap(\.values) }
                .first { !$0.isEmpty }
                ?? wanted.lazy.map { name in statements.filter { $0.friendlyName == name }.flatMap(\.values) }
                .first { !$0.isEmpty }
            values[claim] = found
        }
    }

    package func first(_ claim: Claim) -> String? { values[claim]?.first }

    /// The mail address of the person: the stated one, or else the Name ID if that is an address.
    package var email: String? {
        [first(.email), nameID, first(.userName)].lazy.compactMap(\.self).first { MailAddress($0) != nil }
    }

    // MARK: Recognition

    /// The stated texts by which a person without a link is recognised: the user name, the address and the NameID.
    private var names: [String] { [first(.userName), email, nameID].compactMap(\.self) }

    /// The ones that identify a person.
    package var stableNames: [StableName] { names.compactMap { StableName($0) } }

    /// The stated address, unless it could be taken for another one.
    package var stableEmail: StableName? { email.flatMap { StableName($0) } }

    /// The NameID, if the provider uses it again and it cannot be taken for another one.
    package var lastingNameID: String? { isNameIDLasting ? StableName(nameID)?.text : nil }

    /// The first stated text that could be taken for another one; nil when there is none.
    package var unstableName: String? {
        (names + [first(.email)].compactMap(\.self)).first { !$0.isEmpty && StableName($0) == nil }
    }

    /// The domains of all addresses that are stated, as domains are compared.
    package var domains: Set<MailDomain> { Set(stableNames.compactMap(\.domain)) }

    /// The name of a user who is created from this: the stated user name, or the address where the user name is an
    /// address of a domain that is not proved.
    package func newUserName(provedDomains: Set<MailDomain>) -> String? {
        let stated = first(.userName).flatMap { StableName($0) }
        if let stated, !stated.isAddress || stated.domain.map(provedDomains.contains) == true { return stated.text }
        return stableEmail?.text
    }
}
