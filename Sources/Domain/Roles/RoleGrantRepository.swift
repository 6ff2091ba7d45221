/// Reads why users have which roles.
package protocol RoleGrantRepository: Sendable {
    func roles(of id: UserID, in scope: TenantScope) async throws(DomainError) -> [RoleGrant]
}
