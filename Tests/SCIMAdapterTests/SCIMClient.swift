import Domain
import Edge
import HTTPTypes
import Hummingbird
import LecternTesting
import Logging
import NIOCore
import NIOEmbedded
import Persistence
import SCIMAdapter
import StrictJSON
import Testing

/// A tenant of its own, and its `/scim/v2` called as an identity provider calls it.
struct SCIMClient {
    let test: TestDatabase
    let tenant: Tenant
    let client: ProvisioningClient
    let token: String
    let refusals: RefusalLog
    let metrics = ConnectionMetrics(limit: 100)
    private let responder: SCIMResponder

    init(
        limits: SCIMLimits = SCIMLimits(), rate: RequestRate? = nil, environment: Edge.Environment = .system,
        policy: ProvisioningPolicy = .init(), customAttributes: [CustomAttribute] = []
    ) async throws {
        test = try await TestDatabase.shared()
        tenant = try await test.makeTenant()
        token = PlainToken(secret: (0..<32).map { _ in UInt8.random(in: 0...255) }).text
        client = try await test.makeClient(of: tenant, tokenDigest: TokenDigest(of: token), policy: policy)
        for attribute in customAttributes {
            try await test.customAttributes.create(
                attribute, change: TestDatabase.change(.update, .tenant(tenant.id)),
                in: TenantScope(tenant: tenant.id, admission: .operator))
        }
        refusals = RefusalLog(repository: test.provisioningLog, environment: environment)
        responder = Self.responder(test, limits, rate, environment, refusals, metrics)
    }

    /// The same tenant and token at another process of the server.
    init(atAnotherProcess other: SCIMClient) {
        (test, tenant, client, token, refusals) = (
            other.test, other.tenant, other.client, other.token, other.refusals
        )
        responder = Self.responder(test, SCIMLimits(), nil, .system, refusals, metrics)
    }

    private static func responder(
        _ test: TestDatabase, _ limits: SCIMLimits, _ rate: RequestRate?, _ environment: Edge.Environment,
        _ refusals: RefusalLog, _ metrics: ConnectionMetrics
    ) -> SCIMResponder {
        let authenticator = TokenAuthenticator(
            tenants: test.tenants, integration: test.integration, environment: environment,
            uses: TokenUses(integration: test.integration), recorder: refusals, metrics: metrics)
        return SCIMResponder(
            users: test.users, groups: test.groups, resources: test.resources, identifiers: TestDatabase.identifiers,
            authenticator: authenticator,
            turns: TenantTurns(rate: rate, limits: FairLimits(), environment: environment),
            address: TenantAddress(publicURL: "https://lectern.example", baseDomain: nil), limits: limits,
            sealer: Sealer(key: [UInt8](repeating: 7, count: 32)), recorder: refusals, metrics: metrics,
            environment: environment, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    var base: String { "https://lectern.example/t/\(tenant.slug)/scim/v2" }

    var largeBodies: LargeBodies { responder.largeBodies(time: .seconds(1)) }

    struct Answer {
        let status: Int
        let headers: HTTPFields
        let bytes: [UInt8]

        /// The body; null when there is none.
        var json: JSON { bytes.isEmpty ? .null : (try? JSON.parse(bytes)) ?? .string("no JSON") }
        var id: String { json["id"]?.stringValue ?? "" }
        var scimType: String? { json["scimType"]?.stringValue }
    }

    func send(
        _ method: HTTPRequest.Method, _ target: String, _ body: JSON? = nil, raw: [UInt8]? = nil,
        headers: HTTPFields = [:], token: String? = "", slug: Slug? = nil
    ) async -> Answer {
        var fields: HTTPFields = [.accept: "application/scim+json"]
        if let token { fields[.authorization] = "Bearer " + (token.isEmpty ? self.token : token) }
        let bytes = raw ?? body?.utf8
        if bytes != nil { fields[.contentType] = "application/scim+json" }
        for field in headers { fields[field.name] = field.value }
        let request = Request(
            head: HTTPRequest(
                method: method, scheme: "https", authority: "x", path: "/t/x/scim/v2\(target)", headerFields: fields),
            body: .init(buffer: ByteBuffer(bytes: bytes ?? [])))
        let path = target.prefix { $0 != "?" }.split(separator: "/").map(String.init)
        let context = EdgeContext(
            source: .init(
                channel: NIOAsyncTestingChannel(),
                logger: Logger(label: "x", factory: { _ in SwiftLogNoOpLogHandler() })))
        let response = await responder.respond(
            to: request, slug: (slug ?? tenant.slug).description[...], path: path, context: context)
        let collected = Collector()
        try? await response.body.write(collected)
        return Answer(status: response.status.code, headers: response.headers, bytes: collected.bytes)
    }

    func createUser(_ name: String = "anna@x.example", _ more: JSONObject = [:]) async -> Answer {
        var user = JSONObject([("schemas", [.string(Self.user)]), ("userName", .string(name))])
        for (key, value) in more { user[key] = value }
        return await send(.post, "/Users", .object(user))
    }

    func patch(_ target: String, _ operations: JSON...) async -> Answer {
        await send(.patch, target, ["schemas": [.string(Self.patchOp)], "Operations": .array(operations)])
    }

    static let user = "urn:ietf:params:scim:schemas:core:2.0:User"
    static let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    static let patchOp = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
    static let error = "urn:ietf:params:scim:api:messages:2.0:Error"
}

private final class Collector: ResponseBodyWriter, @unchecked Sendable {
    var bytes: [UInt8] = []
    func write(_ buffer: ByteBuffer) async throws { bytes += Array(buffer: buffer) }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

extension HTTPFields {
    func value(_ name: String) -> String? { HTTPField.Name(name).flatMap { self[$0] } }
}
