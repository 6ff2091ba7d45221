/// One fact of a tenant's history: who did what to which thing, and what it was before.
package struct Change: Sendable, Hashable {
    package enum Action: String, Sendable {
        case create, update, delete, restore, disable, enable
        case addMembers = "add-members"
        case removeMembers = "remove-members"
        case assignRoles = "assign-roles"
        case setPassword = "set-password"
        case makePasswordLink = "password-link"
        case setSecondFactor = "set-second-factor"
        case removeSecondFactor = "remove-second-factor"
        case renewRecoveryCodes = "renew-recovery-codes"
        case endSessions = "end-sessions"
        case revoke, suspend, resume, export
    }

    package enum Subject: Sendable, Hashable {
        case tenant(TenantID)
        case plugin(PluginID)
        case token(TokenID)
        case client(OAuthClientID)
        case secret(ClientSecretID)
        case user(UserID)
        case group(GroupID)
    }

    package var id: ChangeID
    package var action: Action
    package var subject: Subject
    package var difference: Difference
    package var origin: ChangeOrigin

    package init(id: ChangeID, action: Action, subject: Subject, difference: Difference, origin: ChangeOrigin) {
        self.id = id
        self.action = action
        self.subject = subject
        self.difference = difference
        self.origin = origin
    }
}

/// The actor of a change, and the request that made it.
package struct ChangeOrigin: Sendable, Hashable {
    package enum Actor: Sendable, Hashable {
        case token(TokenID, of: PluginID)
        case admin(UserID)
        /// Somebody who signs in by a connection.
        case signIn(PluginID)
        case `operator`
        /// The product itself, by a rule of its own.
        case program
    }

    package var actor: Actor
    package var requestID: String

    package init(actor: Actor, requestID: String) {
        self.actor = actor
        self.requestID = requestID
    }
}
