import Domain
import Hummingbird
import Logging
import SCIM
import StrictJSON

/// `/Groups` (RFC 7644 §3).
struct GroupController {
    let groups: any GroupRepository
    let changes: GroupChanges
    let schema: ResourceSchema
    let log: IgnoredAttributeLog

    func get(_ id: String, _ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let projection = try scim { () throws(SCIMError) in try request.projection() }
        let group = try await domain { () async throws(DomainError) in
            try await groups.group(
                try Self.identifier(id), withMembers: !projection.excludes("members"), in: request.scope)
        }
        let tag = EntityTag(version: group.version)
        if Preconditions(request.headers).isCurrent(group.version) { return SCIMResponse.notModified(tag: tag) }
        return try await respond(group, projection, request)
    }

    func list(_ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let query = try scim { () throws(SCIMError) in try request.listQuery() }
        return try await list(query, request)
    }

    /// `POST /Groups/.search` (RFC 7644 §3.4.3).
    func search(_ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let search = try scim { () throws(SCIMError) in try SearchRequest(parsing: try request.json()) }
        return try await list(search.query, request)
    }

    private func list(_ query: ListQuery, _ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let predicate = try scim { () throws(SCIMError) in
            try query.filter.map { text throws(SCIMError) in
                let filter = try Filter(parsing: text, syntax: .tolerant, limits: request.limits.filter)
                return try GroupAttributeTable.translation.predicate(filter.resolved(against: schema))
            }
        }
        let projection = query.projection
        let found = try await domain { () async throws(DomainError) in
            try await groups.groups(
                matching: predicate, page: PageRequest(query, limits: request.limits),
                withMembers: !projection.excludes("members"), in: request.scope)
        }
        let resources = try await domain { () async throws(DomainError) in
            try found.elements.map { group throws(DomainError) in
                try GroupResource(group: group, baseURL: request.baseURL).utf8(projection, schema: schema)
            }
        }
        return SCIMResponse.list(resources, total: found.total, startIndex: query.startIndex)
    }

    func create(_ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let (document, projection) = try read(request)
        let attributes = try scim { () throws(SCIMError) in try GroupAttributeTable.attributes(document) }
        let group = try await domain { () async throws(DomainError) in
            try await changes.create(
                attributes, members: GroupAttributeTable.members(document), source: request.client.plugin,
                origin: request.origin, in: request.scope)
        }
        return try await respond(group, projection, request, status: .created)
    }

    func replace(_ id: String, _ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let (document, projection) = try read(request)
        let attributes = try scim { () throws(SCIMError) in try GroupAttributeTable.attributes(document) }
        try await update(id, [.replace(GroupAttributeTable.members(document))], request) { _ in attributes }
        return try await reread(id, projection, request)
    }

    func patch(_ id: String, _ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let (patch, projection, asksForAttributes) = try scim { () throws(SCIMError) in
            let limits = PatchLimits(maxOperations: request.limits.patchOperations)
            let query = try request.listQuery()
            return (
                try PatchRequest(parsing: try request.json(), limits: limits).split(multiValued: "members"),
                query.projection, !query.attributes.isEmpty
            )
        }
        let steps = GroupAttributeTable.steps(patch.members)
        let preconditions = Preconditions(request.headers)
        if patch.rest.operations.isEmpty, !preconditions.hasConditions {
            try await domain { () async throws(DomainError) in
                try await changes.changeMembers(
                    of: try Self.identifier(id), by: steps, version: nil, origin: request.origin, in: request.scope)
            }
        } else {
            try await update(id, steps, request) { document throws(SCIMError) in
                let result = try patch.rest.apply(to: document, schema: schema)
                log.note(result.ignored, request)
                return try GroupAttributeTable.attributes(result.resource)
            }
        }
        // A body would have to hold every member; whoever wants one asks for it (RFC 7644 §3.5.2).
        let wantsBody = request.prefersRepresentation || asksForAttributes
        if !wantsBody, patch.rest.operations.isEmpty || request.prefersMinimal { return SCIMResponse.noContent() }
        return try await reread(id, projection, request)
    }

    func delete(_ id: String, _ request: SCIMRequest) async throws(SCIMFailure) -> Response {
        let preconditions = Preconditions(request.headers)
        try await domain { () async throws(DomainError) in
            let id = try Self.identifier(id)
            for _ in 0..<3 {
                var version: Int64?
                if preconditions.hasConditions {
                    let group = try await groups.group(id, withMembers: false, in: request.scope)
                    guard preconditions.allowChange(of: group.version) else { throw .stale }
                    version = group.version
                }
                if try await changes.delete(id, version: version, origin: request.origin, in: request.scope) { return }
                if version == nil { throw .notFound }
            }
            throw .stale
        }
        return SCIMResponse.noContent()
    }

    // MARK: Pieces

    /// As many members as the body can hold.
    private static let readOptions = ReadOptions(maxValues: .max)

    private func read(_ request: SCIMRequest) throws(SCIMFailure) -> (JSONObject, Projection) {
        try scim { () throws(SCIMError) in
            let read = try ResourceReader.read(try request.json(), as: schema, options: Self.readOptions)
            log.note(read.ignored, request)
            return (read.attributes, try request.projection())
        }
    }

    private func update(
        _ id: String, _ steps: [MembershipChange], _ request: SCIMRequest,
        decide: (JSONObject) throws(SCIMError) -> GroupAttributes
    ) async throws(SCIMFailure) {
        let preconditions = Preconditions(request.headers)
        var refusal: SCIMError?
        do throws(DomainError) {
            try await changes.update(
                try Self.identifier(id), membership: steps, origin: request.origin, in: request.scope,
                precondition: preconditions.allowChange
            ) { group throws(DomainError) in
                let document = try group.profile.attributes()
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

    private func reread(
        _ id: String, _ projection: Projection, _ request: SCIMRequest
    ) async throws(SCIMFailure) -> Response {
        let group = try await domain { () async throws(DomainError) in
            try await groups.group(
                try Self.identifier(id), withMembers: !projection.excludes("members"), in: request.scope)
        }
        return try await respond(group, projection, request)
    }

    private func respond(
        _ group: Group, _ projection: Projection, _ request: SCIMRequest, status: HTTPResponse.Status = .ok
    ) async throws(SCIMFailure) -> Response {
        let resource = GroupResource(group: group, baseURL: request.baseURL)
        let bytes = try await domain { () async throws(DomainError) in
            try resource.utf8(projection, schema: schema)
        }
        return SCIMResponse.resource(bytes, status: status, location: resource.location, tag: resource.tag)
    }

    private static func identifier(_ text: String) throws(DomainError) -> GroupID {
        guard let id = GroupID(text) else { throw .notFound }
        return id
    }
}
