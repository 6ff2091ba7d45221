/// The repository of users. Every call is one transaction of one tenant.
package protocol UserRepository: Sendable {
    func user(_ id: UserID, in scope: TenantScope) async throws(DomainError) -> User
    func users(
        matching predicate: Predicate<User.Field>?, order: ListOrder<User.Field>, page: PageRequest,
        in scope: TenantScope
    ) async throws(DomainError) -> Page<User>
    /// The users in a group, directly or through others, by their ids.
    ///
    /// - Parameter after: those that follow this one.
    func members(
        of group: GroupID, after user: UserID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [User]
    /// The circle of managers that a user with these attributes closes; nil while there is none.
    ///
    /// - Parameter id: the user, who need not exist yet.
    func managerCircle(
        of id: UserID, _ attributes: UserAttributes, in scope: TenantScope
    ) async throws(DomainError) -> ManagerCircle?
    func create(_ user: NewUser, in scope: TenantScope) async throws(DomainError) -> User
    /// Nil when the user is no longer at `version`, somebody else being faster, or not within reach.
    func update(
        _ user: User, to attributes: UserAttributes, reach: Reach, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> User?
    /// False when the user is not (or no longer) at the version, or not within reach; `nil` accepts any version.
    func delete(
        _ id: UserID, version: Int64?, reach: Reach, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> Bool
    /// The users who were deleted, the latest first.
    ///
    /// - Parameters:
    ///   - name: those whose user name begins so, whatever the case.
    ///   - before: those deleted before this place.
    func deletedUsers(
        named name: String?, before place: ListPosition?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [DeletedUser]
    func deletedUser(_ id: UserID, in scope: TenantScope) async throws(DomainError) -> User
    /// Brings a deleted user back; groups that it was in are not given back. False when somebody else was faster.
    func restore(
        _ user: User, _ attributes: UserAttributes, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> Bool
    /// Keeps for an administrator what a connection wanted to do to a user beyond its reach, and gives what it is to
    /// be told. Nil when the user is within reach by now, or gone.
    func ask(
        _ request: LinkReview.Request, for id: UserID, beyond reach: Reach, in scope: TenantScope
    ) async throws(DomainError) -> LinkReview.Answer?
}

/// A user who was deleted.
package struct DeletedUser: Sendable, Hashable {
    package var id: UserID
    package var userName: String
    package var deletedAt: Timestamp

    package init(id: UserID, userName: String, deletedAt: Timestamp) {
        self.id = id
        self.userName = userName
        self.deletedAt = deletedAt
    }

    package var place: ListPosition { ListPosition(value: nil, createdAt: deletedAt, id: id.description) }
}

/// A user about to be created.
package struct NewUser: Sendable, Hashable {
    package var id: UserID
    package var source: PluginID?
    package var attributes: UserAttributes
    /// The role that is given by hand; a user of a connection gets roles by its rules instead.
    package var role: Role
    package var change: Change
    /// Whether groups of the tenant map to roles.
    package var mapsGroups: Bool
    /// Whether the user gets mail that they can come.
    package var isInvited: Bool

    package init(
        id: UserID, source: PluginID?, attributes: UserAttributes, role: Role, change: Change, mapsGroups: Bool,
        isInvited: Bool = false
    ) {
        self.id = id
        self.source = source
        self.attributes = attributes
        self.role = role
        self.change = change
        self.mapsGroups = mapsGroups
        self.isInvited = isInvited
    }
}
