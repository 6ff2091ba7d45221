import Domain
import Edge
import HTTPTypes
import StrictJSON

/// Signing in, and setting a password by a link.
struct SignInController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    func signIn(_ request: ConsoleRequest) async throws -> ConsoleAnswer {
        let next = ConsolePath.checked(request.query["next"] ?? request.form["next"])
        if request.method == .get {
            return request.user == nil ? try await page(request, next: next) : .redirect(next)
        }
        let name = request.form.text("name") ?? ""
        let password = request.form["password"] ?? ""
        let holder = try await parts.signIn.passwordHolder(name, in: request.tenant.id)
        let reservation: AttemptGuard.Reservation
        do throws(DomainError) {
            // One counter for an account, whichever of its names is typed.
            reservation = try await parts.security.attempts.reserve(
                .password, for: holder.map { "\($0.user)" } ?? name, from: request.address, in: request.tenant.id)
        } catch {
            guard case .throttled(let seconds) = error else { throw error }
            return try await page(
                request, next: next, name: name, status: .tooManyRequests,
                problem: request.words.counted("signIn.wait", (seconds + 59) / 60))
        }
        guard let user = try await user(name, holder, password, request) else {
            // It is asked for every name, so that the time of the answer does not tell who has a password.
            let named = try await parts.subject(named: name, request)
            parts.security.record(.wrongPassword, holder.map { .user($0.user) } ?? named, request, "password")
            return try await page(
                request, next: next, name: name, status: .unprocessableContent, problem: request.words["signIn.wrong"])
        }
        try await parts.security.attempts.succeed(reservation)
        if let question = try await SecondFactorController(parts).question(user, request, next: next) {
            return question
        }
        return try await begin(user, "password", request, then: next)
    }

    /// The second step, for who has set up codes of a telephone.
    func code(_ request: ConsoleRequest) async throws -> ConsoleAnswer {
        let next = ConsolePath.checked(request.form["next"])
        switch try await SecondFactorController(parts).answered(request, next: next) {
        case .success(let user): return try await begin(user, "code", request, then: next)
        case .failure(let refusal): return refusal.answer
        }
    }

    /// Nil for a wrong name and for a wrong password, after the same work.
    private func user(
        _ name: String, _ holder: PasswordHolder?, _ password: String, _ request: ConsoleRequest
    ) async throws -> UserID? {
        guard password.utf8.count <= PasswordRule.maximumBytes else { return nil }
        let client = request.hashing(holder.map { "\($0.user)" } ?? name)
        guard try await parts.hasher.matches(password, holder?.hash, for: client), let user = holder?.user else {
            return nil
        }
        return try await parts.takesPassword(of: user, request.tenant) ? user : nil
    }

    /// - Parameter proof: by which the user has shown who they are, for the security log.
    private func begin(
        _ user: UserID, _ proof: String, _ request: ConsoleRequest, then next: String
    ) async throws -> ConsoleAnswer {
        // Whatever the browser had before is over: a session that somebody else planted is worth nothing.
        if let old = request.user {
            try await parts.signIn.end(old.session.id, of: old.user, in: request.tenant.id)
        }
        let secret = parts.environment.secret(for: .session)
        let session = Session(
            id: SessionID(rawValue: parts.environment.identifiers.next()), user: user, createdAt: request.now,
            lastSeenAt: request.now, authenticatedAt: request.now, address: request.address,
            userAgent: request.userAgent)
        try await parts.signIn.begin(session, digest: TokenDigest(of: secret.text), in: request.tenant.id)
        parts.security.record(.signedIn, .user(user), request, proof)
        parts.courier?.wake(request.tenant.id)
        return .session(setCookie: request.cookie.setting(secret), then: next)
    }

    private func page(
        _ request: ConsoleRequest, next: String, name: String = "", status: HTTPResponse.Status = .ok,
        problem: String? = nil
    ) async throws -> ConsoleAnswer {
        let company = CompanySignIn(parts)
        let connections = request.tenant.signInMethod == .password ? [] : try await company.connections(request)
        let hasPassword =
            request.tenant.signInMethod != .saml || connections.isEmpty || request.method == .post
            || request.query["password"] != nil
        let problem = problem ?? companyProblem(request)
        return .page(
            "login", title: request.words["signIn.title"],
            [
                "signOutThere": signOutThere(request),
                "companies": company.buttons(connections, next: next, request),
                "hasCompanies": .bool(!connections.isEmpty), "hasSeveral": .bool(connections.count > 1),
                "hasPassword": .bool(hasPassword), "isOwnersOnly": .bool(request.tenant.signInMethod == .saml),
                "byPassword": .string("\(request.base)/login?password&next=\(PercentEncoding.encode(next))"),
                "next": .string(next), "name": .string(name), "problem": problem.map { .string($0) } ?? .null,
                "problemField": "password",
                "mayAsk": .bool(parts.courier != nil),
            ], status: status, isError: problem != nil)
    }

    /// Why an address led to no company.
    private func companyProblem(_ request: ConsoleRequest) -> String? {
        switch request.query["company"] {
        case "unknown": request.words["signIn.noCompany"]
        case "several": request.words["signIn.severalCompanies"]
        default: nil
        }
    }

    /// The link to end the session at the company as well, which has just ended here.
    private func signOutThere(_ request: ConsoleRequest) -> JSON {
        guard let connection = request.query["at"].flatMap({ SAMLConnectionID($0) }),
            connection.tenant == request.tenant.id, let ticket = request.query["ticket"],
            SAMLTicket(ticket, for: connection, sealer: parts.ticketSealer, now: request.now)?.purpose == .logout
        else { return .null }
        return .string("/saml/\(connection)/slo?ticket=\(ticket)")
    }

    // MARK: Links

    func passwordLink(_ text: String, _ request: ConsoleRequest) async throws -> ConsoleAnswer {
        guard let token = PlainToken(text: text, for: .passwordLink) else { return gone(request) }
        let digest = TokenDigest(of: token.text)
        guard let holder = try await parts.signIn.linkHolder(digest, in: request.tenant.id) else {
            return gone(request)
        }
        guard request.tenant.takesPassword(ofOwner: holder.isOwner) else {
            return .message(
                request.words, "password.company", status: .forbidden,
                link: ("\(request.base)/login", request.words["signIn.title"]))
        }
        if request.method == .get { return passwordPage(holder, request) }
        let password = request.form["password"] ?? ""
        if let problem = PasswordRule.problem(with: password, names: [holder.userName, request.tenant.name]) {
            return passwordPage(holder, request, problem: request.words["password.\(problem.rawValue)"])
        }
        if password != request.form["again"] {
            return passwordPage(holder, request, problem: request.words["password.different"])
        }
        let change = Change(
            id: ChangeID(rawValue: parts.environment.identifiers.next()), action: .setPassword,
            subject: .user(holder.user), difference: Difference(),
            origin: ChangeOrigin(actor: .admin(holder.user), requestID: request.requestID))
        let hash = try await parts.hasher.hash(password, for: request.hashing("\(holder.user)"))
        guard try await parts.signIn.setPassword(hash, byLink: digest, change: change, in: request.tenant.id) else {
            return gone(request)
        }
        try await parts.passwordChanged(holder.user, "link", request)
        return .redirect(Self.afterPassword(of: request.tenant))
    }

    /// The page on which a person signs in with the password that they have just set.
    static func afterPassword(of tenant: Tenant) -> String {
        "login?\(tenant.signInMethod == .saml ? "password&" : "")done=password"
    }

    private func passwordPage(
        _ holder: PasswordLinkHolder, _ request: ConsoleRequest, problem: String? = nil
    ) -> ConsoleAnswer {
        .page(
            "password", title: request.words["password.title"],
            [
                "name": .string(holder.userName), "problem": problem.map { .string($0) } ?? .null,
                "problemField": "password",
                "minimum": .integer(Int64(PasswordRule.minimumLength)),
            ], status: problem == nil ? .ok : .unprocessableContent, isError: problem != nil)
    }

    private func gone(_ request: ConsoleRequest) -> ConsoleAnswer {
        .message(
            request.words, "password.gone", status: .gone,
            link: ("\(request.base)/login", request.words["signIn.title"]))
    }
}
