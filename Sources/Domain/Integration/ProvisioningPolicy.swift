/// How a connection treats what its identity provider sends.
package struct ProvisioningPolicy: Sendable, Hashable {
    /// The treatment of members of groups who do not exist.
    package enum UnknownMembers: String, Sendable, CaseIterable {
        /// They are members once they do.
        case keep
        case refuse
    }

    /// The treatment of a user of another source when this connection writes to it.
    package enum Matching: String, Sendable, CaseIterable {
        /// The connection takes the user over, unless something guards it; the change log says from whom.
        case link
        case refuse
        /// An administrator decides first.
        case review
    }

    /// The treatment of roles that another connection's rules gave a user whom this one takes over.
    package enum TakeoverRoles: String, Sendable, CaseIterable {
        /// They stay until an administrator removes them.
        case keep
        /// Only this connection's rules count.
        case follow
    }

    /// Which attributes every user should have.
    package enum RequiredProfile: String, Sendable, CaseIterable {
        case standard, velpic, peripass
        case vaultPlatform = "vault-platform"
    }

    /// Whether people whom it creates get mail.
    package enum Invites: String, Sendable, CaseIterable {
        case never
        /// An invitation, as soon as they are created.
        case atOnce = "at-once"
        /// A welcome, once they have signed in by themselves.
        case firstSignIn = "first-sign-in"
    }

    /// The treatment of attributes that no schema defines.
    package enum UnknownAttributes: String, Sendable, CaseIterable {
        /// They are left out, and administrators see which.
        case ignore
        /// The request is refused.
        case refuse
    }

    package var unknownMembers: UnknownMembers
    package var unknownAttributes: UnknownAttributes
    package var matching: Matching
    package var requiredProfile: RequiredProfile
    /// Refuse a user who lacks one of them, instead of noting it in the log.
    package var isStrict: Bool
    /// Show the product's roles as Okta's entitlement management reads them.
    package var listsRoles: Bool
    /// Whether any group of the tenant maps to a role.
    package var mapsGroups = false
    package var invites = Invites.never
    package var takeoverRoles = TakeoverRoles.keep

    package init(
        unknownMembers: UnknownMembers = .keep, matching: Matching = .link,
        requiredProfile: RequiredProfile = .standard,
        isStrict: Bool = false, listsRoles: Bool = false, unknownAttributes: UnknownAttributes = .ignore
    ) {
        self.unknownMembers = unknownMembers
        self.unknownAttributes = unknownAttributes
        self.matching = matching
        self.requiredProfile = requiredProfile
        self.isStrict = isStrict
        self.listsRoles = listsRoles
    }
}
