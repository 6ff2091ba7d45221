/// A request to an identity provider that waits for its answer.
package struct SAMLRequest: Sendable, Hashable {
    /// The purpose of a request.
    package enum Purpose: String, Sendable, CaseIterable {
        case signIn = "sign-in"
        /// To see whether it would work, without a session.
        case trial
        /// To be known by the provider from now on.
        case link
        /// To prove who they are once more.
        case confirmation
        case logout
    }

    /// As the message names it.
    package var id: String
    package var plugin: PluginID
    package var purpose: Purpose
    /// The page to show afterwards: a path of the console.
    package var target: String
    /// Of the browser when it asked.
    package var session: SessionID?
    /// The user on whose behalf the request is made, if only a signed-in user may make it.
    package var user: UserID?
    package var createdAt: Timestamp
    /// As it was sent, of a trial.
    package var message: String?

    package init(
        id: String, plugin: PluginID, purpose: Purpose, target: String, session: SessionID? = nil, user: UserID? = nil,
        createdAt: Timestamp
    ) {
        self.id = id
        self.plugin = plugin
        self.purpose = purpose
        self.target = target
        self.session = session
        self.user = user
        self.createdAt = createdAt
    }

    /// Seconds for which an answer counts: as long as somebody may need at the provider's pages.
    package static let lifetime: Int64 = 900
    /// How many one browser may have under way with one connection.
    package static let mostPending: Int64 = 20
    /// How many of one network may wait with a connection: who asks without end pushes out their own.
    package static let mostOfNetwork: Int64 = 5000
    /// How many of a connection may wait, a few more or less: who asks from everywhere uses up nobody's disk.
    package static let mostWaiting: Int64 = 50_000
}
