import Domain
import Hummingbird
import SCIM
import StrictJSON

/// `/ServiceProviderConfig`, `/ResourceTypes`, `/Schemas` (RFC 7644 §4).
struct DiscoveryController {
    let schemas: TenantSchemas
    let limits: SCIMLimits

    func serviceProviderConfig(_ baseURL: String) -> Response {
        SCIMResponse.json(configuration.json(baseLocation: baseURL).utf8)
    }

    func resourceTypes(_ request: SCIMRequest) throws(SCIMError) -> Response {
        try list(types(request).map { $0.json(baseLocation: request.baseURL) }, request)
    }

    func resourceType(_ name: String, _ request: SCIMRequest) throws(SCIMError) -> Response {
        guard let type = types(request).first(where: { $0.name == name }) else {
            throw .notFound("There is no resource type of this name.")
        }
        return SCIMResponse.json(type.json(baseLocation: request.baseURL).utf8)
    }

    func schemas(_ request: SCIMRequest) throws(SCIMError) -> Response {
        try list(schemas(types(request)).map { $0.json(baseLocation: request.baseURL) }, request)
    }

    func schema(_ id: String, _ request: SCIMRequest) throws(SCIMError) -> Response {
        guard let schema = schemas(types(request)).first(where: { $0.id.lowercased() == id.lowercased() }) else {
            throw .notFound("There is no schema of this URN.")
        }
        return SCIMResponse.json(schema.json(baseLocation: request.baseURL).utf8)
    }

    private func types(_ request: SCIMRequest) -> [ResourceSchema] {
        [schemas.user(with: request.client.customAttributes), .group]
            + (request.client.policy.listsRoles ? [OktaRoles.resourceType] : [])
    }

    private func schemas(_ types: [ResourceSchema]) -> [Schema] {
        var schemas: [Schema] = []
        for type in types {
            for schema in [type.core] + type.extensions.map(\.schema)
            where !schemas.contains(where: { $0.id == schema.id }) {
                schemas.append(schema)
            }
        }
        return schemas + [.serviceProviderConfig, .resourceType, .schema]
    }

    private var configuration: ServiceProviderConfig {
        ServiceProviderConfig(
            bulk: .init(
                supported: true, maxOperations: limits.bulkOperations, maxPayloadSize: limits.bodyBytes),
            maxResults: limits.pageMaximum,
            changePassword: false, sort: true, etag: true,
            authenticationSchemes: [
                .init(
                    type: "oauthbearertoken", name: "Secret Token",
                    description: "The Secret Token of the connection under Manage > Plugins, as an OAuth bearer token.",
                    specUri: "https://www.rfc-editor.org/info/rfc6750", primary: true),
                .init(
                    type: "oauth2", name: "OAuth 2.0 client credentials",
                    description: "Access tokens of the token endpoint /oauth2/token of the tenant, for hours.",
                    specUri: "https://www.rfc-editor.org/info/rfc6749", primary: false),
            ],
            pagination: .init(
                defaultPaginationMethod: "index", defaultPageSize: limits.pageSize, maxPageSize: limits.pageMaximum,
                cursorTimeout: Int(Cursors.seconds)))
    }

    /// Sorting and paging are ignored here; a filter is refused (RFC 7644 §4).
    private func list(_ resources: [JSON], _ request: SCIMRequest) throws(SCIMError) -> Response {
        if request.query.contains(where: { $0.0.lowercased() == "filter" }) {
            throw .forbidden("These resources cannot be filtered.")
        }
        return SCIMResponse.json(ListResponse(all: resources).utf8)
    }
}
