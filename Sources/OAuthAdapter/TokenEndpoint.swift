package import Domain
package import Edge
import HTTPTypes
package import Hummingbird
package import Logging
import NIOCore
import StrictJSON

/// The token endpoint of a tenant: `POST /t/{tenant}/oauth2/token` (RFC 6749 §3.2, §4.4).
package struct TokenEndpoint: Sendable {
    private let clients: any OAuthClientRepository
    private let authenticator: ClientAuthenticator
    private let directory: TenantDirectory
    private let rate: RateLimit<Caller>
    private let networkRate: RateLimit<Caller>
    private let security: any SecurityEventRecorder
    private let bodyBytes: Int
    private let environment: Edge.Environment
    private let logger: Logger

    /// - Parameters:
    ///   - rate: of requests in the name of one client from one network; anybody may send them. A network may send
    ///     five times as many.
    ///   - bodyBytes: the longest body that is read.
    ///   - fetch: gets the keys of issuers whose assertions clients come with.
    package init(
        clients: any OAuthClientRepository, tenants: any TenantRepository, rate: RequestRate?, bodyBytes: Int,
        security: any SecurityEventRecorder, environment: Edge.Environment, fetch: @escaping KeySetFetch, logger: Logger
    ) {
        self.clients = clients
        authenticator = ClientAuthenticator(
            clients: clients, keys: KeySets(fetch: fetch, environment: environment), environment: environment)
        directory = TenantDirectory(tenants)
        self.rate = RateLimit(rate)
        networkRate = RateLimit(rate.map { RequestRate(perSecond: $0.perSecond * 5, burst: $0.burst * 5) })
        self.security = security
        self.bodyBytes = bodyBytes
        self.environment = environment
        self.logger = logger
    }

    /// - Parameter slug: the tenant's part of the path, as it stands there.
    package func respond(to request: Request, slug: Substring, context: EdgeContext) async -> Response {
        var client: OAuthClientID?
        do {
            let tokenRequest = try await read(request)
            client = OAuthClientID(tokenRequest.credentials.client)
            return try await grant(tokenRequest, slug, from: context.clientAddress)
        } catch let error as TokenError {
            note(.tokenRefused, error.code.rawValue, client, slug, context)
            return Self.render(error)
        } catch {
            let error = error as? DomainError ?? .unexpected("\(type(of: error))")
            switch error {
            case .unexpected(let cause), .tookTooLong(let cause):
                logger.error("unexpected", metadata: ["request_id": "\(context.requestID)", "cause": "\(cause)"])
            case .throttled: note(.throttled, "token", client, slug, context)
            default: break
            }
            return Self.render(TokenError(error, requestID: context.requestID))
        }
    }

    /// The caller: in the name of a client or of none, from a network, of a tenant that is known already.
    private struct Caller: Hashable {
        let tenant: TenantID?
        let network: String
        let client: String?
    }

    /// Keeps a record of a refusal, where the tenant is known.
    private func note(
        _ kind: SecurityEvent.Kind, _ reason: String, _ client: OAuthClientID?, _ slug: Substring,
        _ context: EdgeContext
    ) {
        guard let tenant = Slug(slug).flatMap({ directory.known($0) }) else { return }
        security.record(
            SecurityEvent(
                kind, client.map { .client($0) } ?? .unknown, from: context.clientAddress, reason: reason,
                requestID: context.requestID, at: environment.now()), of: tenant)
    }

    private func read(_ request: Request) async throws -> TokenRequest {
        guard request.method == .post else { throw TokenError.invalidRequest("Send a POST request.", status: 405) }
        guard let body = try? await request.body.collect(upTo: bodyBytes) else {
            throw TokenError.invalidRequest("The body is larger than \(bodyBytes) bytes.", status: 413)
        }
        return try TokenRequest(request.headers, body: body.readableBytesView)
    }

    private func grant(_ tokenRequest: TokenRequest, _ slug: Substring, from address: String) async throws -> Response {
        guard let slug = Slug(slug) else { throw TokenError.invalidClient }
        let (known, network, now) = (directory.known(slug), ClientNetwork.name(of: address), environment.now())
        try networkRate.count(Caller(tenant: known, network: network, client: nil), now: now)
        try rate.count(
            Caller(tenant: known, network: network, client: tokenRequest.credentials.client), now: now)
        guard let tenant = try await directory.tenant(slug) else { throw TokenError.invalidClient }
        let client: AuthenticatedClient
        do {
            client = try await authenticator.client(showing: tokenRequest.credentials, in: tenant)
        } catch let error as TokenError {
            if error == .invalidClient { directory.doubt(slug) }
            throw error
        }
        let token = environment.secret(for: .token)
        let grant = AccessTokenGrant(
            client: client.id, secret: client.secret, assertion: client.assertion,
            token: TokenID(rawValue: environment.identifiers.next()),
            digest: TokenDigest(of: token.text), prefix: token.prefix, address: address)
        let lifetime: AccessTokenLifetime?
        do throws(DomainError) { lifetime = try await clients.issue(grant, in: tenant) } catch {
            // The assertion was used before.
            guard case .conflict = error else { throw error }
            throw TokenError.invalidClient
        }
        // Revoked between looking and issuing: as if it had never been there.
        guard let lifetime else { throw TokenError.invalidClient }
        return Self.render(token, lifetime, scope: tokenRequest.scope)
    }

    // MARK: Answers

    /// The scope that every token has; named when the client asked for one (RFC 6749 §3.3).
    private static let scope = "scim"

    private static func render(_ token: PlainToken, _ lifetime: AccessTokenLifetime, scope asked: String?) -> Response {
        var object: JSONObject = [
            "access_token": .string(token.text), "token_type": "Bearer",
            "expires_in": .integer(Int64(lifetime.seconds)),
        ]
        if asked != nil { object["scope"] = .string(scope) }
        return json(object, status: .ok)
    }

    private static func render(_ error: TokenError) -> Response {
        var response = json(
            ["error": .string(error.code.rawValue), "error_description": .string(error.description)],
            status: .init(code: error.status))
        switch error.status {
        case 401: response.headers[.wwwAuthenticate] = "Basic realm=\"oauth2\", charset=\"UTF-8\""
        case 405: response.headers[.allow] = "POST"
        default: break
        }
        if let seconds = error.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
        return response
    }

    private static func json(_ object: JSONObject, status: HTTPResponse.Status) -> Response {
        let bytes = JSON.object(object).utf8
        return Response(
            status: status,
            headers: [
                .contentType: "application/json", .contentLength: "\(bytes.count)", .cacheControl: "no-store",
                .pragma: "no-cache",
            ], body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension HTTPField.Name {
    fileprivate static let pragma = Self("Pragma")!
}
