import Domain
import Edge
import Foundation
import HTTPTypes
import Hummingbird
import SAML
import XMLSecurity

/// A request to an endpoint of a connection, with what was found for it.
struct SAMLCall: Sendable {
    let request: Request
    let context: EdgeContext
    let entry: SAMLEntry
    /// Nil when the browser has none of ours.
    let browser: PlainToken?
    let now: Timestamp
    let parts: SAMLParts

    var tenant: Tenant { entry.tenant }
    var connection: SAMLConnection { entry.connection }
    var addresses: SAMLAddresses { SAMLAddresses(connection.id, of: tenant.slug, at: parts.address) }
    var cookie: SessionCookie { SessionCookie(slug: tenant.slug) }

    /// The user who is signed in in this browser; nil if nobody is, or if the request comes from a form of another
    /// site.
    func signedInUser() async throws(DomainError) -> SignedInUser? {
        guard let token = cookie.token(in: request.headers) else { return nil }
        return try await parts.signIn.signedInUser(TokenDigest(of: token.text), isUse: true, in: tenant.id)
    }

    /// The provider; who asks by a connection that has none gets the page of one that is not there.
    func provider() throws(DomainError) -> SAMLConnection.Provider {
        guard connection.isEnabled, let provider = connection.provider else { throw .notFound }
        return provider
    }

    func keys() async throws -> ConnectionKeys { try await ConnectionKeys.load(connection.id, entry.keys, parts) }

    /// The expectation that a message arriving at an endpoint must meet.
    func expectation(
        at endpoint: SAMLAddresses.Endpoint, _ keys: ConnectionKeys, _ requests: Expectation.Requests
    ) throws(DomainError) -> Expectation {
        let provider = try provider()
        let settings = connection.settings
        var expectation = Expectation(
            issuer: provider.issuer, audience: addresses.entityID, recipient: addresses[endpoint],
            keys: provider.certificates.compactMap { parts.providerKeys.key(in: $0) },
            decryptionKeys: keys.decryption, requests: requests, now: now.date)
        expectation.otherIssuers = EntraIssuer.others(of: provider.issuer)
        expectation.otherRecipients = Set([addresses.own(endpoint)].compactMap { $0 })
        if let end = settings.takesSHA1Until, now < end {
            expectation.signatureAlgorithms = Set(SignatureAlgorithm.allCases)
        }
        if settings.takesCBC { expectation.encryptionAlgorithms = Set(XMLEncryption.Algorithm.allCases) }
        return expectation
    }

    /// Takes note of something that matters to the security of the tenant.
    func record(_ kind: SecurityEvent.Kind, _ subject: SecurityEvent.Subject, _ reason: String) {
        parts.security.record(
            SecurityEvent(
                kind, subject, from: context.clientAddress, reason: reason, requestID: "\(context.requestID)", at: now),
            of: tenant.id)
    }

    /// A page below the tenant's address.
    func redirect(to path: String, cookies: [String] = []) -> Response {
        redirect(toURL: "\(parts.address.path(of: tenant.slug))/\(path)", status: .seeOther, cookies: cookies)
    }

    /// The page of a trace, below the tenant's address.
    func path(of trace: SAMLSignIn) -> String {
        "manage/integration/plugins/\(connection.id.plugin)/sign-ins/\(trace.id)"
    }

    func redirect(toURL url: String, status: HTTPResponse.Status, cookies: [String] = []) -> Response {
        var headers: HTTPFields = [.location: url, .cacheControl: "no-store", .contentLength: "0"]
        for cookie in cookies { headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return Response(status: status, headers: headers)
    }

    /// Sends the browser to the provider with a message.
    ///
    /// - Parameter message: in the words of the protocol, not signed yet.
    func send(
        _ kind: RedirectBinding.Kind, _ message: String, to url: String, by binding: SAMLConnection.Binding,
        relayState: String? = nil, signedBy key: SigningKey, cookies: [String] = []
    ) throws -> Response {
        switch binding {
        case .redirect:
            let target = try RedirectBinding.url(to: url, kind, message, relayState: relayState, key: key)
            return redirect(toURL: target, status: .found, cookies: cookies)
        case .post:
            var fields = [kind.rawValue: try PostBinding.value(message, key: key)]
            fields["RelayState"] = relayState
            var response = parts.page(.post(to: url, fields: fields), tenant, request)
            for cookie in cookies { response.headers.append(HTTPField(name: .setCookie, value: cookie)) }
            return response
        }
    }

    /// A name for a message of ours: no digit comes first, which some providers refuse.
    func messageID() -> String {
        "id-"
            + parts.environment.secretBytes().prefix(20).map {
                String($0 >> 4, radix: 16) + String($0 & 0xF, radix: 16)
            }
            .joined()
    }
}

/// Microsoft Entra ID calls itself otherwise in answers about logging out.
enum EntraIssuer {
    static func others(of issuer: String) -> Set<String> {
        let prefix = "https://sts.windows.net/"
        guard issuer.hasPrefix(prefix) else { return [] }
        return ["https://login.microsoftonline.com/" + issuer.dropFirst(prefix.count)]
    }
}
