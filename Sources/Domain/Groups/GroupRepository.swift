/// The repository of groups. Every call is one transaction of one tenant.
package protocol GroupRepository: Sendable {
    func group(_ id: GroupID, withMembers: Bool, in scope: TenantScope) async throws(DomainError) -> Group
    func groups(
        matching predicate: Predicate<Group.Field>?, order: ListOrder<Group.Field>, page: PageRequest,
        withMembers: Bool, in scope: TenantScope
    ) async throws(DomainError) -> Page<Group>
    func structure(of id: GroupID, in scope: TenantScope) async throws(DomainError) -> GroupStructure
    /// Lets somebody look after the people of a group, or no longer; nothing when it is so already.
    func setSupervisor(
        _ user: UserID, isOne: Bool, of group: GroupID, change: Change, in scope: TenantScope
    ) async throws(DomainError)
    func create(_ group: NewGroup, in scope: TenantScope) async throws(DomainError) -> Group
    /// Applies new attributes, membership steps, or both. Steps alone that change nothing leave the group as it is.
    func update(
        _ id: GroupID, _ update: GroupUpdate, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> GroupUpdateResult
    /// - Parameter mayTakeLong: the roles of everybody in the group may follow from it.
    func delete(
        _ id: GroupID, version: Int64?, reach: Reach, mayTakeLong: Bool, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> Bool
}

/// A group about to be created.
package struct NewGroup: Sendable, Hashable {
    package var id: GroupID
    package var source: PluginID?
    package var attributes: GroupAttributes
    package var members: MemberNames
    package var change: Change
    package var unknownMembers: ProvisioningPolicy.UnknownMembers

    package init(
        id: GroupID, source: PluginID?, attributes: GroupAttributes, members: MemberNames, change: Change,
        unknownMembers: ProvisioningPolicy.UnknownMembers
    ) {
        self.id = id
        self.source = source
        self.attributes = attributes
        self.members = members
        self.change = change
        self.unknownMembers = unknownMembers
    }
}

/// A change to a group. Membership steps alone need no version: they commute with what others do meanwhile.
package struct GroupUpdate: Sendable, Hashable {
    package var version: Int64?
    package var attributes: GroupAttributes?
    package var membership: [MembershipChange]
    package var policy: ProvisioningPolicy
    package var reach: Reach

    package init(
        version: Int64?, attributes: GroupAttributes?, membership: [MembershipChange], policy: ProvisioningPolicy,
        reach: Reach
    ) {
        self.version = version
        self.attributes = attributes
        self.membership = membership
        self.policy = policy
        self.reach = reach
    }

    /// Whether it has no small bound how many rows move: long lists, and everybody's roles if they follow from groups.
    package var mayTakeLong: Bool {
        let isOfEverybody = attributes != nil || membership.contains(where: \.isReplacement)
        return policy.mapsGroups && isOfEverybody || membership.contains(where: \.names.areMany)
    }
}

package enum GroupUpdateResult: Sendable, Hashable {
    /// The version after the change; the one before where nothing changed.
    case updated(version: Int64)
    case missingOrStale
    /// It belongs to a connection whose groups others may not change.
    case beyondReach
}

extension DomainError {
    /// A member to be replaced is not in the group.
    package static let noSuchMember = DomainError.invalid(
        field: "members", reason: "none of those to be replaced is in the group.")

    /// The error for a connection that may not write to a group.
    package static let groupBeyondReach = DomainError.forbidden(
        reason: "This group belongs to another connection, and this one does not change it.")
}
