/// A user or a group in a list of both.
package enum ListedResource: Sendable, Hashable {
    case user(User)
    case group(Group)
}

/// Which resources of one type a list of several types holds, and what they are sorted by.
package struct ListSelection<Field: Sendable & Hashable>: Sendable, Hashable {
    package var predicate: Predicate<Field>?
    /// Nil for the order of making, and for a type that does not have what the list is sorted by.
    package var key: SortKey<Field>?

    package init(predicate: Predicate<Field>?, key: SortKey<Field>?) {
        self.predicate = predicate
        self.key = key
    }
}

/// Lists of users and groups together, in one order and with one set of pages.
package protocol ResourceRepository: Sendable {
    func resources(
        _ users: ListSelection<User.Field>, _ groups: ListSelection<Group.Field>, isDescending: Bool, page: PageRequest,
        withMembers: Bool, in scope: TenantScope
    ) async throws(DomainError) -> Page<ListedResource>
}
