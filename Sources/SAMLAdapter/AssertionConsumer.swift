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
        do throws(DomainError) {
            try parts.answers.count(
                SAMLParts.Sender(plugin: call.connection.id.plugin, network: network), now: call.now)
        } catch {
            call.record(.throttled, .plugin(call.connection.id.plugin), "saml")
            throw error
        }
        let body = try await call.request.body.collect(upTo: .max)
        let form = Form(body.readableBytesView)
        let pending = call.entry.pending.filter { $0.purpose != .logout }
        let verification = try await verify(form?["SAMLResponse"], pending)
        let request = pending.first { $0.id == verification.claimedRequest }
        var trace = SAMLSignIn(
            id: SAMLSignInID(rawValue: parts.environment.identifiers.next()), plugin: call.connection.id.plugin,
            at: call.now, purpose: request?.purpose ?? .signIn, failedRule: verification.failure?.rule.rawValue,
            user: nil, nameID: verification.claimedSubject?.value, address: call.context.clientAddress, report: [:])
        if let assertion = verification.assertion {
            trace.report = SignInReport(verification, request: request).json
            let admission = AssertionAdmission(
                call: call, request: request, assertion: assertion, relayState: form?["RelayState"])
            switch try await admission.verdict(trace) {
            case .accepted(let response): return response
            case .refused(let rule, let user): (trace.failedRule, trace.user) = (rule, user)
            }
        }
        return try await refused(trace, verification, request)
    }

    // MARK: Refusals

    private var network: String { ClientNetwork.name(of: call.context.clientAddress) }

    /// Refuses an answer. A person who tests a connection sees the trace at once. For everyone else it is written after
    /// the answer, so that the time of the answer does not reveal what was found.
    private func refused(
        _ trace: SAMLSignIn, _ verification: ResponseVerification, _ request: SAMLRequest?
    ) async throws -> Response {
        let subject = trace.user.map { SecurityEvent.Subject.user($0) } ?? .plugin(trace.plugin)
        call.record(.signInRefused, subject, trace.failedRule ?? "")
        if request?.purpose == .trial {
            await keep(trace, .trace, verification, request)
            return call.redirect(to: call.path(of: trace))
        }
        let key = RefusedSignIns.Key(
            plugin: trace.plugin, rule: trace.failedRule ?? "", network: network,
            nameID: verification.hasVerifiedSignature ? trace.nameID : nil)
        let (id, write) = parts.refusals.note(key, as: trace.id, now: call.now)
        var (trace, answer) = (trace, parts.page(.refused(trace: id.description), call.tenant, call.request))
        trace.id = id
        let (kept, page) = (trace, answer.body)
        answer.body = ResponseBody(contentLength: page.contentLength) { writer in
            try await page.write(writer)
            await keep(kept, write, verification, request)
        }
        return answer
    }

    private func keep(
        _ trace: SAMLSignIn, _ write: RefusedSignIns.Write, _ verification: ResponseVerification,
        _ request: SAMLRequest?
    ) async {
        var metadata: Logger.Metadata = [
            "tenant": "\(tenant)", "connection": "\(call.connection.id.plugin)", "trace": "\(trace.id)",
            "rule": "\(trace.failedRule ?? "")", "request_id": "\(call.context.requestID)",
        ]
        do throws(DomainError) {
            switch write {
            case .trace:
                var trace = trace
                trace.report = SignInReport(verification, request: request, failedRule: trace.failedRule).json
                try await parts.connections.keep(trace, in: tenant)
            case .repeats(let count): try await parts.connections.noteRepeats(count, of: trace.id, in: tenant)
            case .nothing: break
            }
        } catch {
            metadata["error"] = "\(error)"
        }
        parts.logger.notice("sign-in by provider refused", metadata: metadata)
    }

    private func verify(_ message: String?, _ pending: [SAMLRequest]) async throws -> ResponseVerification {
        var expectation = try call.expectation(
            at: .acs, try await call.keys(),
            Expectation.Requests(
                pending: Set(pending.map(\.id)), mayBeNone: call.connection.settings.takesUnsolicited))
        // A person who was asked to sign in again must have done so after the request.
        let anew = pending.filter { call.connection.settings.forcesAuthentication || $0.purpose == .confirmation }
        expectation.mustBeAuthenticatedAfter = Dictionary(uniqueKeysWithValues: anew.map { ($0.id, $0.createdAt.date) })
        return ResponseVerification(message, expectation: expectation)
    }
}
