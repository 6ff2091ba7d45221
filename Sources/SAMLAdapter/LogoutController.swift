import Domain
import Edge
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import SAML

/// `GET` and `POST /saml/{connection}/slo`: logging out, begun by the provider or by us (SAML 2.0 Profiles §4.4).
///
/// Here a session ends first and whatever else happens: what the other side does of it is its own affair.
struct LogoutController {
    let call: SAMLCall

    private var parts: SAMLParts { call.parts }

    func respond() async throws -> Response {
        _ = try call.provider()
        if call.request.method == .post {
            let body = try await call.request.body.collect(upTo: .max)
            let form = Form(body.readableBytesView) ?? .empty
            switch (form["SAMLRequest"], form["SAMLResponse"]) {
            case (let message?, nil):
                return try await answer(relayState: form["RelayState"]) { expectation throws(VerifiedLogout.Refusal) in
                    try VerifiedLogout(post: message, .request, expectation: expectation)
                }
            case (nil, let message?):
                return try await answer(relayState: nil) { expectation throws(VerifiedLogout.Refusal) in
                    try VerifiedLogout(post: message, .response, expectation: expectation)
                }
            default: throw DomainError.invalid(field: "SAMLRequest", reason: "is missing")
            }
        }
        let query = call.request.uri.query ?? ""
        let form = Form(query.utf8)
        if form == nil || form?["SAMLRequest"] != nil || form?["SAMLResponse"] != nil {
            return try await answer(relayState: form?["RelayState"]) { expectation throws(VerifiedLogout.Refusal) in
                try VerifiedLogout(redirect: query, expectation: expectation)
            }
        }
        return try await begin(form?["ticket"])
    }

    // MARK: Begun by the provider

    private func answer(
        relayState: String?, _ verify: (Expectation) throws(VerifiedLogout.Refusal) -> VerifiedLogout
    ) async throws -> Response {
        let keys = try await call.keys()
        let expectation = try call.expectation(at: .slo, keys, .init(pending: [], mayBeNone: false))
        let message: VerifiedLogout
        do throws(VerifiedLogout.Refusal) { message = try verify(expectation) } catch {
            refused(error.found ?? "")
            throw DomainError.invalid(field: "message", reason: "is not one that is taken")
        }
        switch message {
        case .request(let request):
            do throws(DomainError) {
                let ended = try await parts.connections.endSessions(
                    SAMLLogout(
                        digest: TokenDigest(of: request.id), end: Timestamp(request.end(expectation.tolerance)),
                        nameID: request.subject.value, indexes: request.sessionIndexes), with: call.connection.id)
                for user in ended { call.record(.signedOut, .user(user), "provider") }
            } catch {
                if case .conflict = error { refused("used before") }
                throw error
            }
            return try reply(to: request, relayState: relayState, keys)
        case .response(let response):
            // The session here ended before the provider was asked.
            return call.redirect(to: "login?done=\(response.isSuccess ? "signedOutThere" : "signedOutHere")")
        }
    }

    private func refused(_ found: String) {
        parts.logger.notice(
            "logout message refused",
            metadata: [
                "tenant": "\(call.tenant.id)", "connection": "\(call.connection.id.plugin)", "found": "\(found)",
                "request_id": "\(call.context.requestID)",
            ])
    }

    private func reply(
        to request: LogoutRequest, relayState: String?, _ keys: ConnectionKeys
    ) throws -> Response {
        let provider = try call.provider()
        guard let url = provider.singleLogoutResponseURL ?? provider.singleLogoutURL,
            let binding = provider.singleLogoutBinding
        else { return call.redirect(to: "login?done=signedOut") }
        let response = LogoutResponse(
            id: call.messageID(), issueInstant: call.now.date, issuer: call.addresses.entityID, destination: url,
            inResponseTo: request.id, isSuccess: true)
        // The relay state goes back unchanged, and is used for nothing else.
        return try call.send(
            .response, response.xml, to: url, by: binding, relayState: relayState, signedBy: try keys.signing)
    }

    // MARK: Begun by us

    /// - Parameter ticket: of a session that has ended; without one, the browser's own session ends now.
    private func begin(_ ticket: String?) async throws -> Response {
        let home = call.redirect(to: "login?done=signedOut", cookies: [call.cookie.clearing])
        var known: (name: ProviderName, index: String?)?
        if let ticket {
            guard
                let ticket = SAMLTicket(ticket, for: call.connection.id, sealer: parts.ticketSealer, now: call.now),
                ticket.purpose == .logout, let name = ticket.name
            else { throw DomainError.invalid(field: "ticket", reason: "is not one, or too old") }
            known = (name, ticket.sessionIndex)
        } else {
            // No page of somebody else's ends a session, nor one of another host of this domain.
            guard isOwnRequest else { throw DomainError.invalid(field: "Sec-Fetch-Site", reason: "another site asks") }
            known = try await endOwnSession()
        }
        guard let known, let provider = call.connection.provider, let url = provider.singleLogoutURL,
            let binding = provider.singleLogoutBinding
        else { return home }
        let keys = try await call.keys()
        let request = LogoutRequest(
            id: call.messageID(), issueInstant: call.now.date, issuer: call.addresses.entityID, destination: url,
            subject: NameID(known.name), sessionIndexes: known.index.map { [$0] } ?? [])
        return try call.send(
            .request, request.xml, to: url, by: binding, signedBy: try keys.signing, cookies: [call.cookie.clearing])
    }

    /// A page of this host leads here, or the person by themselves. Browsers without Fetch Metadata may name the page.
    private var isOwnRequest: Bool {
        let headers = call.request.headers
        if let site = headers[.init("Sec-Fetch-Site")!] { return site == "same-origin" || site == "none" }
        guard let host = call.request.head.authority, let page = headers[.referer] else { return true }
        return page.hasPrefix("https://\(host)/") || page.hasPrefix("http://\(host)/")
    }

    /// The provider's name and index of the session that ended; nil if the provider did not vouch for it.
    private func endOwnSession() async throws(DomainError) -> (name: ProviderName, index: String?)? {
        guard let token = call.cookie.token(in: call.request.headers) else { return nil }
        let digest = TokenDigest(of: token.text)
        guard let found = try await parts.connections.endSession(digest, in: call.tenant.id),
            found.plugin == call.connection.id.plugin
        else { return nil }
        call.record(.signedOut, .plugin(found.plugin), "single-logout")
        return (found.name, found.index)
    }
}

extension ProviderName {
    init(_ name: NameID) {
        self.init(
            name.value, format: name.format, qualifier: name.nameQualifier, spQualifier: name.spNameQualifier)
    }
}

extension NameID {
    init(_ name: ProviderName) {
        self.init(
            value: name.value, format: name.format, nameQualifier: name.qualifier, spNameQualifier: name.spQualifier)
    }
}
