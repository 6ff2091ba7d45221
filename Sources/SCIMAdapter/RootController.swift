import Domain
import Hummingbird
import SCIM
import StrictJSON

/// Queries over all resource types at once (RFC 7644 §3.4.2.1): users and groups in the order that the query asks for,
/// else in that of their making, with the same pages as lists of one type.
struct RootController {
    let resources: any ResourceRepository
    let users: UserController
    let groups: GroupController

    func list(_ request: SCIMRequest) async throws -> Response { try await list(try request.listQuery(), request) }

    /// `POST /.search` (RFC 7644 §3.4.3).
    func search(_ request: SCIMRequest) async throws -> Response {
        try await list(try SearchRequest(parsing: try request.json()).query, request)
    }

    private func list(_ query: ListQuery, _ request: SCIMRequest) async throws -> Response {
        let paging = try Paging(query, of: "", request)
        let userSchema = users.schema(request)
        let types = [userSchema, groups.schema]
        let (ofUsers, ofGroups) = (
            try UserAttributeTable.translation.selection(query, userSchema, among: types, request.limits),
            try GroupAttributeTable.translation.selection(query, groups.schema, among: types, request.limits)
        )
        let projection = query.projection
        let isSorted = ofUsers.key != nil || ofGroups.key != nil
        let page = try await resources.resources(
            ofUsers, ofGroups, isDescending: isSorted && query.sortOrder == .descending, page: paging.request,
            withMembers: !projection.excludes("members"), in: request.scope)
        let elements = try page.elements.map { resource in
            switch resource {
            case .user(let user):
                try UserResource(user: user, baseURL: request.baseURL).utf8(projection, schema: userSchema)
            case .group(let group):
                try GroupResource(group: group, baseURL: request.baseURL).utf8(projection, schema: groups.schema)
            }
        }
        return paging.respond(
            Page(elements: elements, total: page.total, end: page.end, beginning: page.beginning))
    }
}

extension FilterTranslation {
    /// The part of a query for several resource types that one of them has to answer.
    fileprivate func selection(
        _ query: ListQuery, _ schema: ResourceSchema, among all: [ResourceSchema], _ limits: SCIMLimits
    ) throws(SCIMError) -> ListSelection<Field> {
        ListSelection(
            predicate: try predicate(query.filter, schema: schema, among: all, limits: limits),
            key: order(query, schema: schema).key)
    }
}
