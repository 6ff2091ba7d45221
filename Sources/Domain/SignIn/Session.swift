/// Somebody signed in to the console, in one browser.
package struct Session: Sendable, Hashable {
    package var id: SessionID
    package var user: UserID
    package var createdAt: Timestamp
    package var lastSeenAt: Timestamp
    /// When its holder last proved who they are.
    package var authenticatedAt: Timestamp
    package var address: String
    package var userAgent: String

    package init(
        id: SessionID, user: UserID, createdAt: Timestamp, lastSeenAt: Timestamp, authenticatedAt: Timestamp,
        address: String, userAgent: String
    ) {
        self.id = id
        self.user = user
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.authenticatedAt = authenticatedAt
        self.address = address
        self.userAgent = userAgent
    }

    /// Sessions of one user that run at once; the oldest end for newer ones.
    package static let mostOfUser: Int64 = 20
    /// Seconds without a request after which it is over.
    package static let idleLimit: Int64 = 30 * 60
    /// Seconds after which it is over whatever its holder does.
    package static let lifetime: Int64 = 12 * 3600
    /// Seconds for which a proof of who they are is fresh enough for making secrets.
    package static let freshness: Int64 = 10 * 60

    package func isFresh(at time: Timestamp) -> Bool { time < authenticatedAt.adding(seconds: Self.freshness) }
}

package typealias SessionID = Identifier<Session>

/// Somebody who has shown a good session of one tenant: what a page needs to be called at all.
package struct SignedInUser: Sendable, Hashable {
    package var tenant: TenantID
    package var user: UserID
    package var session: Session
    package var name: String
    package var userName: String
    package var roles: Set<Role>
    /// Somebody reports to the user, or is in a group that the user looks after.
    package var isSupervisor: Bool
    /// The roles have moved since the session got its secret, so that it is time for another.
    package var needsNewSecret: Bool

    package init(
        tenant: TenantID, user: UserID, session: Session, name: String, userName: String, roles: Set<Role>,
        isSupervisor: Bool = false, needsNewSecret: Bool = false
    ) {
        self.tenant = tenant
        self.user = user
        self.session = session
        self.name = name
        self.userName = userName
        self.roles = roles
        self.isSupervisor = isSupervisor
        self.needsNewSecret = needsNewSecret
    }

    package var permissions: Set<Permission> { roles.reduce(into: []) { $0.formUnion($1.permissions) } }

    /// A scope in which what the permission stands for may be done; checked again inside the transaction.
    package func scope(_ permission: Permission) -> TenantScope {
        TenantScope(tenant: tenant, admission: .session(session.id, permission))
    }
}
