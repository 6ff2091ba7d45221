/// The repository of the tenants' mail domains. Every call is one transaction of one tenant.
package protocol DomainRepository: Sendable {
    /// In the order of their names.
    func domains(in scope: TenantScope) async throws(DomainError) -> [TenantDomain]
    /// - Throws: `conflict` when the tenant has it already; `refused` beyond `TenantDomain.limit`.
    func add(_ domain: TenantDomain, change: Change, in scope: TenantScope) async throws(DomainError)
    /// Keeps that the challenge was met.
    ///
    /// - Throws: `notFound` unless the domain is there with that very challenge.
    func verify(
        _ name: MailDomain, by challenge: DomainChallenge, change: Change, in scope: TenantScope
    ) async throws(DomainError)
    /// Keeps that DNS was asked in vain.
    func noteCheck(of name: MailDomain, in scope: TenantScope) async throws(DomainError)
    func remove(_ name: MailDomain, change: Change, in scope: TenantScope) async throws(DomainError)
}
