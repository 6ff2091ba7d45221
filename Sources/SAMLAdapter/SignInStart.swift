import Domain
import Edge
import HTTPTypes
import Hummingbird
import SAML

/// `GET /saml/{connection}/login`: asks the provider who is there (SAML 2.0 Profiles §4.1.3).
struct SignInStart {
    let call: SAMLCall

    func respond() async throws -> Response {
        let provider = try call.provider()
        if call.connection.isPaused { throw DomainError.paused(retryAfter: 60) }
        let network = ClientNetwork.name(of: call.context.clientAddress)
        try call.parts.beginnings.count(network, now: call.now)
        let query = Form((call.request.uri.query ?? "").utf8) ?? .empty
        var request = SAMLRequest(
            id: call.messageID(), plugin: call.connection.id.plugin, purpose: .signIn,
            target: target(query["next"]), createdAt: call.now)
        let user = try await call.signedInUser()
        request.session = user?.session.id
        if let text = query["ticket"] {
            guard
                let ticket = SAMLTicket(text, for: call.connection.id, sealer: call.parts.ticketSealer, now: call.now),
                ticket.purpose != .logout,
                // Nobody is led to do in their own name what somebody else's page wants.
                ticket.session == user?.session.id, ticket.user == user?.user
            else { throw DomainError.invalid(field: "ticket", reason: "is not one, or too old") }
            request.purpose = ticket.purpose
            request.target = ticket.target
            request.user = ticket.user
        }
        if call.tenant.signInMethod == .password, request.purpose == .signIn { throw DomainError.notFound }
        var message = AuthnRequest(
            id: request.id, issueInstant: call.now.date, issuer: call.addresses.entityID,
            destination: provider.singleSignOnURL, assertionConsumerServiceURL: call.addresses[.acs])
        message.nameIDFormat = call.connection.settings.nameIDFormat
        message.forcesAuthentication = call.connection.settings.forcesAuthentication || request.purpose == .confirmation
        if request.purpose == .trial { request.message = message.xml }
        let browser = call.browser ?? call.parts.environment.secret(for: .browser)
        try await call.parts.connections.begin(
            request, browser: TokenDigest(of: browser.text), network: network, in: call.tenant.id)
        return try call.send(
            .request, message.xml, to: provider.singleSignOnURL, by: provider.singleSignOnBinding,
            relayState: request.id, signedBy: try await call.keys().signing, cookies: [BrowserSecret.setting(browser)])
    }

    /// A path of the console, with or without what the tenant's addresses begin with.
    private func target(_ text: String?) -> String {
        let base = call.parts.address.path(of: call.tenant.slug) + "/"
        return ConsolePath.checked(text.map { $0.hasPrefix(base) ? String($0.dropFirst(base.count)) : $0 })
    }
}
