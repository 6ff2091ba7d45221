import Domain
import Edge
import HTTPTypes
import Hummingbird
import SAML
import StrictJSON

/// Lets the person in whom an answer that met every rule of the protocol speaks of, or says why not.
struct AssertionAdmission {
    let call: SAMLCall
    /// Nil when the provider began.
    let request: SAMLRequest?
    let assertion: VerifiedAssertion
    let relayState: String?

    private var parts: SAMLParts { call.parts }

    /// Why a person is refused, beside the rules of the protocol and of `SAMLAdmission`.
    fileprivate enum Obstacle: String {
        case request = "request-used"
        case assertion = "assertion-used"
        /// The tenant's people sign in by password only; whoever sets the connection up may go on trying it.
        case method = "method-off"
        case otherUser = "other-user"
        case passingName = "passing-name"
        case suspended = "suspended-user"
    }

    /// The outcome of an answer that met every rule.
    enum Verdict {
        case refused(rule: String, user: UserID?)
        case accepted(Response)
    }

    private static let attempts = 5

    /// - Parameter trace: of the sign-in, without its user.
    func verdict(_ trace: SAMLSignIn) async throws -> Verdict {
        if call.tenant.signInMethod == .password, trace.purpose == .signIn { return .refused(.method) }
        let person = ClaimedPerson(assertion, names: call.connection.settings.claims)
        for _ in 0..<Self.attempts {
            switch try await holder(of: person) {
            case .failure(let refusal):
                guard let tester = tester(refusal) else { return .refused(rule: refusal.rule, user: refusal.user) }
                let known = SAMLAccount.Holder.known(tester, isOurs: false, isAddressProved: false)
                var trace = trace
                trace.report[SAMLSignIn.needsLink] = true
                if let verdict = try await complete(person, known, trace) { return verdict }
            case .success(let holder):
                if let verdict = try await complete(person, holder, trace) { return verdict }
            }
        }
        throw DomainError.unavailable(retryAfter: 1)
    }

    /// The person who tries the connection, if nothing but a link of their own is missing: nobody else has to sign in for
    /// a test that works for whoever sets the connection up.
    private func tester(_ refusal: SAMLAccount.Refusal) -> UserID? {
        guard let request, request.purpose == .trial, refusal.isOnlyUser, refusal.user == request.user,
            refusal.rule == SAMLAdmission.Refusal.privilegedUser.rawValue
        else { return nil }
        return request.user
    }

    private func holder(of person: ClaimedPerson) async throws -> Result<SAMLAccount.Holder, SAMLAccount.Refusal> {
        guard request?.purpose == .link, let user = request?.user else {
            return try await SAMLAccount(call).holder(of: person)
        }
        if !person.isNameIDLasting {
            return .failure(SAMLAccount.Refusal(rule: Obstacle.passingName.rawValue))
        }
        if person.lastingNameID == nil {
            return .failure(SAMLAccount.Refusal(rule: SAMLAdmission.Refusal.unstableName.rawValue))
        }
        return .success(.known(user, isOurs: false, isAddressProved: false))
    }

    /// Nil when another user was made meanwhile, so that the person has to be looked for again.
    private func complete(
        _ person: ClaimedPerson, _ holder: SAMLAccount.Holder, _ trace: SAMLSignIn
    ) async throws -> Verdict? {
        let secret = parts.environment.secret(for: .session)
        let completion = completion(person, holder, trace, secret)
        let user = completion.signIn.user
        if request?.purpose == .confirmation, user != request?.user { return .refused(.otherUser, user: user) }
        do throws(DomainError) {
            try await parts.connections.complete(completion, in: call.tenant.id)
        } catch {
            switch error {
            case .conflict("request"): return .refused(.request, user: user)
            case .conflict("assertion"): return .refused(.assertion, user: user)
            case .conflict where completion.newUser != nil: return nil
            case .invalid where completion.newUser != nil:
                return .refused(rule: SAMLAccount.unusable.rule, user: nil)
            case .notFound: return .refused(completion.holder == nil ? .suspended : .otherUser, user: user)
            default: throw error
            }
        }
        if let session = completion.session { call.record(.signedIn, .user(session.session.user), "company") }
        if request?.purpose == .trial { return .accepted(call.redirect(to: call.path(of: trace))) }
        // An assertion that was used before says nothing about anybody.
        if case .known(let user, true, let isAddressProved) = holder, completion.session != nil {
            await SAMLAccount(call).update(user, person, isAddressProved: isAddressProved)
        }
        let setsSession = completion.session != nil || completion.confirmed != nil
        return .accepted(call.redirect(to: target, cookies: setsSession ? [call.cookie.setting(secret)] : []))
    }

