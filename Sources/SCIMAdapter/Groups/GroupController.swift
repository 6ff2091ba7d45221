import Domain
import Hummingbird
import SCIM
import StrictJSON

/// `/Groups` (RFC 7644 §3). Throws `SCIMError` or `DomainError`.
struct GroupController {
    let groups: any GroupRepository
    let identifiers: IdentifierSource
    let schema: ResourceSchema
    let unknown: UnknownAttributes

    func get(_ id: String, _ request: SCIMRequest) async throws -> Response {
        let projection = try request.projection()
        let group = try await group(id, projection, request)
        let tag = EntityTag(version: group.version)
        let preconditions = Preconditions(request.headers)
        try preconditions.checkMatch(tag)
        // A weak tag does not tell how members are called: they have versions of their own (RFC 9110 §8.8.1).
        if projection.isDefault, preconditions.isCurrent(tag) {
            return SCIMResponse.notModified(tag: tag)
        }
        return try respond(group, projection, request)
    }

    func list(_ request: SCIMRequest) async throws -> Response { try await list(try request.listQuery(), request) }

    /// `POST /Groups/.search` (RFC 7644 §3.4.3).
    func search(_ request: SCIMRequest) async throws -> Response {
        try await list(try SearchRequest(parsing: try request.json()).query, request)
    }

    private func list(_ query: ListQuery, _ request: SCIMRequest) async throws -> Response {
        let paging = try Paging(query, of: schema.name, request)
        return paging.respond(try await page(query, paging.request, request))
    }

    /// A part of the list that a query asks for, each resource in its bytes.
    private func page(
        _ query: ListQuery, _ page: PageRequest, _ request: SCIMRequest
    ) async throws -> Page<[UInt8]> {
        let translation = GroupAttributeTable.translation
        let predicate = try translation.predicate(
            query.filter, schema: schema, limits: request.limits)
        let found = try await groups.groups(
            matching: predicate, order: translation.order(query, schema: schema), page: page,
            withMembers: !query.projection.excludes("members"), in: request.scope)
        let projection = query.projection
        return Page(
            elements: try found.elements.map {
                try GroupResource(group: $0, baseURL: request.baseURL).utf8(projection, schema: schema)
            }, total: found.total, end: found.end, beginning: found.beginning)
    }

    func create(_ request: SCIMRequest) async throws -> Response {
        let (document, projection) = try read(request)
        let group = try await changes(request).create(
            try GroupAttributeTable.attributes(document), members: try GroupAttributeTable.members(document),
            as: request.assignedID.flatMap { GroupID($0) }, source: request.client.plugin, origin: request.origin,
            in: request.scope)
        return try respond(group, projection, request, status: .created)
    }

    func replace(_ id: String, _ request: SCIMRequest) async throws -> Response {
        let (document, projection) = try read(request)
        _ = try await update(id, [.replace(try GroupAttributeTable.members(document))], request) { before in
            try GroupAttributeTable.attributes(document, before: before)
        }
        return try respond(try await group(id, projection, after: request), projection, request)
    }

    func patch(_ id: String, _ request: SCIMRequest) async throws -> Response {
        let patch = try request.patch(schema).split(multiValued: "members")
        let query = try request.listQuery()
        let steps = try GroupAttributeTable.steps(patch.members)
        let version = try await PatchOrder.checking(patch.rest, schema, ReadingRules.groupPatch) {
            if patch.rest.operations.isEmpty, !Preconditions(request.headers).hasConditions {
                return try await changes(request).changeMembers(
                    of: try Self.identifier(id), by: try await allowed(steps, of: id, request), version: nil,
                    origin: request.origin, in: request.scope)
            }
            return try await update(id, steps, request) { document in
                let result = try patch.rest.apply(to: document, schema: schema, options: ReadingRules.groupPatch)
                try unknown.settle(result.ignored, request)
                return try GroupAttributeTable.attributes(result.resource, before: document)
            }
        }
        // A body would have to hold every member; whoever wants one asks for it (RFC 7644 §3.5.2).
        let wantsBody = request.prefersRepresentation || !query.attributes.isEmpty
        if !wantsBody, patch.rest.operations.isEmpty || request.prefersMinimal {
            return SCIMResponse.noContent(
                location: GroupResource.location(of: id, request.baseURL), tag: EntityTag(version: version))
        }
        return try respond(try await group(id, query.projection, after: request), query.projection, request)
    }

    func delete(_ id: String, _ request: SCIMRequest) async throws -> Response {
        let id = try Self.identifier(id)
        try await Preconditions(request.headers).delete {
            EntityTag(version: try await groups.group(id, withMembers: false, in: request.scope).version)
        } at: { version in
            try await changes(request).delete(id, version: version, origin: request.origin, in: request.scope)
        }
        return SCIMResponse.noContent()
    }

    // MARK: Pieces

    private func changes(_ request: SCIMRequest) -> GroupChanges {
        GroupChanges(
            groups: groups, identifiers: identifiers, source: request.client.plugin, policy: request.client.policy)
    }

    private func read(_ request: SCIMRequest) throws -> (JSONObject, Projection) {
        let read = try ResourceReader.read(try request.resource(schema), as: schema, options: ReadingRules.group)
        try unknown.settle(read.ignored, request)
        return (read.attributes, try request.projection())
    }

    private func update(
        _ id: String, _ steps: [MembershipChange], _ request: SCIMRequest,
        decide: (JSONObject) throws -> GroupAttributes
    ) async throws -> Int64 {
        let preconditions = Preconditions(request.headers)
        return try await changes(request).update(
            try Self.identifier(id), membership: try await allowed(steps, of: id, request), origin: request.origin,
            in: request.scope
        ) { group in
            try preconditions.checkChange(of: EntityTag(version: group.version))
            let before = try group.profile.attributes()
            let after = try decide(before)
            // A name can give roles.
            if !Difference(from: before, to: after.document).isEmpty { try request.client.capability.requireFull() }
            return after
        }
    }

    /// The steps themselves; of a connection that may only take access away, the removals that they come to.
    private func allowed(
        _ steps: [MembershipChange], of id: String, _ request: SCIMRequest
    ) async throws -> [MembershipChange] {
        if request.client.capability == .full { return steps }
        let group = try await groups.group(try Self.identifier(id), withMembers: true, in: request.scope)
        guard let removals = steps.removals(from: Set((group.members ?? []).map(\.id))) else {
            try request.client.capability.requireFull()
            return steps
        }
        return removals
    }

    /// After a change: what the request itself has done is read, whatever the settings are by now.
    private func group(_ id: String, _ projection: Projection, after request: SCIMRequest) async throws -> Group {
        try await groups.group(
            try Self.identifier(id), withMembers: !projection.excludes("members"), in: request.scope.afterwards)
    }

    private func group(_ id: String, _ projection: Projection, _ request: SCIMRequest) async throws -> Group {
        try await groups.group(
            try Self.identifier(id), withMembers: !projection.excludes("members"), in: request.scope)
    }

    private func respond(
        _ group: Group, _ projection: Projection, _ request: SCIMRequest, status: HTTPResponse.Status = .ok
    ) throws -> Response {
        let resource = GroupResource(group: group, baseURL: request.baseURL)
        let bytes = try resource.utf8(projection, schema: schema)
        return SCIMResponse.resource(bytes, status: status, location: resource.location, tag: resource.tag)
    }

    private static func identifier(_ text: String) throws(DomainError) -> GroupID {
        guard let id = GroupID(text) else { throw .notFound }
        return id
    }
}
