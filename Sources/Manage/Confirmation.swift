import Domain
import Edge
import HTTPTypes
import StrictJSON

/// The proof of who one is that some steps ask for, when the last one is a while ago.
///
/// The form's fields are submitted together with the proof, so that the step is done by it. A person who proves their
/// identity by their company does so in another window, and continues in this one.
struct Confirmation {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    /// Fields of the proof itself, which no step is told of.
    private static let (password, code, elsewhere) = ("proof_password", "proof_code", "proof_elsewhere")
    static let fields: Set<String> = [password, code, elsewhere]

    static let path = "manage/account/confirmation"

    // MARK: Asking

    /// By itself: leads to the page that `next` names.
    func confirmation(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        guard request.method == .post, user.session.isFresh(at: request.now) else {
            let problem = request.method == .post ? request.words["account.wrong"] : nil
            return try await page(nil, request, user, problem: problem)
        }
        let next = ConsolePath.checked(request.query["next"])
        return .redirect("\(next)\(next.contains("?") ? "&" : "?")done=confirmed")
    }

    /// Before a step: with what was typed, or leading back to its form when that is nothing to carry about.
    func before(_ request: ConsoleRequest, _ user: SignedInUser, problem: String? = nil) async throws -> ConsoleAnswer {
        if request.route == .confirmation { return try await page(nil, request, user, problem: problem) }
        guard request.method == .post, let carried = CarriedFields(request.form, file: request.file) else {
            let again = request.method == .post ? "&again" : ""
            return .redirect("\(Self.path)?next=\(PercentEncoding.encode(request.route.page))\(again)")
        }
        return try await page(carried, request, user, problem: problem)
    }

    private func page(
        _ carried: CarriedFields?, _ request: ConsoleRequest, _ user: SignedInUser, problem: String? = nil
    ) async throws -> ConsoleAnswer {
        let provider = try await parts.saml.providerSession(of: user.session.id, in: user.tenant)
        let connection = try await CompanySignIn(parts).connections(request)
            .first { $0.id.plugin == provider?.plugin }
        let next = carried == nil ? ConsolePath.checked(request.query["next"]) : "manage/account"
        let company = connection.map { connection -> JSON in
            let ticket = SAMLTicket(.confirmation, with: connection.id, for: user, target: next, now: request.now)
            return [
                "href": .string("/saml/\(connection.id)/login?ticket=\(ticket.sealed(by: parts.ticketSealer))"),
                "text": .string(request.words["signIn.with", ["name": connection.name]]),
            ]
        }
        let described = carried?.described(request.words) ?? []
        let holder = try await parts.signIn.passwordHolder(user.user, in: user.tenant)
        let factor = try await parts.secondFactors.secondFactor(of: user.user, in: user.tenant)
        return .page(
            "confirmation", title: request.words["confirmation.title"],
            [
                "company": company ?? .null, "hasPassword": .bool(holder != nil || connection == nil),
                "problem": problem.map { .string($0) } ?? .null, "problemField": "password",
                "hasFactor": .bool(factor?.isConfirmed == true),
                "isAgain": .bool(request.query["again"] != nil),
                "action": .string("\(request.base)/\(request.place)"),
                "back": .string("\(request.base)/\(request.route.page)"),
                "isCarrying": .bool(carried != nil), "fields": carried?.json ?? .array([]),
                "isLarge": .bool(carried?.areLarge == true),
                "described": .array(described), "isDescribed": .bool(!described.isEmpty),
            ],
            status: problem == nil ? .ok : .unprocessableContent, isError: problem != nil)
    }

    // MARK: Proof

    enum Proof {
        /// The session has another secret: what was known of it before is worth nothing now.
        case given(PlainToken)
        case wrong(problem: String)
    }

    /// The proof that came along with a step; nil when none did.
    func proof(with request: ConsoleRequest, _ user: SignedInUser) async throws -> Proof? {
        if request.form[Self.password] != nil { return try await proof(request.form, request, user) }
        if request.form[Self.elsewhere] != nil { return .wrong(problem: request.words["confirmation.notYet"]) }
        return nil
    }

    private func proof(_ form: Form, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> Proof {
        guard try await isPassword(form[Self.password] ?? "", of: user, request) else {
            return .wrong(problem: request.words["account.wrong"])
        }
        let factor = try await parts.secondFactors.secondFactor(of: user.user, in: user.tenant)
        if factor?.isConfirmed == true,
            try await !SecondFactorController(parts).isGood(form[Self.code] ?? "", of: user.user, request)
        {
            parts.security.record(.wrongConfirmation, .user(user.user), request, "code")
            return .wrong(problem: request.words["code.wrong"])
        }
        let secret = parts.environment.secret(for: .session)
        _ = try await parts.signIn.renew(
            user.session.id, digest: TokenDigest(of: secret.text), isProven: true, in: user.tenant)
        return .given(secret)
    }

    /// Whether it is the user's password; trying is slowed down as at sign-in.
    func isPassword(_ password: String, of user: SignedInUser, _ request: ConsoleRequest) async throws -> Bool {
        let reservation = try await parts.security.attempts.reserve(
            .password, for: "\(user.user)", from: request.address, in: user.tenant)
        let holder = try await parts.signIn.passwordHolder(user.user, in: user.tenant)
        if password.utf8.count <= PasswordRule.maximumBytes,
            try await parts.hasher.matches(
                password, holder?.hash, for: request.hashing("\(user.user)"))
        {
            try await parts.security.attempts.succeed(reservation)
            return true
        }
        parts.security.record(.wrongConfirmation, .user(user.user), request, "password")
        return false
    }
}
