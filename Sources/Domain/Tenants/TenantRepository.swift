/// The repository of tenants and of the credentials that give access to them.
package protocol TenantRepository: Sendable {
    /// Any slug the tenant has or ever had.
    func tenant(slug: Slug) async throws(DomainError) -> Tenant
    func tenant(_ id: TenantID) async throws(DomainError) -> Tenant
    func tenants() async throws(DomainError) -> [Tenant]
    func create(_ tenant: Tenant, change: Change) async throws(DomainError)
    /// Changes how the tenant wants things: language and retention.
    func update(_ tenant: Tenant, change: Change, in scope: TenantScope) async throws(DomainError)
    func setStatus(_ status: Tenant.Status, of tenant: TenantID, change: Change) async throws(DomainError)
}

package protocol IntegrationRepository: Sendable {
    /// Checks the admission of the scope, for what reads nothing else.
    func admit(in scope: TenantScope) async throws(DomainError)
    /// The first SCIM connection of a tenant becomes its active provider; gives the connection as it is then.
    func create(_ plugin: Plugin, change: Change, in scope: TenantScope) async throws(DomainError) -> Plugin
    /// Changes how the connection works; its kind and name stay.
    ///
    /// - Parameter agreed: the digest of the confirmed preview; a conflict when the preview has changed.
    func update(
        _ plugin: Plugin, agreed: String?, change: Change, in scope: TenantScope
    ) async throws(DomainError)
    /// The changes of people's roles that the given settings of the connection cause.
    func preview(_ plugin: Plugin, in scope: TenantScope) async throws(DomainError) -> RolePreview
    /// Makes a SCIM connection the tenant's active provider in place of the one before; false when it is already.
    func activate(_ plugin: PluginID, change: Change, in scope: TenantScope) async throws(DomainError) -> Bool
    func plugins(in scope: TenantScope) async throws(DomainError) -> [Plugin]
    /// How many users and groups the connection has made or taken over.
    func dependants(of plugin: PluginID, in scope: TenantScope) async throws(DomainError) -> PluginDependants
    /// Removes the connection with its secrets and rules. Its users and groups stay, as nobody's.
    func delete(_ plugin: PluginID, change: Change, in scope: TenantScope) async throws(DomainError)
    func mappings(of plugin: PluginID, in scope: TenantScope) async throws(DomainError) -> [RoleMapping]
    /// The connection's mappings with what they are about at the moment.
    func mappingStatuses(of plugin: PluginID, in scope: TenantScope) async throws(DomainError) -> [RoleMappingStatus]
    /// Adds or removes a mapping, and gives everybody of the connection the roles that follow from it.
    ///
    /// - Parameter agreed: as for `update`.
    func set(
        _ mapping: RoleMapping, isPresent: Bool, of plugin: PluginID, agreed: String?, change: Change,
        in scope: TenantScope
    ) async throws(DomainError)
    /// The changes of people's roles that adding or removing the mapping causes.
    func preview(
        _ mapping: RoleMapping, isPresent: Bool, of plugin: PluginID, in scope: TenantScope
    ) async throws(DomainError) -> RolePreview
    /// The headers in which the tenant's plug-ins take tokens, besides `Authorization`.
    func tokenHeaders(in tenant: TenantID) async throws(DomainError) -> Set<TokenHeader>
    func create(
        _ token: Token, digest: TokenDigest, change: Change, in scope: TenantScope
    ) async throws(DomainError)
    /// The tokens that an administrator created; access tokens come and go by themselves.
    func tokens(in scope: TenantScope) async throws(DomainError) -> [Token]
    func revoke(_ token: TokenID, change: Change, in scope: TenantScope) async throws(DomainError)
    /// Nil when the tenant has no such token.
    func standing(of digest: TokenDigest, in tenant: TenantID) async throws(DomainError) -> TokenStanding?
    func noteUse(of token: TokenID, at time: Timestamp, from address: String, in tenant: TenantID)
        async throws(DomainError)
}
