/// Why somebody gets a link by which to set a password.
package enum PasswordLinkPurpose: String, Sendable, Hashable {
    case invitation, reset

    /// Seconds for which the link is good.
    package var lifetime: Int64 {
        switch self {
        case .invitation: 7 * 86_400
        case .reset: 3600
        }
    }
}

/// Somebody who may sign in by password: active, and with a password.
package struct PasswordHolder: Sendable, Hashable {
    package var user: UserID
    /// A PHC string.
    package var hash: String

    package init(user: UserID, hash: String) {
        self.user = user
        self.hash = hash
    }
}

/// Somebody who has a link by which to set a password.
package struct PasswordLinkHolder: Sendable, Hashable {
    package var user: UserID
    package var userName: String
    package var purpose: PasswordLinkPurpose
    package var isOwner: Bool

    package init(user: UserID, userName: String, purpose: PasswordLinkPurpose, isOwner: Bool) {
        self.user = user
        self.userName = userName
        self.purpose = purpose
        self.isOwner = isOwner
    }
}

/// The repository of passwords, sessions and links to set a password. Every call is one transaction of one tenant.
package protocol SignInRepository: Sendable {
    /// Nil unless an active user of this name, or with this address, has a password.
    func passwordHolder(_ name: String, in tenant: TenantID) async throws(DomainError) -> PasswordHolder?
    /// Nil unless that user, while active, has a password.
    func passwordHolder(_ user: UserID, in tenant: TenantID) async throws(DomainError) -> PasswordHolder?
    /// The user whom a typed user name or address means, whether they can sign in or not.
    func user(named name: String, in tenant: TenantID) async throws(DomainError) -> UserID?
    /// Begins a session of a user who is still active.
    ///
    /// - Throws: `notFound` when the user is not.
    func begin(_ session: Session, digest: TokenDigest, in tenant: TenantID) async throws(DomainError)
    /// Nil when the session is unknown or over, or its user is not active any more.
    ///
    /// - Parameter isUse: note that it was seen, which keeps it alive.
    func signedInUser(
        _ digest: TokenDigest, isUse: Bool, in tenant: TenantID
    ) async throws(DomainError) -> SignedInUser?
    /// The session gets another secret: its holder has proved who they are, or may do other things than before.
    ///
    /// - Returns: false when there is no such session, or without proof no reason any more.
    func renew(
        _ session: SessionID, digest: TokenDigest, isProven: Bool, in tenant: TenantID
    ) async throws(DomainError) -> Bool
    func end(_ session: SessionID, of user: UserID, in tenant: TenantID) async throws(DomainError)
    /// The sessions that have not ended, latest first.
    func sessions(of user: UserID, in tenant: TenantID) async throws(DomainError) -> [Session]
    /// - Parameter except: the one that stays.
    func endAll(of user: UserID, except: SessionID?, in tenant: TenantID) async throws(DomainError)
    /// Ends all sessions of a user for an administrator; no change is kept when there is none.
    func endSessions(of user: UserID, change: Change, in scope: TenantScope) async throws(DomainError)
    /// Sets the password; ends all sessions and links of the user.
    func setPassword(
        _ hash: String, of user: UserID, change: Change, in scope: TenantScope
    ) async throws(DomainError)
    /// Makes a link beside those that the user has; the oldest of many ends.
    func create(
        _ digest: TokenDigest, _ purpose: PasswordLinkPurpose, for user: UserID, change: Change, in scope: TenantScope
    ) async throws(DomainError)
    /// Nil when the link is unknown, used or too old, or its user is not active.
    func linkHolder(_ digest: TokenDigest, in tenant: TenantID) async throws(DomainError) -> PasswordLinkHolder?
    /// Sets the password by a link, which is used up by it; false when it was already, or is too old.
    func setPassword(
        _ hash: String, byLink digest: TokenDigest, change: Change, in tenant: TenantID
    ) async throws(DomainError) -> Bool
}