    private var target: String {
        if request?.purpose == .link { return "manage/account?done=linked" }
        return request?.target ?? ConsolePath.checked(relayState)
    }

    // MARK: What follows

    private func completion(
        _ person: ClaimedPerson, _ holder: SAMLAccount.Holder, _ trace: SAMLSignIn, _ secret: PlainToken
    ) -> SAMLCompletion {
        var completion = SAMLCompletion(
            connection: call.connection.id, request: assertion.inResponseTo,
            browser: call.browser.map { TokenDigest(of: $0.text) }, assertionDigest: TokenDigest(of: assertion.id),
            assertionEnd: Timestamp(assertion.notOnOrAfter), signIn: trace)
        switch holder {
        case .known(let user, _, _): completion.signIn.user = user
        case .new(let user):
            // A trial changes nothing, and a proof is about a user who is there.
            if request?.purpose ?? .signIn == .signIn {
                completion.newUser = user
                completion.signIn.user = user.id
            }
        }
        switch request?.purpose {
        case .trial: break
        case .link:
            completion.holder = request?.session
            link(person, &completion)
        case .confirmation:
            completion.holder = request?.session
            completion.confirmed = request?.session.map { ($0, TokenDigest(of: secret.text)) }
        case .signIn, .logout, nil:
            link(person, &completion)
            if let user = completion.signIn.user { begin(user, secret, &completion) }
        }
        return completion
    }

    private func link(_ person: ClaimedPerson, _ completion: inout SAMLCompletion) {
        guard let user = completion.signIn.user, let name = person.lastingNameID else { return }
        completion.lastingNameID = name
        var difference = Difference()
        difference.set(SAMLIdentity.field, from: .null, to: .string(name))
        completion.linkChange = Change(
            id: ChangeID(rawValue: parts.environment.identifiers.next()), action: .update, subject: .user(user),
            difference: difference,
            origin: ChangeOrigin(
                actor: .signIn(call.connection.id.plugin), requestID: call.context.requestID))
    }

    private func begin(_ user: UserID, _ secret: PlainToken, _ completion: inout SAMLCompletion) {
        let session = Session(
            id: SessionID(rawValue: parts.environment.identifiers.next()), user: user, createdAt: call.now,
            lastSeenAt: call.now, authenticatedAt: call.now, address: call.context.clientAddress,
            userAgent: String((call.request.headers[.userAgent] ?? "").prefix(300)))
        var provider = ProviderSession(
            plugin: call.connection.id.plugin, name: ProviderName(assertion.subject), index: assertion.sessionIndex,
            endsAt: assertion.sessionNotOnOrAfter.map { Timestamp($0) })
        // A provider that knew somebody since the morning proves nothing about who sits there now.
        provider.authenticatedAt = Timestamp(assertion.authenticatedAt)
        completion.session = SAMLCompletion.NewSession(
            session: session, digest: TokenDigest(of: secret.text), provider: provider,
            former: call.cookie.token(in: call.request.headers).map { TokenDigest(of: $0.text) },
            formerSession: request?.session)
    }
}

extension AssertionAdmission.Verdict {
    fileprivate static func refused(_ obstacle: AssertionAdmission.Obstacle, user: UserID? = nil) -> Self {
        .refused(rule: obstacle.rawValue, user: user)
    }
}
