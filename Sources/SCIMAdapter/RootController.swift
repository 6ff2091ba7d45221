import Domain
import Hummingbird
import SCIM
import StrictJSON

/// Queries over all resource types at once (RFC 7644 §3.4.2.1): users come first, then groups, each in the order that
/// the query asks for. Pages are counted by index.
struct RootController {
    let users: UserController
    let groups: GroupController

    func list(_ request: SCIMRequest) async throws -> Response { try await list(try request.listQuery(), request) }

    /// `POST /.search` (RFC 7644 §3.4.3).
    func search(_ request: SCIMRequest) async throws -> Response {
        try await list(try SearchRequest(parsing: try request.json()).query, request)
    }

    private func list(_ query: ListQuery, _ request: SCIMRequest) async throws -> Response {
        if query.cursor?.isEmpty == false { throw SCIMError.invalidCursor }
        let offset = query.startIndex - 1
        let limit = min(query.count ?? request.limits.pageSize, request.limits.pageMaximum)
        var (total, resources): (Int, [[UInt8]]) = (0, [])
        let types = [users.schema(request), groups.schema]
        for page in [users.page, groups.page] {
            let rest = PageRequest(offset: max(0, offset - total), limit: limit - resources.count)
            let found = try await page(query, rest, types, request)
            total += found.total ?? 0
            resources += found.elements
        }
        return SCIMResponse.json(
            ListResponse(totalResults: total, startIndex: query.startIndex, resources: resources).utf8)
    }
}
