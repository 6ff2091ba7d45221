/// The codes of a telephone that somebody has set up beside the password.
package struct SecondFactor: Sendable, Hashable {
    /// The shared secret as it is kept: sealed.
    package var sealedSecret: String
    /// A first code has shown that the telephone has the secret.
    package var isConfirmed: Bool
    package var recoveryCodesLeft: Int

    package init(sealedSecret: String, isConfirmed: Bool, recoveryCodesLeft: Int) {
        self.sealedSecret = sealedSecret
        self.isConfirmed = isConfirmed
        self.recoveryCodesLeft = recoveryCodesLeft
    }
}

/// Where second factors are kept. Every call is one transaction of one tenant.
package protocol SecondFactorRepository: Sendable {
    func secondFactor(of user: UserID, in tenant: TenantID) async throws(DomainError) -> SecondFactor?
    /// Keeps a secret that is not confirmed yet.
    ///
    /// - Throws: `conflict` when there is a confirmed one.
    func begin(_ sealedSecret: String, of user: UserID, in tenant: TenantID) async throws(DomainError)
    /// - Parameter step: of the code that confirms it.
    func confirm(
        of user: UserID, step: Int64, recoveryCodes: [TokenDigest], change: Change, in tenant: TenantID
    ) async throws(DomainError)
    /// False when that step's code, or a later one, was used before.
    func use(step: Int64, of user: UserID, in tenant: TenantID) async throws(DomainError) -> Bool
    /// False when there is no such code any more.
    func use(recoveryCode: TokenDigest, of user: UserID, in tenant: TenantID) async throws(DomainError) -> Bool
    func replace(
        recoveryCodes: [TokenDigest], of user: UserID, change: Change, in tenant: TenantID
    ) async throws(DomainError)
    /// - Throws: `notFound` when there is none.
    func remove(of user: UserID, change: Change, in scope: TenantScope) async throws(DomainError)
}
