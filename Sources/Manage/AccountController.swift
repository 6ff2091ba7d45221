import Domain
import Edge
import HTTPTypes
import StrictJSON

/// One's own sessions, links and password.
struct AccountController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    func signOut(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let provider = try await parts.saml.providerSession(of: user.session.id, in: user.tenant)
        try await parts.signIn.end(user.session.id, of: user.user, in: user.tenant)
        parts.security.record(.signedOut, .user(user.user), request)
        let connections = try await CompanySignIn(parts).connections(request)
        guard let provider, let connection = connections.first(where: { $0.id.plugin == provider.plugin }),
            connection.provider?.singleLogoutURL != nil
        else { return .session(setCookie: request.cookie.clearing, then: "login?done=signedOut") }
        // Here it has ended. A form may not lead to somebody else's page, so a link does.
        var ticket = SAMLTicket(.logout, with: connection.id, for: user, target: "login", now: request.now)
        (ticket.name, ticket.sessionIndex) = (provider.name, provider.index)
        return .session(
            setCookie: request.cookie.clearing,
            then: "login?done=signedOut&at=\(connection.id)&ticket=\(ticket.sealed(by: parts.ticketSealer))")
    }

    func end(_ session: SessionID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        try await parts.signIn.end(session, of: user.user, in: user.tenant)
        parts.security.record(.sessionsEnded, .user(user.user), request, "one")
        return .redirect("manage/account?done=sessionEnded")
    }

    func endOthers(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        try await parts.signIn.endAll(of: user.user, except: user.session.id, in: user.tenant)
        parts.security.record(.sessionsEnded, .user(user.user), request, "others")
        return .redirect("manage/account?done=sessionEnded")
    }

    func account(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        if request.method == .post { return try await changePassword(request, user) }
        return try await page(request, user)
    }

    private func page(
        _ request: ConsoleRequest, _ user: SignedInUser, problem: String? = nil
    ) async throws -> ConsoleAnswer {
        let sessions = try await parts.signIn.sessions(of: user.user, in: user.tenant)
        let factor = try await parts.secondFactors.secondFactor(of: user.user, in: user.tenant)
        let isConfirmed = factor?.isConfirmed == true
        let hasPassword = try await parts.signIn.passwordHolder(user.user, in: user.tenant) != nil
        let isFresh = user.session.isFresh(at: request.now)
        return .page(
            "account", title: request.words["account.title"],
            [
                "userName": .string(user.userName), "problem": problem.map { .string($0) } ?? .null,
                "problemField": .string(hasPassword ? "password" : "new"),
                "minimum": .integer(Int64(PasswordRule.minimumLength)),
                "hasPassword": .bool(hasPassword), "takesPassword": .bool(takesPassword(of: user, request)),
                "isFresh": .bool(isFresh), "maySet": .bool(hasPassword || isFresh),
                "identities": try await identities(of: user), "companies": try await links(request, user),
                "hasFactor": .bool(isConfirmed),
                "codesLeft": .string(request.words.counted("code.left", factor?.recoveryCodesLeft ?? 0)),
                "hasOthers": .bool(sessions.count > 1),
                "sessions": .array(
                    sessions.map { session in
                        [
                            "id": .string(session.id.description), "seen": request.moment(session.lastSeenAt),
                            "begun": request.moment(session.createdAt), "address": .string(session.address),
                            "browser": .string(BrowserName(userAgent: session.userAgent).description),
                            "isThis": .bool(session.id == user.session.id),
                        ]
                    }),
            ], status: problem == nil ? .ok : .unprocessableContent, isError: problem != nil)
    }

    private func takesPassword(of user: SignedInUser, _ request: ConsoleRequest) -> Bool {
        request.tenant.takesPassword(ofOwner: user.roles.contains(.owner))
    }

    private func identities(of user: SignedInUser) async throws(DomainError) -> JSON {
        let scope = TenantScope(tenant: user.tenant, admission: .signIn)
        return .array(
            try await parts.saml.identities(of: user.user, in: scope).map {
                [
                    "name": .string($0.pluginName), "nameID": .string($0.nameID),
                    "plugin": .string($0.plugin.description),
                ]
            })
    }

    /// `POST manage/account/identities`: takes back a link of one's own, unless nobody would get in any more.
    func unlink(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let scope = TenantScope(tenant: user.tenant, admission: .signIn)
        let identities = try await parts.saml.identities(of: user.user, in: scope)
        guard
            let identity = identities.first(where: {
                $0.plugin.description == request.form["plugin"] && $0.nameID == request.form["name_id"]
            })
        else { throw DomainError.notFound }
        let takesPassword = takesPassword(of: user, request)
        let holder = try await parts.signIn.passwordHolder(user.user, in: user.tenant)
        if holder == nil || !takesPassword, identities.count == 1 {
            return .message(
                request.words, takesPassword ? "account.lastWay" : "account.lastLink", status: .conflict,
                link: ("\(request.base)/manage/account", request.words["account.title"]))
        }
        try await parts.saml.unlink(
            identity.nameID, of: identity.plugin, from: user.user,
            change: .unlinking(identity.nameID, from: user.user, request.origin(user), parts.environment.identifiers),
            in: scope)
        return .redirect("manage/account?done=unlinked")
    }

    /// By which the browser goes to a provider, and is known by it from then on. Who has not just proved who they are
    /// does that first.
    private func links(_ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> JSON {
        .array(
            try await CompanySignIn(parts).connections(request).map { connection in
                let ticket = SAMLTicket(
                    .link, with: connection.id, for: user, target: "manage/account", now: request.now)
                let isFresh = user.session.isFresh(at: request.now)
                return [
                    "href": .string(
                        isFresh
                            ? "/saml/\(connection.id)/login?ticket=\(ticket.sealed(by: parts.ticketSealer))"
                            : "\(request.base)/manage/account/confirmation?next=manage/account"),
                    "text": .string(request.words["account.linkWith", ["name": connection.name]]),
                ]
            })
    }

    private func changePassword(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        guard takesPassword(of: user, request) else { return try await page(request, user) }
        if try await parts.signIn.passwordHolder(user.user, in: user.tenant) == nil {
            // A user without a password proves their identity by their company.
            if !user.session.isFresh(at: request.now) {
                return try await Confirmation(parts).before(request, user)
            }
        } else if try await !Confirmation(parts).isPassword(request.form["password"] ?? "", of: user, request) {
            return try await page(request, user, problem: request.words["account.wrong"])
        }
        let password = request.form["new"] ?? ""
        if let problem = PasswordRule.problem(with: password, names: [user.userName, request.tenant.name]) {
            return try await page(request, user, problem: request.words["password.\(problem.rawValue)"])
        }
        if password != request.form["again"] {
            return try await page(request, user, problem: request.words["password.different"])
        }
        let change = Change(
            id: ChangeID(rawValue: parts.environment.identifiers.next()), action: .setPassword,
            subject: .user(user.user), difference: Difference(), origin: request.origin(user))
        try await parts.signIn.setPassword(
            try await parts.hasher.hash(password, for: request.hashing("\(user.user)")), of: user.user, change: change,
            in: TenantScope(tenant: user.tenant, admission: .signIn))
        try await parts.passwordChanged(user.user, "account", request)
        return .session(setCookie: request.cookie.clearing, then: SignInController.afterPassword(of: request.tenant))
    }
}
