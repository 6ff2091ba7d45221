/// The repository of the token endpoint's clients.
package protocol OAuthClientRepository: Sendable {
    /// Makes a client together with its first secret.
    func create(
        _ client: OAuthClient, secret: ClientSecret, digest: TokenDigest, changes: [Change], in scope: TenantScope
    ) async throws(DomainError)
    func clients(in scope: TenantScope) async throws(DomainError) -> [OAuthClient]
    func secrets(in scope: TenantScope) async throws(DomainError) -> [ClientSecret]
    /// - Throws: `notFound` when there is no such client, or it was revoked.
    func create(
        _ secret: ClientSecret, digest: TokenDigest, change: Change, in scope: TenantScope
    ) async throws(DomainError)
    /// Trusts this identity from now on, and ends the tokens that the one before got.
    ///
    /// - Throws: `notFound` when there is no such client, or it was revoked.
    func federate(
        _ client: OAuthClientID, with identity: FederatedIdentity?, change: Change, in scope: TenantScope
    ) async throws(DomainError)
    /// Ends the client with all its secrets and tokens.
    func revoke(_ client: OAuthClientID, change: Change, in scope: TenantScope) async throws(DomainError)
    /// Ends the secret with all tokens that it got.
    func revoke(_ secret: ClientSecretID, change: Change, in scope: TenantScope) async throws(DomainError)
    /// Nil when the tenant has no such client, or it was revoked.
    func standing(of client: OAuthClientID, in tenant: TenantID) async throws(DomainError) -> ClientStanding?
    /// Issues the token; gives its lifetime, or nil when the client or the secret was revoked meanwhile.
    func issue(_ grant: AccessTokenGrant, in tenant: TenantID) async throws(DomainError) -> AccessTokenLifetime?
}
