import Domain
import Edge
import Hummingbird
import SCIM
import StrictJSON

/// `/Users` (RFC 7644 §3). Throws `SCIMError` or `DomainError`.
struct UserController {
    let users: any UserRepository
    let identifiers: IdentifierSource
    let schemas: TenantSchemas
    let log: AttributeLog
    let unknown: UnknownAttributes
    let metrics: ConnectionMetrics

    func get(_ id: String, _ request: SCIMRequest) async throws -> Response {
        let projection = try request.projection()
        let user = try await users.user(try Self.identifier(id), in: request.scope)
        let resource = UserResource(user: user, baseURL: request.baseURL)
        let preconditions = Preconditions(request.headers)
        try preconditions.checkMatch(resource.tag)
        if preconditions.isCurrent(resource.tag) { return SCIMResponse.notModified(tag: resource.tag) }
        return try respond(user, projection, request)
    }

    func list(_ request: SCIMRequest) async throws -> Response { try await list(try request.listQuery(), request) }

    /// `POST /Users/.search` (RFC 7644 §3.4.3).
    func search(_ request: SCIMRequest) async throws -> Response {
        try await list(try SearchRequest(parsing: try request.json()).query, request)
    }

    private func list(_ query: ListQuery, _ request: SCIMRequest) async throws -> Response {
        let paging = try Paging(query, of: ResourceSchema.user.name, request)
        return paging.respond(try await page(query, paging.request, request))
    }

    /// A part of the list that a query asks for, each resource in its bytes.
    private func page(
        _ query: ListQuery, _ page: PageRequest, _ request: SCIMRequest
    ) async throws -> Page<[UInt8]> {
        let translation = UserAttributeTable.translation
        let predicate = try translation.predicate(
            query.filter, schema: schema(request), limits: request.limits)
        let found = try await users.users(
            matching: predicate, order: translation.order(query, schema: schema(request)), page: page,
            in: request.scope)
        let projection = query.projection
        return Page(
            elements: try found.elements.map {
                try UserResource(user: $0, baseURL: request.baseURL).utf8(projection, schema: schema(request))
            }, total: found.total, end: found.end, beginning: found.beginning)
    }

    func create(_ request: SCIMRequest) async throws -> Response {
        let (document, projection) = try read(request)
        let attributes = try UserAttributeTable.attributes(document)
        try checkProfile(attributes, request)
        let user = try await changes(request).create(
            attributes,
            as: request.assignedID.flatMap { UserID($0) },
            role: request.client.defaultRole, origin: request.origin,
            in: request.scope)
        return try respond(user, projection, request, status: .created)
    }

    func replace(_ id: String, _ request: SCIMRequest) async throws -> Response {
        let (document, projection) = try read(request)
        let user = try await update(id, request) { _, before in
            try UserAttributeTable.attributes(document, before: before)
        }
        return try respond(user, projection, request)
    }

    func patch(_ id: String, _ request: SCIMRequest) async throws -> Response {
        let patch = try request.patch(schema(request))
        let projection = try request.projection()
        let schema = schema(request)
        let user = try await PatchOrder.checking(patch, schema, ReadingRules.userPatch) {
            try await update(id, request) { user, before in
                let result = try EntraManagers.meant(patch, of: user, before, schema)
                    .apply(to: before, schema: schema, options: ReadingRules.userPatch)
                try unknown.settle(
                    result.ignored, dropped: result.dropped,
                    unusable: UnusableValues.paths(in: result.resource, among: result.changedPaths),
                    removingAccess: result.resource["active"] == .bool(false), request)
                return try UserAttributeTable.attributes(result.resource, before: before)
            }
        }
        if request.prefersMinimal {
            let resource = UserResource(user: user, baseURL: request.baseURL)
            return SCIMResponse.noContent(location: resource.location, tag: resource.tag)
        }
        return try respond(user, projection, request)
    }

    func delete(_ id: String, _ request: SCIMRequest) async throws -> Response {
        let id = try Self.identifier(id)
        try await Preconditions(request.headers).delete {
            UserResource(user: try await users.user(id, in: request.scope), baseURL: request.baseURL).tag
        } at: { version in
            try await changes(request).delete(id, version: version, origin: request.origin, in: request.scope)
        }
        return SCIMResponse.noContent()
    }

    // MARK: Pieces

    func schema(_ request: SCIMRequest) -> ResourceSchema {
        schemas.user(with: request.client.customAttributes)
    }

    private func changes(_ request: SCIMRequest) -> UserChanges {
        let (client, metrics) = (request.client, metrics)
        return UserChanges(
            users: users, identifiers: identifiers, source: client.plugin, policy: client.policy,
            noting: { metrics.note($0, of: client) })
    }

    private func read(_ request: SCIMRequest) throws -> (JSONObject, Projection) {
        let read = try ResourceReader.read(
            try request.resource(schema(request)), as: schema(request), options: ReadingRules.user)
        try unknown.settle(
            read.ignored, dropped: read.dropped, unusable: UnusableValues.paths(in: read.attributes),
            removingAccess: read.attributes["active"] == .bool(false), request)
        return (read.attributes, try request.projection())
    }

    private func update(
        _ id: String, _ request: SCIMRequest, decide: (User, JSONObject) throws -> UserAttributes
    ) async throws -> User {
        let preconditions = Preconditions(request.headers)
        return try await changes(request).update(
            try Self.identifier(id), origin: request.origin, in: request.scope
        ) { user in
            try preconditions.checkChange(of: UserResource(user: user, baseURL: request.baseURL).tag)
            let before = try user.profile.attributes()
            let after = try decide(user, before)
            if after.isActive { try request.client.capability.requireFull() }
            try checkProfile(after, before: before, request)
            return after
        }
    }

    private func respond(
        _ user: User, _ projection: Projection, _ request: SCIMRequest, status: HTTPResponse.Status = .ok
    ) throws -> Response {
        let resource = UserResource(user: user, baseURL: request.baseURL)
        let bytes = try resource.utf8(projection, schema: schema(request))
        return SCIMResponse.resource(bytes, status: status, location: resource.location, tag: resource.tag)
    }

    private static func identifier(_ text: String) throws(DomainError) -> UserID {
        guard let id = UserID(text) else { throw .notFound }
        return id
    }
}
