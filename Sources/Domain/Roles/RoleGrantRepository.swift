/// Why users have which roles, and giving them some by hand.
package protocol RoleGrantRepository: Sendable {
    func roles(of id: UserID, in scope: TenantScope) async throws(DomainError) -> [RoleGrant]
    /// Which groups and app roles give the user roles by which connection's rules, and whose default role it is.
    func reasons(ofRolesOf id: UserID, in scope: TenantScope) async throws(DomainError) -> [RoleReason]
    /// Gives a role by hand, or takes back one that was given so. Of a user whom no connection provisions any role can
    /// be taken.
    ///
    /// - Throws: `notFound` when there is nothing to do; `refused` for the last active Owner.
    func set(
        _ role: Role, isGiven: Bool, to user: UserID, change: Change, in scope: TenantScope
    ) async throws(DomainError)
}
