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
    /// Attribute → [before, after], without the members of a group.
    package var difference: JSONObject
    /// The steps by which members joined or left a group.
    package var members: [MemberStep]
    package var requestID: String

    package init(
        id: ChangeID, at: Timestamp, actor: Actor, action: String, subject: String, mark: String?,
        difference: JSONObject, members: [MemberStep], requestID: String
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.action = action
        self.subject = subject
        self.mark = mark
        self.difference = difference
        self.members = members
        self.requestID = requestID
    }
}

/// One step of changing who is in a group, without the whole list: a group may have tens of thousands of members.
package struct MemberStep: Sendable, Hashable {
    /// The field of the change log that holds the step.
    package enum Kind: String, Sendable {
        case add = "members.add"
        case remove = "members.remove"
        case replace = "members.replace"
    }

    package var kind: Kind
    /// The number of members that the step names.
    package var count: Int
    /// The first ten of them, as the change names them: by an id, or by the other name of a member who was awaited.
    package var first: [String]

    package init(kind: Kind, count: Int, first: [String]) {
        self.kind = kind
        self.count = count
        self.first = first
    }
}

/// The name that a user or a group has, or had last.
package struct SubjectName: Sendable, Hashable {
    package enum Kind: String, Sendable { case user, group }

    package var kind: Kind
    package var name: String
    package var isDeleted: Bool

    package init(kind: Kind, name: String, isDeleted: Bool) {
        self.kind = kind
        self.name = name
        self.isDeleted = isDeleted
    }
}

/// Reads the change log.
package protocol ChangeHistoryRepository: Sendable {
    /// The history of one thing, latest first.
    ///
    /// - Parameter before: those older than this one.
    func history<Thing>(
        of subject: Identifier<Thing>, before: ChangeID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [HistoryEntry]
    /// The history of a connection, its tokens, and its clients with their secrets, latest first.
    ///
    /// - Parameter before: those older than this one.
    func history(
        ofConnection plugin: PluginID, before: ChangeID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [HistoryEntry]
    /// The latest change of an attribute of a user; nil when none is known.
    func latestChange(
        of attribute: String, ofUser user: UserID, in scope: TenantScope
    ) async throws(DomainError) -> HistoryEntry?
    /// The names of the users and groups with these ids, whichever of the two each is. An unknown id has no entry.
    func names(of ids: Set<UserID>, in scope: TenantScope) async throws(DomainError) -> [UserID: SubjectName]
    /// The paths of the user's attributes that the connection was the last to change.
    func attributesSet(
        by plugin: PluginID, of user: UserID, in scope: TenantScope
    ) async throws(DomainError) -> Set<String>
}
