package import Domain
package import Edge
package import Hummingbird
package import Logging
import NIOCore
import SCIM
import StrictJSON

/// Everything below `/t/{tenant}/scim/v2`: finds the route, admits the caller, and gives every failure SCIM's form.
package struct SCIMResponder: Sendable {
    let authenticator: TokenAuthenticator
    private let turns: TenantTurns
    let address: TenantAddress
    let limits: SCIMLimits
    private let users: UserController
    private let groups: GroupController
    private let resources: any ResourceRepository
    private let discovery: DiscoveryController
    private let identifiers: IdentifierSource
    private let logger: Logger
    private let cursors: Cursors
    private let refused: RefusedRequests
    private let metrics: ConnectionMetrics
    private let mailWaits: @Sendable (TenantID) -> Void

    /// - Parameter mailWaits: told after a request that may have invited somebody.
    package init(
        users: any UserRepository, groups: any GroupRepository, resources: any ResourceRepository,
        identifiers: IdentifierSource,
        authenticator: TokenAuthenticator, turns: TenantTurns, address: TenantAddress, limits: SCIMLimits,
        sealer: Sealer, recorder: any RefusalRecorder, metrics: ConnectionMetrics, environment: Edge.Environment,
        logger: Logger,
        mailWaits: @escaping @Sendable (TenantID) -> Void = { _ in }
    ) {
        self.mailWaits = mailWaits
        self.resources = resources
        self.authenticator = authenticator
        self.turns = turns
        self.address = address
        self.limits = limits
        self.logger = logger
        self.metrics = metrics
        self.identifiers = identifiers
        refused = RefusedRequests(recorder: recorder, identifiers: identifiers, now: environment.now)
        cursors = Cursors(sealer: sealer, now: environment.now)
        let schemas = TenantSchemas()
        let log = AttributeLog(logger: logger)
        let unknown = UnknownAttributes(log: log, recorder: recorder, now: environment.now)
        self.users = UserController(
            users: users, identifiers: identifiers, schemas: schemas, log: log, unknown: unknown, metrics: metrics)
        self.groups = GroupController(
            groups: groups, identifiers: identifiers, schema: .group, unknown: unknown)
        discovery = DiscoveryController(schemas: schemas, limits: limits)
    }

    /// - Parameters:
    ///   - slug: the tenant's part of the path, as it stands there.
    ///   - path: the rest, cut at slashes and decoded.
    package func respond(
        to request: Request, slug: Substring, path: [String], context: EdgeContext
    ) async -> Response {
        var token = BearerToken(request.headers)
        var response: Response
        do {
            let (slug, route) = (Slug(slug), SCIMRoute(request.method, path))
            if token == .absent, !route.isPublic, let slug {
                token = try await authenticator.token(in: request.headers, to: slug)
            }
            response = try await answer(request, slug, route, token, context)
        } catch {
            response = render(error, hadToken: token != .absent, context)
        }
        if response.headers[.contentType] == MediaType.scim {
            response.headers[.contentType] = MediaType.answer(accepting: request.headers[.accept])
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(
        _ request: Request, _ slug: Slug?, _ route: SCIMRoute, _ token: BearerToken, _ context: EdgeContext
    ) async throws -> Response {
        guard let slug else { throw DomainError.unauthenticated(reason: "This is no Tenant URL.") }
        if route.isPublic { return discovery.serviceProviderConfig(address.scimURL(of: slug)) }
        let client = try await authenticator.client(showing: token, to: slug, from: context.clientAddress)
        let credentials = SCIMRequest.Credentials(token: token, slug: slug, address: context.clientAddress)
        do {
            let response = try await serve(request, client, credentials, route, context)
            metrics.note(status: response.status.code, of: client)
            return response
        } catch {
            metrics.note(status: Self.told(error, requestID: context.requestID).status, of: client)
            throw error
        }
    }

    private func serve(
        _ request: Request, _ client: ProvisioningClient, _ credentials: SCIMRequest.Credentials, _ route: SCIMRoute,
        _ context: EdgeContext
    ) async throws -> Response {
        try await begin(client)
        defer { turns.end(client.tenant) }
        let scimRequest = SCIMRequest(
            client: client, credentials: credentials, baseURL: address.scimURL(of: credentials.slug),
            method: request.method, headers: request.headers,
            query: try QueryString.parse(request.uri.query), body: .bytes(try await body(of: request)),
            requestID: context.requestID, limits: limits, cursors: cursors)
        defer { if client.policy.invites == .atOnce, request.method == .post { mailWaits(client.tenant) } }
        return try await perform(route, scimRequest)
    }

    private func begin(_ client: ProvisioningClient) async throws(DomainError) {
        do throws(DomainError) { try await turns.begin(client.tenant) } catch {
            refused.note(error, client)
            throw error
        }
    }

    private var root: RootController { RootController(resources: resources, users: users, groups: groups) }

    private var bulk: BulkController { BulkController(identifiers: identifiers) { try await perform($0, $1) } }

    private func body(of request: Request) async throws -> ByteBuffer {
        do { return try await request.body.collect(upTo: limits.bodyBytes) } catch {
            throw SCIMError.payloadTooLarge("The body is larger than \(limits.bodyBytes) bytes.")
        }
    }

    /// Does what the route says; what fails is noted in the provisioning log.
    private func perform(_ route: SCIMRoute, _ request: SCIMRequest) async throws -> Response {
        do { return try await admitted(route, request) } catch {
            refused.note(Self.told(error, requestID: request.requestID), route, request)
            throw error
        }
    }

    /// The error that the client is told.
    private static func told(_ error: any Error, requestID: String) -> SCIMError {
        error as? SCIMError ?? (error as? DomainError)?.scimError(requestID: requestID) ?? SCIMError.internalError
    }

    private static let attempts = 4

    /// Does what the route says with the settings that the connection has by now. PostgreSQL admits no others; then
    /// nothing has been done, and asking anew tells why, or what the settings are.
    private func admitted(_ route: SCIMRoute, _ request: SCIMRequest) async throws -> Response {
        var request = request
        for _ in 0..<Self.attempts {
            do { return try await checked(route, request) } catch DomainError.unauthenticated(let reason) {
                authenticator.forget(request.client)
                let found = request.credentials
                let client = try await authenticator.currentClient(
                    showing: found.token, to: found.slug, from: found.address)
                if client == request.client { throw DomainError.unauthenticated(reason: reason) }
                request.client = client
            }
        }
        throw DomainError.unavailable(retryAfter: 1)
    }

    /// Handles the request, and looks up the current settings if it was refused before any transaction ran: such a
    /// refusal may be due to settings that are only remembered.
    private func checked(_ route: SCIMRoute, _ request: SCIMRequest) async throws -> Response {
        do { return try await call(route, request) } catch let refusal as SCIMError where route.readsTenant {
            try await authenticator.admit(request.client)
            throw refusal
        }
    }

    private func call(_ route: SCIMRoute, _ request: SCIMRequest) async throws -> Response {
        if route.givesAccess { try request.client.capability.requireFull() }
        if !route.readsTenant { try await authenticator.admit(request.client) }
        switch route {
        case .serviceProviderConfig: return discovery.serviceProviderConfig(request.baseURL)
        case .resourceTypes: return try discovery.resourceTypes(request)
        case .resourceType(let name): return try discovery.resourceType(name, request)
        case .schemas: return try discovery.schemas(request)
        case .schema(let id): return try discovery.schema(id, request)
        case .users(.list): return try await users.list(request)
        case .users(.create): return try await users.create(request)
        case .users(.search): return try await users.search(request)
        case .users(.get(let id)): return try await users.get(id, request)
        case .users(.replace(let id)): return try await users.replace(id, request)
        case .users(.patch(let id)): return try await users.patch(id, request)
        case .users(.delete(let id)): return try await users.delete(id, request)
        case .groups(.list): return try await groups.list(request)
        case .groups(.create): return try await groups.create(request)
        case .groups(.search): return try await groups.search(request)
        case .groups(.get(let id)): return try await groups.get(id, request)
        case .groups(.replace(let id)): return try await groups.replace(id, request)
        case .groups(.patch(let id)): return try await groups.patch(id, request)
        case .groups(.delete(let id)): return try await groups.delete(id, request)
        case .roles where request.client.policy.listsRoles: return try OktaRoles().list(request)
        case .role(let id) where request.client.policy.listsRoles: return try OktaRoles().get(id, request)
        case .root(.list): return try await root.list(request)
        case .root(.search): return try await root.search(request)
        case .bulk: return try await bulk.run(request)
        case .notAllowed(let methods):
            var response = SCIMResponse.error(.methodNotAllowed)
            // A resource that can be read with GET can be asked for with HEAD too (RFC 9110 §9.3.2).
            let allowed = methods.flatMap { $0 == .get ? [.get, .head] : [$0] }
            response.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
            return response
        case .notImplemented(let reason): throw SCIMError.notImplemented(reason)
        case .roles, .role, .unknown: throw SCIMError.notFound("There is no such endpoint.")
        }
    }

    private func render(_ failure: any Error, hadToken: Bool, _ context: EdgeContext) -> Response {
        if let error = failure as? SCIMError { return SCIMResponse.error(error) }
        let error = failure as? DomainError ?? .unexpected("\(type(of: failure))")
        switch error {
        case .unexpected(let cause):
            logger.error("unexpected", metadata: ["request_id": "\(context.requestID)", "cause": "\(cause)"])
        case .tookTooLong(let cause):
            logger.warning("took too long", metadata: ["request_id": "\(context.requestID)", "cause": "\(cause)"])
        default: break
        }
        var response = SCIMResponse.error(error.scimError(requestID: context.requestID))
        for field in error.headers(hadToken: hadToken) { response.headers[field.name] = field.value }
        return response
    }
}
