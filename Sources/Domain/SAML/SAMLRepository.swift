/// The repository of SAML connections, with all that signing in by them needs. Every call is one transaction of one
/// tenant.
package protocol SAMLRepository: Sendable {
    /// The facts on which a request to an endpoint of a connection is decided.
    ///
    /// - Parameter browser: whose requests are looked for; nil for nobody's.
    /// - Throws: `notFound` when there is no such connection.
    func entry(_ id: SAMLConnectionID, browser: TokenDigest?) async throws(DomainError) -> SAMLEntry
    /// The SAML connections of the tenant, by name.
    func connections(in scope: TenantScope) async throws(DomainError) -> [SAMLConnection]
    /// - Throws: `stale` when the connection was changed since it was read.
    ///
    /// - Parameter forgets: the links that end in the same transaction.
    func update(
        _ connection: SAMLConnection, forgets: [SAMLForgetting], change: Change, in scope: TenantScope
    ) async throws(DomainError)
    /// The people whom a connection has linked and whose user name and addresses lie in none of these domains.
    func linksOutside(
        _ domains: [String], of plugin: PluginID, in scope: TenantScope
    ) async throws(DomainError) -> SAMLLinksOutside
    /// Keeps metadata that waits for an admin, or notes that it was read and says nothing new.
    func notePending(
        _ metadata: String?, readAt time: Timestamp, of plugin: PluginID, in scope: TenantScope
    ) async throws(DomainError)

    // MARK: Keys

    func keys(of connection: SAMLConnectionID) async throws(DomainError) -> [SAMLKey]
    /// Keeps a key unless there is one in its state; gives those that there are then.
    func add(_ key: SAMLKey, to connection: SAMLConnectionID) async throws(DomainError) -> [SAMLKey]
    /// The next key signs from now on, and the one before it only decrypts. False when there is no next one.
    func promoteNextKey(
        of plugin: PluginID, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> Bool
    /// The key before decrypts no more. False when there is none.
    func forgetPreviousKey(
        of plugin: PluginID, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> Bool

    // MARK: Signing in

    /// Keeps a request of a browser. Of a browser, of a network and of a connection as many wait as may, the oldest are
    /// forgotten.
    ///
    /// - Parameter network: where it comes from.
    func begin(
        _ request: SAMLRequest, browser: TokenDigest, network: String, in tenant: TenantID
    ) async throws(DomainError)
    /// Everybody who could be meant.
    func find(_ person: ClaimedPerson, of connection: SAMLConnectionID) async throws(DomainError) -> SAMLFinding
    /// Uses up request and assertion, makes the user who is new, links whoever was not known by that name, begins the
    /// session and keeps the trace: all or nothing.
    ///
    /// - Throws: `conflict` with the key `request` or `assertion` when one was used before, with `userName` when another
    ///   user was made meanwhile who has what the new one should have; `notFound` when the user may not come in any more,
    ///   or the session of who asked has ended.
    func complete(_ completion: SAMLCompletion, in tenant: TenantID) async throws(DomainError)
    func keep(_ signIn: SAMLSignIn, in tenant: TenantID) async throws(DomainError)
    /// Counts refusals that are the same as one that is kept.
    func noteRepeats(_ count: Int64, of signIn: SAMLSignInID, in tenant: TenantID) async throws(DomainError)
    /// Deletes sign-ins that are older than the tenant keeps its logs, and what was remembered of messages that nobody
    /// would take any more.
    func forgetOld(of tenant: TenantID) async throws(DomainError)
    /// Ends the sessions that a provider vouches for, and remembers its request; gives the user of each.
    ///
    /// - Throws: `conflict` with the key `request` when the request was followed before.
    func endSessions(_ logout: SAMLLogout, with connection: SAMLConnectionID) async throws(DomainError) -> [UserID]
    /// Ends one session; gives what the provider knows of it, nil when none vouched for it.
    func endSession(_ digest: TokenDigest, in tenant: TenantID) async throws(DomainError) -> ProviderSession?
    /// The provider's name and index of a session; nil if no provider vouches for it.
    func providerSession(
        of session: SessionID, in tenant: TenantID
    ) async throws(DomainError) -> ProviderSession?

    // MARK: Looking

    func signIns(
        of plugin: PluginID, before: SAMLSignInID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [SAMLSignIn]
    func signIn(_ id: SAMLSignInID, in scope: TenantScope) async throws(DomainError) -> SAMLSignIn
    func identities(of user: UserID, in scope: TenantScope) async throws(DomainError) -> [SAMLIdentity]
    /// - Throws: `notFound` when there is no such link.
    func unlink(
        _ nameID: String, of plugin: PluginID, from user: UserID, change: Change, in scope: TenantScope
    ) async throws(DomainError)
}

/// A connection at one moment, as its endpoints see it.
package struct SAMLEntry: Sendable {
    package let tenant: Tenant
    package let connection: SAMLConnection
    /// Ours, sealed.
    package let keys: [SAMLKey]
    /// Requests of the browser that wait for their answers.
    package let pending: [SAMLRequest]

    package init(tenant: Tenant, connection: SAMLConnection, keys: [SAMLKey], pending: [SAMLRequest]) {
        self.tenant = tenant
        self.connection = connection
        self.keys = keys
        self.pending = pending
    }
}

/// A provider's request to log somebody out.
package struct SAMLLogout: Sendable, Hashable {
    /// Of the request's identifier.
    package var digest: TokenDigest
    /// When nobody takes the request any more.
    package var end: Timestamp
    package var nameID: String
    /// The session indexes of the provider; none for all sessions of the subject.
    package var indexes: [String]

    package init(digest: TokenDigest, end: Timestamp, nameID: String, indexes: [String]) {
        self.digest = digest
        self.end = end
        self.nameID = nameID
        self.indexes = indexes
    }
}

/// The consequences of an answer that met every rule.
package struct SAMLCompletion: Sendable {
    package var connection: SAMLConnectionID
    /// The request that was answered; nil when the provider began.
    package var request: String?
    package var browser: TokenDigest?
    package var assertionDigest: TokenDigest
    package var assertionEnd: Timestamp
    /// The user who is made by the sign-in; nil for one who is there.
    package var newUser: NewUser?
    /// Nil for a trial.
    package var session: NewSession?
    /// The name by which the provider will call the user again; nil when it will not.
    package var lastingNameID: String?
    /// The change of the link, for the change log; nil if there is none.
    package var linkChange: Change?
    package var signIn: SAMLSignIn
    /// The session of who asked, without which nothing follows.
    package var holder: SessionID?
    /// The session whose holder has proved who they are once more, and its new secret.
    package var confirmed: (session: SessionID, digest: TokenDigest)?

    package struct NewSession: Sendable {
        package var session: Session
        package var digest: TokenDigest
        package var provider: ProviderSession
        /// Of the session that the browser had before, and that session as it was when it asked: forms of other sites
        /// bring no cookie.
        package var former: TokenDigest?
        package var formerSession: SessionID?

        package init(
            session: Session, digest: TokenDigest, provider: ProviderSession, former: TokenDigest?,
            formerSession: SessionID? = nil
        ) {
            self.session = session
            self.digest = digest
            self.provider = provider
            self.former = former
            self.formerSession = formerSession
        }
    }

    package init(
        connection: SAMLConnectionID, request: String?, browser: TokenDigest?, assertionDigest: TokenDigest,
        assertionEnd: Timestamp, signIn: SAMLSignIn
    ) {
        self.connection = connection
        self.request = request
        self.browser = browser
        self.assertionDigest = assertionDigest
        self.assertionEnd = assertionEnd
        self.signIn = signIn
    }
}

/// The links that end when a connection is changed.
package enum SAMLForgetting: Sendable, Hashable {
    /// The links of Owners: a user who is not an Owner has changed the identity of the provider, which may sign in
    /// Owners no longer.
    case owners
    /// It is another provider.
    case everybody
    /// The allowed domains have become fewer: links of people outside these domains end, and the sessions that the
    /// provider vouches for.
    case outside(domains: [String])
}

/// The links that end when a connection's allowed domains become fewer.
package struct SAMLLinksOutside: Sendable, Hashable {
    /// How many people are linked.
    package var count: Int
    /// The user names of the first ones, in order.
    package var userNames: [String]

    package init(count: Int, userNames: [String]) {
        self.count = count
        self.userNames = userNames
    }

    /// How many are named.
    package static let mostNamed: Int64 = 100
}
