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

/// The step between the password and the code of a second factor. It leads to one session at most, in the browser where
/// the password was typed.
package struct SignInStep: Sendable, Hashable {
    /// Of the secret in the form.
    package var digest: TokenDigest
    /// Of the secret in the browser's cookie.
    package var browser: TokenDigest

    package init(digest: TokenDigest, browser: TokenDigest) {
        self.digest = digest
        self.browser = browser
    }

    /// Seconds between the password and the code.
    package static let lifetime: Int64 = 300
    /// Codes that are evaluated before the password is asked for again.
    package static let codes: Int64 = 5
}

/// The repository of the steps between password and code. Every call is one transaction of one tenant. A new password,
/// like a suspension, ends the steps of its user.
package protocol SignInStepRepository: Sendable {
    func begin(_ step: SignInStep, of user: UserID, in tenant: TenantID) async throws(DomainError)
    /// The user whose step it is; nil when it is unknown, used up, too old or another browser's.
    func user(of step: SignInStep, in tenant: TenantID) async throws(DomainError) -> UserID?
    /// Counts a code before it is evaluated; false when the step admits none any more.
    func countCode(of step: SignInStep, in tenant: TenantID) async throws(DomainError) -> Bool
    /// Uses the step up; false when it was already.
    func finish(_ step: SignInStep, in tenant: TenantID) async throws(DomainError) -> Bool
}

/// The repository of second factors. Every call is one transaction of one tenant.
package protocol SecondFactorRepository: Sendable {
    func secondFactor(of user: UserID, in tenant: TenantID) async throws(DomainError) -> SecondFactor?
    /// Keeps a secret that is not confirmed yet.
    ///
    /// - Throws: `conflict` when there is a confirmed one.
    func begin(_ sealedSecret: String, of user: UserID, in tenant: TenantID) async throws(DomainError)
    /// Switches it on. Like every change of a second factor it ends the user's other sessions.
    ///
    /// - Parameters:
    ///   - step: of the code that confirms it.
    ///   - session: the one that stays.
    func confirm(
        of user: UserID, step: Int64, recoveryCodes: [TokenDigest], keeping session: SessionID?, change: Change,
        in tenant: TenantID
    ) async throws(DomainError)
    /// False when that step's code, or a later one, was used before.
    func use(step: Int64, of user: UserID, in tenant: TenantID) async throws(DomainError) -> Bool
    /// False when there is no such code any more.
    func use(recoveryCode: TokenDigest, of user: UserID, in tenant: TenantID) async throws(DomainError) -> Bool
    func replace(
        recoveryCodes: [TokenDigest], of user: UserID, keeping session: SessionID?, change: Change,
        in tenant: TenantID
    ) async throws(DomainError)
    /// - Throws: `notFound` when there is none.
    func remove(
        of user: UserID, keeping session: SessionID?, change: Change, in scope: TenantScope
    ) async throws(DomainError)
}
