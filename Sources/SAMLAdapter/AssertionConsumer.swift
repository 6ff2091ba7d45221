import Domain
import Edge
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import SAML
import StrictJSON

/// `POST /saml/{connection}/acs`: takes the provider's answer (SAML 2.0 Profiles §4.1.4).
///
/// Whatever is wrong with it, people are told the same; the trace tells the tenant's admins.
struct AssertionConsumer {
    let call: SAMLCall

    private var parts: SAMLParts { call.parts }
    private var tenant: TenantID { call.tenant.id }

    /// Why nobody comes in, beside the rules of the protocol.
    private enum Obstacle: String {
        case request = "request-used"
        case assertion = "assertion-used"
        /// The tenant's people sign in by password only; whoever sets the connection up may go on trying it.
        case method = "method-off"
        case attributes
        case otherUser = "other-user"
        case passingName = "passing-name"
        case suspended = "suspended-user"
    }

    /// What came of an answer that met every rule.
    private enum Verdict {
        case refused(rule: String, user: UserID?)
        case accepted(Response)
    }

    func respond() async throws -> Response {
        _ = try call.provider()
        if call.connection.isPaused { throw DomainError.paused(retryAfter: 60) }
        let body = try await call.request.body.collect(upTo: .max)
        let form = Form(body.readableBytesView)
        let pending = call.entry.pending.filter { $0.purpose != .logout }
        let verification = try await verify(form?["SAMLResponse"], pending)
        let request = pending.first { $0.id == verification.claimedRequest }
        var trace = SAMLSignIn(
            id: SAMLSignInID(rawValue: parts.environment.identifiers.next()), plugin: call.connection.id.plugin,
            at: call.now, purpose: request?.purpose ?? .signIn, failedRule: verification.failure?.rule.rawValue,
            user: nil, nameID: verification.claimedSubject?.value, address: call.context.clientAddress,
            report: SignInReport(verification, request: request).json)
        if let assertion = verification.assertion {
            switch try await admit(assertion, request, relayState: form?["RelayState"], &trace) {
            case .accepted(let response): return response
            case .refused(let rule, let user): (trace.failedRule, trace.user) = (rule, user)
            }
        }
        trace.report = SignInReport(verification, request: request, failedRule: trace.failedRule).json
        try await parts.connections.keep(trace, in: tenant)
        parts.logger.notice(
            "sign-in by provider refused",
            metadata: [
                "tenant": "\(tenant)", "connection": "\(call.connection.id.plugin)", "trace": "\(trace.id)",
                "rule": "\(trace.failedRule ?? "")", "request_id": "\(call.context.requestID)",
            ])
        if request?.purpose == .trial { return call.redirect(to: tracePath(trace)) }
        return parts.page(.refused(trace: trace.id.description), call.tenant, call.request)
    }

    private func tracePath(_ trace: SAMLSignIn) -> String {
        "manage/integration/plugins/\(call.connection.id.plugin)/sign-ins/\(trace.id)"
    }

    private func verify(_ message: String?, _ pending: [SAMLRequest]) async throws -> ResponseVerification {
        var expectation = try call.expectation(
            at: .acs, try await call.keys(),
            Expectation.Requests(
                pending: Set(pending.map(\.id)), mayBeNone: call.connection.settings.takesUnsolicited))
        // Who was asked to sign in anew has done so since.
        let anew = pending.filter { call.connection.settings.forcesAuthentication || $0.purpose == .confirmation }
        expectation.mustBeAuthenticatedAfter = Dictionary(uniqueKeysWithValues: anew.map { ($0.id, $0.createdAt.date) })
        return ResponseVerification(message, expectation: expectation)
    }

    // MARK: Who comes in

    private func admit(
        _ assertion: VerifiedAssertion, _ request: SAMLRequest?, relayState: String?, _ trace: inout SAMLSignIn
    ) async throws -> Verdict {
        if call.tenant.signInMethod == .password, trace.purpose == .signIn {
            return .refused(rule: Obstacle.method.rawValue, user: nil)
        }
        let person = ClaimedPerson(assertion, names: call.connection.settings.claims)
        let target: String
        var (isOurs, isAddressProved) = (false, false)
        switch request?.purpose {
        case .link:
            guard person.isNameIDLasting else { return .refused(rule: Obstacle.passingName.rawValue, user: nil) }
            guard person.lastingNameID != nil else {
                return .refused(rule: SAMLAdmission.Refusal.unstableName.rawValue, user: nil)
            }
            trace.user = request?.user
            target = "manage/account?done=linked"
        case .signIn, .trial, .confirmation, .logout, nil:
            let isSignIn = request?.purpose ?? .signIn == .signIn
            switch try await SAMLAccount(call).user(for: person, mayCreate: isSignIn) {
            case .success(let found):
                (trace.user, isOurs, isAddressProved) = (found.user, found.isOurs, found.isAddressProved)
            case .failure(let refusal): return .refused(rule: refusal.rule, user: refusal.user)
            }
            target = request?.target ?? ConsolePath.checked(relayState)
        }
        if request?.purpose == .confirmation, trace.user != request?.user {
            return .refused(rule: Obstacle.otherUser.rawValue, user: trace.user)
        }
        var completion = SAMLCompletion(
            connection: call.connection.id, request: assertion.inResponseTo,
            browser: call.browser.map { TokenDigest(of: $0.text) }, assertionDigest: TokenDigest(of: assertion.id),
            assertionEnd: Timestamp(assertion.notOnOrAfter),
            signIn: trace)
        let secret = parts.environment.secret(for: .session)
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
            if let user = trace.user { begin(user, assertion, secret, former: request?.session, &completion) }
        }
        do throws(DomainError) {
            try await parts.connections.complete(completion, in: tenant)
        } catch {
            switch error {
            case .conflict(let key):
                let obstacle: Obstacle = key == "request" ? .request : .assertion
                return .refused(rule: obstacle.rawValue, user: trace.user)
            case .notFound:
                let obstacle: Obstacle = completion.holder == nil ? .suspended : .otherUser
                return .refused(rule: obstacle.rawValue, user: trace.user)
            default: throw error
            }
        }
        if request?.purpose == .trial { return .accepted(call.redirect(to: tracePath(trace))) }
        // An assertion that was used before says nothing about anybody.
        if isOurs, completion.session != nil, let user = trace.user {
            await SAMLAccount(call).update(user, person, isAddressProved: isAddressProved)
        }
        let setsSession = completion.session != nil || completion.confirmed != nil
        return .accepted(call.redirect(to: target, cookies: setsSession ? [call.cookie.setting(secret)] : []))
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

    private func begin(
        _ user: UserID, _ assertion: VerifiedAssertion, _ secret: PlainToken, former: SessionID?,
        _ completion: inout SAMLCompletion
    ) {
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
            formerSession: former)
    }
}
