/// The tenant that a piece of work belongs to, and what must still be so when the work is done.
///
/// No call that touches a tenant's rows compiles without one.
package struct TenantScope: Sendable, Hashable {
    package enum Admission: Sendable, Hashable {
        /// The command line on the operator's machine, and what the program does by itself: mail, tidying, reading who
        /// somebody is before anything is known of them.
        case `operator`
        /// A SCIM token: checked again inside the transaction, so that revoking it, and saving settings of its
        /// connection, act at once.
        case token(TokenID, TokenTerms)
        /// A session of the console whose user has the permission: checked like a token.
        case session(SessionID, Permission)
        /// Work that goes on for a user who has the permission, also when their session has ended.
        case work(UserID, Permission)
        /// Somebody who is about to show who they are.
        case signIn
    }

    package let tenant: TenantID
    package let admission: Admission

    package init(tenant: TenantID, admission: Admission) {
        self.tenant = tenant
        self.admission = admission
    }

    package init(_ client: ProvisioningClient) {
        let terms = TokenTerms(settings: client.settings, removesOnly: client.capability != .full)
        self.init(tenant: client.tenant, admission: .token(client.token, terms))
    }

    /// The scope for what follows a write of the same request, which is not to be repeated: only the token itself is
    /// checked again.
    package var afterwards: TenantScope {
        guard case .token(let token, _) = admission else { return self }
        return TenantScope(
            tenant: tenant, admission: .token(token, TokenTerms(settings: nil, removesOnly: true)))
    }
}

/// The further conditions on a token's connection in each transaction that runs in its name.
package struct TokenTerms: Sendable, Hashable {
    /// The version of the settings that the request was read under; nil when they do not matter.
    package var settings: Int64?
    /// The request takes access away at most, which neither the plan nor a pause nor a suspended tenant prevents.
    package var removesOnly: Bool

    package init(settings: Int64?, removesOnly: Bool) {
        self.settings = settings
        self.removesOnly = removesOnly
    }
}
