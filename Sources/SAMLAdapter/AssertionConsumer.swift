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
            let admission = AssertionAdmission(
                call: call, request: request, assertion: assertion, relayState: form?["RelayState"])
            switch try await admission.verdict(trace) {
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
        if request?.purpose == .trial { return call.redirect(to: call.path(of: trace)) }
        return parts.page(.refused(trace: trace.id.description), call.tenant, call.request)
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
}
