package import Domain
import Edge
import HTTPTypes
import StrictJSON
import TOTP

/// The codes of a telephone: at sign-in, and setting them up.
struct SecondFactorController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private static let recoveryCodes = 10

    // MARK: At sign-in

    /// The page that asks for a code; a user whose password was right and who has no second factor needs none.
    func question(_ user: UserID, _ request: ConsoleRequest, next: String) async throws(DomainError) -> ConsoleAnswer? {
        guard try await parts.secondFactors.secondFactor(of: user, in: request.tenant.id)?.isConfirmed == true else {
            return nil
        }
        let (proof, browser) = (
            parts.environment.secret(for: .signInStep), parts.environment.secret(for: .browser)
        )
        let step = SignInStep(digest: TokenDigest(of: proof.text), browser: TokenDigest(of: browser.text))
        try await parts.security.steps.begin(step, of: user, in: request.tenant.id)
        return .withCookie(
            page(proof.text, request, next: next),
            setCookie: StepCookie(slug: request.tenant.slug).setting(browser))
    }

    private func page(
        _ proof: String, _ request: ConsoleRequest, next: String, problem: String? = nil,
        status: HTTPResponse.Status = .ok
    ) -> ConsoleAnswer {
        .page(
            "code", title: request.words["code.title"],
            [
                "proof": .string(proof), "next": .string(next), "problem": problem.map { .string($0) } ?? .null,
                "problemField": "code",
            ], status: status, isError: problem != nil)
    }

    /// The user whose password was right a moment ago and whose code is; else the page again, or the first step.
    func answered(_ request: ConsoleRequest, next: String) async throws -> Result<UserID, Refusal> {
        let beginning = Refusal(answer: .redirect("login"))
        guard let proof = PlainToken(text: request.form["proof"] ?? "", for: .signInStep), let browser = request.step
        else { return .failure(beginning) }
        let step = SignInStep(digest: TokenDigest(of: proof.text), browser: TokenDigest(of: browser.text))
        let (steps, tenant) = (parts.security.steps, request.tenant.id)
        guard let user = try await steps.user(of: step, in: tenant) else { return .failure(beginning) }
        do throws(DomainError) {
            let code = request.form["code"] ?? ""
            let isGood = try await isGood(code, of: user, request) { () throws(DomainError) in
                try await steps.countCode(of: step, in: tenant)
            }
            if isGood { return try await steps.finish(step, in: tenant) ? .success(user) : .failure(beginning) }
        } catch {
            guard case .throttled(let seconds) = error else { throw error }
            return .failure(
                Refusal(
                    answer: page(
                        proof.text, request, next: next,
                        problem: request.words.counted("signIn.wait", (seconds + 59) / 60), status: .tooManyRequests)))
        }
        parts.security.record(.wrongCode, .user(user), request, "code")
        return .failure(
            Refusal(
                answer: page(
                    proof.text, request, next: next, problem: request.words["code.wrong"],
                    status: .unprocessableContent)))
    }

    struct Refusal: Error { let answer: ConsoleAnswer }

    /// Whether it is the telephone's code or one of the recovery codes, neither used before. The attempt is counted
    /// before the code is evaluated; the person is told of too many wrong ones.
    ///
    /// - Parameter mayEvaluate: asked after the attempt was counted; false leaves the code unevaluated.
    func isGood(
        _ code: String, of user: UserID, _ request: ConsoleRequest,
        mayEvaluate: () async throws(DomainError) -> Bool = { () throws(DomainError) in true }
    ) async throws(DomainError) -> Bool {
        let tenant = request.tenant.id
        let reservation = try await parts.security.attempts.reserve(
            .code, for: "\(user)", from: request.address, in: tenant)
        guard try await mayEvaluate() else { return false }
        if try await isUsed(code, of: user, request) {
            try await parts.security.attempts.succeed(reservation)
            return true
        }
        if reservation.isLastFree {
            try await parts.mails.add(
                .codesGuessed, to: user, in: TenantScope(tenant: tenant, admission: .signIn))
            parts.courier?.wake(tenant)
        }
        return false
    }

    private func isUsed(_ code: String, of user: UserID, _ request: ConsoleRequest) async throws(DomainError) -> Bool {
        let tenant = request.tenant.id
        guard let factor = try await parts.secondFactors.secondFactor(of: user, in: tenant), factor.isConfirmed else {
            return false
        }
        if let step = password(factor, of: user, request)?.step(of: code, at: request.now.seconds) {
            return try await parts.secondFactors.use(step: step, of: user, in: tenant)
        }
        guard let recovery = RecoveryCode(typed: code) else { return false }
        return try await parts.secondFactors.use(
            recoveryCode: TokenDigest(of: recovery.text), of: user, in: tenant)
    }

    private func password(_ factor: SecondFactor, of user: UserID, _ request: ConsoleRequest) -> OneTimePassword? {
        parts.sealer.open(factor.sealedSecret, for: Self.secretContext(user, request)).map(OneTimePassword.init)
    }

    private static func secretContext(_ user: UserID, _ request: ConsoleRequest) -> String {
        SecondFactorSecret.context(user, of: request.tenant.id)
    }

    // MARK: Setting up

    func setUp(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let factor = try await parts.secondFactors.secondFactor(of: user.user, in: user.tenant)
        if factor?.isConfirmed == true { return .redirect("manage/account") }
        guard let factor, let password = password(factor, of: user.user, request) else {
            let secret = Array(parts.environment.secretBytes().prefix(OneTimePassword.secretBytes))
            try await parts.secondFactors.begin(
                parts.sealer.seal(secret, for: Self.secretContext(user.user, request)), of: user.user, in: user.tenant)
            return setUpPage(OneTimePassword(secret: secret), request, user)
        }
        // Loading the page again shows the same secret, which may have been scanned.
        if request.method == .get { return setUpPage(password, request, user) }
        guard let step = password.step(of: request.form["code"] ?? "", at: request.now.seconds) else {
            return setUpPage(password, request, user, problem: request.words["code.wrongAtSetUp"])
        }
        let codes = (0..<Self.recoveryCodes).map { _ in RecoveryCode(parts.environment) }
        try await parts.secondFactors.confirm(
            of: user.user, step: step, recoveryCodes: codes.map { TokenDigest(of: $0.text) },
            keeping: user.session.id, change: change(.setSecondFactor, of: user.user, request, user), in: user.tenant)
        parts.security.record(.secondFactorChanged, .user(user.user), request, "set-up")
        return recoveryPage(codes, request)
    }

    private func setUpPage(
        _ password: OneTimePassword, _ request: ConsoleRequest, _ user: SignedInUser, problem: String? = nil
    ) -> ConsoleAnswer {
        let name = "\(PercentEncoding.encode(request.tenant.name)):\(PercentEncoding.encode(user.userName))"
        let issuer = PercentEncoding.encode(request.tenant.name)
        let code = QRCode(
            "otpauth://totp/\(name)?secret=\(password.base32)&issuer=\(issuer)&digits=\(OneTimePassword.digits)"
                + "&period=\(OneTimePassword.period)")
        return .page(
            "second-factor", title: request.words["code.setUp"],
            [
                "secret": .string(password.text), "path": code.map { .string($0.path) } ?? .null,
                "width": code.map { .integer(Int64($0.width)) } ?? .null,
                "problem": problem.map { .string($0) } ?? .null, "problemField": "code",
            ], status: problem == nil ? .ok : .unprocessableContent, isError: problem != nil)
    }

    private func recoveryPage(_ codes: [RecoveryCode], _ request: ConsoleRequest) -> ConsoleAnswer {
        .page(
            "recovery-codes", title: request.words["code.recovery"],
            ["codes": .array(codes.map { .string($0.text) })])
    }

    func renewRecoveryCodes(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        guard try await parts.secondFactors.secondFactor(of: user.user, in: user.tenant)?.isConfirmed == true else {
            return .redirect("manage/account")
        }
        let codes = (0..<Self.recoveryCodes).map { _ in RecoveryCode(parts.environment) }
        try await parts.secondFactors.replace(
            recoveryCodes: codes.map { TokenDigest(of: $0.text) }, of: user.user, keeping: user.session.id,
            change: change(.renewRecoveryCodes, of: user.user, request, user), in: user.tenant)
        parts.security.record(.secondFactorChanged, .user(user.user), request, "recovery-codes")
        return recoveryPage(codes, request)
    }

    // MARK: Taking away

    func removeOwn(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        try await remove(
            of: user.user, request, user, in: TenantScope(tenant: user.tenant, admission: .signIn))
        return .redirect("manage/account?done=codeRemoved")
    }

    /// For somebody who has lost the telephone and the recovery codes.
    func remove(of id: UserID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        guard try await user.mayManage(id, parts) else {
            return .message(request.words, "user.onlyOwners", status: .forbidden)
        }
        _ = try await parts.users.user(id, in: user.scope(.manageUsers))
        try await remove(of: id, request, user, in: user.scope(.manageUsers))
        return .redirect("manage/users/\(id)?done=codeRemoved")
    }

    private func remove(
        of id: UserID, _ request: ConsoleRequest, _ user: SignedInUser, in scope: TenantScope
    ) async throws(DomainError) {
        do throws(DomainError) {
            try await parts.secondFactors.remove(
                of: id, keeping: user.session.id, change: change(.removeSecondFactor, of: id, request, user),
                in: scope)
            parts.security.record(.secondFactorChanged, .user(id), request, "removed")
        } catch {
            // It is gone already, as was wished.
            guard case .notFound = error else { throw error }
        }
    }

    private func change(
        _ action: Change.Action, of id: UserID, _ request: ConsoleRequest, _ user: SignedInUser
    ) -> Change {
        Change(
            id: ChangeID(rawValue: parts.environment.identifiers.next()), action: action, subject: .user(id),
            difference: Difference(), origin: request.origin(user))
    }
}

/// A code for who has lost the telephone: letters and digits that are not mistaken for each other, 80 random bits, so
/// that its digest can be kept like that of any secret.
private struct RecoveryCode {
    let text: String

    private static let alphabet = Array("abcdefghjkmnpqrstuvwxyz023456789")
    private static let length = 16

    init(_ environment: Edge.Environment) {
        let bytes = environment.secretBytes().prefix(Self.length)
        text = Self.grouped(bytes.map { Self.alphabet[Int($0 & 31)] })
    }

    /// As people type it; nil when it cannot be one.
    init?(typed: String) {
        let letters = typed.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        guard letters.count == Self.length else { return nil }
        text = Self.grouped(Array(letters))
    }

    private static func grouped(_ letters: [Character]) -> String {
        stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<$0 + 4]) }.joined(separator: "-")
    }
}

/// Secrets of authenticator apps, as they are kept sealed.
package enum SecondFactorSecret {
    /// The context for which the secret of a user is sealed.
    package static func context(_ user: UserID, of tenant: TenantID) -> String {
        "second factor secret \(tenant) \(user)"
    }
}
