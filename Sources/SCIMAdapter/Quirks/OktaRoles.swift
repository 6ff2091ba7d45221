import Domain
import Hummingbird
import SCIM
import StrictJSON

/// Okta's entitlement management looks in `/ResourceTypes` for types of its own schema, and reads the resources of each
/// at their endpoint: `GET /Roles?count=1&startIndex=1`, of which it needs `id` and `displayName`.
/// Source: Okta's guide to SCIM with entitlements. Only on connections that ask for it: other clients take every
/// resource type they do not know for an error.
struct OktaRoles {
    static let resourceType = ResourceSchema(
        name: "Role", endpoint: "/Roles",
        core: Schema(
            id: "urn:okta:scim:schemas:core:1.0:Role", name: "Role", description: "A role that users can be given.",
            attributes: [
                AttributeDefinition("displayName", description: "The name of the role.", required: true),
                AttributeDefinition("description", description: "What the role may do."),
            ]))

    /// The roles that an identity provider can give.
    private static let roles = Role.allCases.filter(\.canBeProvisioned)

    func list(_ request: SCIMRequest) throws(SCIMError) -> Response {
        let query = try request.listQuery()
        if query.filter != nil { throw .invalidFilter("Roles cannot be filtered.") }
        let limit = min(query.count ?? request.limits.pageSize, request.limits.pageMaximum)
        let page = Self.roles.dropFirst(query.startIndex - 1).prefix(limit)
        return SCIMResponse.json(
            ListResponse(
                totalResults: Self.roles.count, startIndex: query.startIndex,
                resources: page.map { resource($0, request).utf8 }
            ).utf8)
    }

    func get(_ id: String, _ request: SCIMRequest) throws(SCIMError) -> Response {
        guard let role = Self.roles.first(where: { $0.rawValue == id }) else { throw .notFound }
        return SCIMResponse.json(resource(role, request).utf8)
    }

    private func resource(_ role: Role, _ request: SCIMRequest) -> JSON {
        let name = role.rawValue.prefix(1).uppercased() + role.rawValue.dropFirst()
        return [
            "schemas": [.string(Self.resourceType.core.id)], "id": .string(role.rawValue),
            "displayName": .string(name),
            "description": .string(role.permissions.map(\.rawValue).sorted().joined(separator: ", ")),
            "meta": [
                "resourceType": "Role", "location": .string("\(request.baseURL)/Roles/\(role.rawValue)"),
            ],
        ]
    }
}
