/// The tenant that a piece of work belongs to, and what must still be so when the work is done.
///
/// No call that touches a tenant's rows compiles without one.
package struct TenantScope: Sendable, Hashable {
    package enum Admission: Sendable, Hashable {
        /// The command line on the operator's machine, and what the program does by itself: mail, tidying, reading who
        /// somebody is before anything is known of them.
        case `operator`
        /// A SCIM token: checked again inside the transaction, so that revoking it acts at once.
        case token(TokenID)
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
        self.init(tenant: client.tenant, admission: .token(client.token))
    }
}
