import Domain
import Hummingbird
import Logging
import SCIM
import StrictJSON

/// `/Users` (RFC 7644 §3).
struct UserController {
    let users: any UserRepository
    let changes: UserChanges
    let schema: ResourceSchema
    let log: IgnoredAttributeLog

    func get(_ id: String, _ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let projection = try scim { () throws(SCIMError) in try request.projection() }
        let user = try await domain { () async throws(DomainError) in
            try await users.user(try Self.identifier(id), in: request.scope)
        }
        let resource = UserResource(user: user, baseURL: request.baseURL)
        if Preconditions(request.headers).isCurrent(user.version) { return SCIMResponse.notModified(tag: resource.tag) }
        return try await respond(user, projection, request)
    }

    func list(_ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let query = try scim { () throws(SCIMError) in try request.listQuery() }
        return try await list(query, request)
    }

    /// `POST /Users/.search` (RFC 7644 §3.4.3).
    func search(_ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let search = try scim { () throws(SCIMError) in try SearchRequest(parsing: try request.json()) }
        return try await list(search.query, request)
    }

    private func list(_ query: ListQuery, _ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let predicate = try scim { () throws(SCIMError) in
            try query.filter.map { text throws(SCIMError) in
                let filter = try Filter(parsing: text, syntax: .tolerant, limits: request.limits.filter)
                return try UserAttributeTable.translation.predicate(filter.resolved(against: schema))
            }
        }
        let page = PageRequest(query, limits: request.limits)
        let found = try await domain { () async throws(DomainError) in
            try await users.users(matching: predicate, page: page, in: request.scope)
        }
        let projection = query.projection
        let resources = try await domain { () async throws(DomainError) in
            try found.elements.map { user throws(DomainError) in
                try UserResource(user: user, baseURL: request.baseURL).utf8(projection, schema: schema)
            }
        }
        return SCIMResponse.list(resources, total: found.total, startIndex: query.startIndex)
    }

    func create(_ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let (attributes, projection) = try scim { () throws(SCIMError) in
            let read = try ResourceReader.read(try request.json(), as: schema)
            log.note(read.ignored, request)
            return (try UserAttributeTable.completeAttributes(read.attributes), try request.projection())
        }
        let user = try await domain { () async throws(DomainError) in
            try await changes.create(
                attributes, source: request.client.plugin, role: request.client.defaultRole, origin: request.origin,
                in: request.scope)
        }
        return try await respond(user, projection, request, status: .created)
    }

    func replace(_ id: String, _ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let (attributes, projection) = try scim { () throws(SCIMError) in
            let read = try ResourceReader.read(try request.json(), as: schema)
            log.note(read.ignored, request)
            return (try UserAttributeTable.completeAttributes(read.attributes), try request.projection())
        }
        let user = try await update(id, request) { _ in attributes }
        return try await respond(user, projection, request)
    }

    func patch(_ id: String, _ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let (patch, projection) = try scim { () throws(SCIMError) in
            let limits = PatchLimits(maxOperations: request.limits.patchOperations)
            return (try PatchRequest(parsing: try request.json(), limits: limits), try request.projection())
        }
        let user = try await update(id, request) { document throws(SCIMError) in
            let result = try patch.apply(to: document, schema: schema)
            log.note(result.ignored, request)
            return try UserAttributeTable.attributes(result.resource)
        }
        if request.prefersMinimal {
            let resource = UserResource(user: user, baseURL: request.baseURL)
            return SCIMResponse.noContent(location: resource.location, tag: resource.tag)
        }
        return try await respond(user, projection, request)
    }

    func delete(_ id: String, _ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let preconditions = Preconditions(request.headers)
        try await domain { () async throws(DomainError) in
            let id = try Self.identifier(id)
            for _ in 0..<3 {
                var version: Int64?
                if preconditions.hasConditions {
                    let user = try await users.user(id, in: request.scope)
                    guard preconditions.allowChange(of: user.version) else { throw .stale }
                    version = user.version
                }
                if try await changes.delete(id, version: version, origin: request.origin, in: request.scope) { return }
                if version == nil { throw .notFound }
            }
            throw .stale
        }
        return SCIMResponse.noContent()
    }

    // MARK: Pieces

    /// Reads, decides and writes; what the decision refuses comes back as the protocol's error.
    private func update(
        _ id: String, _ request: SCIMRequest, decide: (JSONObject) throws(SCIMError) -> UserAttributes
    ) async throws(SCIMFailure) -> User {
        let preconditions = Preconditions(request.headers)
        var refusal: SCIMError?
        do throws(DomainError) {
            return try await changes.update(
                try Self.identifier(id), origin: request.origin, in: request.scope,
                precondition: preconditions.allowChange
            ) { user throws(DomainError) in
                let document = try user.profile.attributes()
                do throws(SCIMError) { return try decide(document) } catch {
                    refusal = error
                    throw .refused(reason: error.detail)
                }
            }
        } catch {
            if let refusal { throw .scim(refusal) }
            throw .domain(error)
        }
    }

    private func respond(
        _ user: User, _ projection: Projection, _ request: SCIMRequest, status: HTTPResponse.Status = .ok
    ) async throws(SCIMFailure) -> Response {
        let resource = UserResource(user: user, baseURL: request.baseURL)
        let bytes = try await domain { () async throws(DomainError) in
            try resource.utf8(projection, schema: schema)
        }
        return SCIMResponse.resource(bytes, status: status, location: resource.location, tag: resource.tag)
    }

    private static func identifier(_ text: String) throws(DomainError) -> UserID {
        guard let id = UserID(text) else { throw .notFound }
        return id
    }
}
