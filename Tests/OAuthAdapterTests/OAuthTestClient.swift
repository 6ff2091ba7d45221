import Domain
import Edge
import Foundation
import HTTPTypes
import Hummingbird
import LecternTesting
import Logging
import NIOCore
import NIOEmbedded
import OAuthAdapter
import Persistence
import StrictJSON

/// A tenant of its own with a client, and its token endpoint called as an identity provider calls it.
struct OAuthTestClient {
    let test: TestDatabase
    let tenant: Tenant
    let provisioning: ProvisioningClient
    let client: OAuthClient
    let secret: ClientSecret
    let text: String
    let endpoint: TokenEndpoint
    let securityLog: SecurityLog

    static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    init(
        plan: Plan = .enterprise, rate: RequestRate? = nil, lifetime: Int = 3600, expiresIn: Int64 = 86_400,
        now: @escaping @Sendable () -> Timestamp = Edge.Environment.system.now,
        fetch: @escaping KeySetFetch = { _ in [] }
    ) async throws {
        test = try await TestDatabase.shared()
        tenant = try await test.makeTenant(plan: plan)
        let text = Edge.Environment.system.secret(for: .clientSecret)
        self.text = text.text
        securityLog = SecurityLog(
            repository: test.securityEvents, attempts: test.attempts, environment: .system,
            metrics: PrometheusRegistry(), logger: Self.quiet)
        endpoint = TokenEndpoint(
            clients: test.clients, tenants: test.tenants, rate: rate, bodyBytes: 16_384, security: securityLog,
            environment: Edge.Environment(now: now, random: Edge.Environment.system.random), fetch: fetch,
            logger: Self.quiet)
        provisioning = try await test.makeClient(
            of: tenant, tokenDigest: TokenDigest(of: Edge.Environment.system.secret(for: .token).text))
        let now = Edge.Environment.system.now()
        client = OAuthClient(
            id: OAuthClientID(rawValue: TestDatabase.identifiers.next()), plugin: provisioning.plugin, pluginName: "",
            tokenLifetime: AccessTokenLifetime(seconds: lifetime)!, federation: nil, createdAt: now, revokedAt: nil)
        secret = ClientSecret(
            id: ClientSecretID(rawValue: TestDatabase.identifiers.next()), client: client.id, prefix: "lcs_test",
            createdAt: now, expiresAt: now.adding(seconds: expiresIn), revokedAt: nil)
        try await test.clients.create(
            client, secret: secret, digest: TokenDigest(of: text.text),
            changes: [
                TestDatabase.change(.create, .client(client.id)), TestDatabase.change(.create, .secret(secret.id)),
            ], in: TenantScope(tenant: tenant.id, admission: .operator))
    }

    var scope: TenantScope { TenantScope(tenant: tenant.id, admission: .operator) }

    struct Answer {
        let status: Int
        let headers: HTTPFields
        let json: JSON

        var error: String? { json["error"]?.stringValue }
        var token: String { json["access_token"]?.stringValue ?? "" }
    }

    static let form = "grant_type=client_credentials"

    func send(
        _ body: String = form, basic: (String, String)? = nil, authorization: String? = nil,
        type: String? = "application/x-www-form-urlencoded", method: HTTPRequest.Method = .post, to slug: Slug? = nil,
        from address: String? = nil
    ) async -> Answer {
        var fields = HTTPFields()
        fields[.contentType] = type
        fields[.authorization] =
            basic.map { "Basic " + Data("\($0.0):\($0.1)".utf8).base64EncodedString() } ?? authorization
        let request = Request(
            head: HTTPRequest(
                method: method, scheme: "https", authority: "x", path: "/t/x/oauth2/token", headerFields: fields),
            body: .init(buffer: ByteBuffer(string: body)))
        var context = EdgeContext(source: .init(channel: NIOAsyncTestingChannel(), logger: Self.quiet))
        if let address { context.clientAddress = address }
        let response = await endpoint.respond(
            to: request, slug: (slug ?? tenant.slug).description[...], context: context)
        let collected = Collector()
        try? await response.body.write(collected)
        return Answer(
            status: response.status.code, headers: response.headers,
            json: (try? JSON.parse(collected.bytes)) ?? .null)
    }

    /// A request with the client's own credentials in the header.
    func token() async -> Answer { await send(basic: (client.id.description, text)) }

    /// Whether SCIM takes the token now.
    func isAdmitted(_ token: String) async -> Bool {
        let authenticator = TokenAuthenticator(
            tenants: test.tenants, integration: test.integration, environment: .system,
            uses: TokenUses(integration: test.integration))
        do {
            let client = try await authenticator.client(showing: .bearer(token), to: tenant.slug, from: "x")
            _ = try await test.users.user(UserID(rawValue: 1), in: TenantScope(client))
            return true
        } catch { return error == .notFound }
    }
}

/// Gathers a body's bytes.
final class Collector: ResponseBodyWriter, @unchecked Sendable {
    private(set) var bytes: [UInt8] = []
    func write(_ buffer: ByteBuffer) async throws { bytes += buffer.readableBytesView }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
