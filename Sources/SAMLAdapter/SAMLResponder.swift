import Domain
package import Edge
import HTTPTypes
package import Hummingbird
import Logging

/// The routes below `/saml/{connection}`: the endpoints that identity providers, and browsers on their way to them,
/// call.
package struct SAMLResponder: Sendable {
    private let parts: SAMLParts

    package init(_ parts: SAMLParts) { self.parts = parts }

    /// Nil when the path is none of them.
    package func respond(to request: Request, context: EdgeContext) async -> Response? {
        let path = request.uri.path.split(separator: "/", omittingEmptySubsequences: false)
        guard path.count == 4, path[0].isEmpty, path[1] == "saml" else { return nil }
        var tenant: Tenant?
        do {
            guard let id = SAMLConnectionID(path[2]), let endpoint = SAMLAddresses.Endpoint(rawValue: String(path[3]))
            else { throw DomainError.notFound }
            let methods = Self.methods(of: endpoint)
            guard methods.contains(request.method) else {
                return parts.page(.notAllowed(methods.map(\.rawValue).joined(separator: ", ")), nil, request)
            }
            let browser = BrowserSecret.read(request.headers)
            let entry = try await parts.connections.entry(id, browser: browser.map { TokenDigest(of: $0.text) })
            guard entry.tenant.status == .active, entry.tenant.entitlements.contains(.saml) else {
                throw DomainError.notFound
            }
            tenant = entry.tenant
            if endpoint != .metadata, let place = ownPlace(of: entry.tenant, for: request) {
                return Response(status: .temporaryRedirect, headers: [.location: place, .contentLength: "0"])
            }
            let call = SAMLCall(
                request: request, context: context, entry: entry, browser: browser, now: parts.environment.now(),
                parts: parts)
            let response: Response =
                switch endpoint {
                case .metadata: try await MetadataController(call: call).respond()
                case .login: try await SignInStart(call: call).respond()
                case .acs: try await AssertionConsumer(call: call).respond()
                case .slo: try await LogoutController(call: call).respond()
                }
            return request.method == .head ? response.createHeadResponse() : response
        } catch {
            return parts.page(page(for: error, context), tenant, request)
        }
    }

    /// The same address at the host that has the tenant's cookies, if the request went to another one: it is redirected
    /// there unchanged, with its form.
    private func ownPlace(of tenant: Tenant, for request: Request) -> String? {
        guard parts.address.isElsewhere(host: request.head.authority, from: tenant.slug) else { return nil }
        return request.head.path.map { parts.address.url(of: tenant.slug) + $0 }
    }

    private static func methods(of endpoint: SAMLAddresses.Endpoint) -> [HTTPRequest.Method] {
        switch endpoint {
        case .metadata: [.get, .head]
        case .login: [.get]
        case .acs: [.post]
        case .slo: [.get, .post]
        }
    }

    private func page(for failure: any Error, _ context: EdgeContext) -> SAMLPage {
        let error = failure as? DomainError ?? .unexpected("\(type(of: failure))")
        switch error {
        case .notFound: return .unknown
        case .paused: return .paused
        case .invalid, .managerCircle, .conflict, .refused, .stale, .unauthenticated, .forbidden: return .invalid
        case .throttled(let seconds): return .throttled(retryAfter: seconds)
        case .unavailable: return .unavailable
        case .unexpected(let cause), .tookTooLong(let cause):
            parts.logger.error("unexpected", metadata: ["request_id": "\(context.requestID)", "cause": "\(cause)"])
            return .unavailable
        }
    }
}
