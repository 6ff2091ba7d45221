package import StrictJSON

/// One line of the history of a thing: what moved, and who moved it.
package struct HistoryEntry: Sendable, Hashable {
    package enum Actor: Sendable, Hashable {
        case plugin(String)
        /// A person, by the name they have now; nil when they are gone.
        case person(String?)
        case `operator`, program
    }

    package var id: ChangeID
    package var at: Timestamp
    package var actor: Actor
    package var action: String
    /// `user`, `token` and so on.
    package var subject: String
    /// Which one, where a history has several: how a token or a secret begins, or the id of a client.
    package var mark: String?
    /// Attribute → [before, after].
    package var difference: JSONObject
    package var requestID: String

    package init(
        id: ChangeID, at: Timestamp, actor: Actor, action: String, subject: String, mark: String?,
        difference: JSONObject, requestID: String
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.action = action
        self.subject = subject
        self.mark = mark
        self.difference = difference
        self.requestID = requestID
    }
}

/// Reads the change log.
package protocol ChangeHistoryRepository: Sendable {
    /// What happened to one thing, latest first.
    ///
    /// - Parameter before: those older than this one.
    func history<Thing>(
        of subject: Identifier<Thing>, before: ChangeID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [HistoryEntry]
    /// What happened to a connection, its tokens, and its clients with their secrets, latest first.
    ///
    /// - Parameter before: those older than this one.
    func history(
        ofConnection plugin: PluginID, before: ChangeID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [HistoryEntry]
    /// The latest change of an attribute of a user; nil when none is known.
    func latestChange(
        of attribute: String, ofUser user: UserID, in scope: TenantScope
    ) async throws(DomainError) -> HistoryEntry?
    /// The paths of the user's attributes that the connection was the last to change.
    func attributesSet(
        by plugin: PluginID, of user: UserID, in scope: TenantScope
    ) async throws(DomainError) -> Set<String>
}
