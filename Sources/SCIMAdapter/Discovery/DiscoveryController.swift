import Hummingbird
import SCIM
import StrictJSON

/// `/ServiceProviderConfig`, `/ResourceTypes`, `/Schemas` (RFC 7644 §4).
struct DiscoveryController {
    let resourceTypes: [ResourceSchema]
    let limits: SCIMLimits

    func serviceProviderConfig(_ baseURL: String) -> Response {
        SCIMResponse.json(configuration.json(baseLocation: baseURL).utf8)
    }

    func resourceTypes(_ request: SCIMRequest) throws(SCIMError) -> Response {
        try list(resourceTypes.map { $0.json(baseLocation: request.baseURL) }, request)
    }

    func resourceType(_ name: String, _ request: SCIMRequest) throws(SCIMError) -> Response {
        guard let type = resourceTypes.first(where: { $0.name == name }) else {
            throw .notFound("There is no resource type of this name.")
        }
        return SCIMResponse.json(type.json(baseLocation: request.baseURL).utf8)
    }

    func schemas(_ request: SCIMRequest) throws(SCIMError) -> Response {
        try list(schemas.map { $0.json(baseLocation: request.baseURL) }, request)
    }

    func schema(_ id: String, _ request: SCIMRequest) throws(SCIMError) -> Response {
        guard let schema = schemas.first(where: { $0.id.lowercased() == id.lowercased() }) else {
            throw .notFound("There is no schema of this URN.")
        }
        return SCIMResponse.json(schema.json(baseLocation: request.baseURL).utf8)
    }

    private var schemas: [Schema] {
        var schemas: [Schema] = []
        for type in resourceTypes {
            for schema in [type.core] + type.extensions.map(\.schema)
            where !schemas.contains(where: { $0.id == schema.id }) {
                schemas.append(schema)
            }
        }
        return schemas + [.serviceProviderConfig, .resourceType, .schema]
    }

    private var configuration: ServiceProviderConfig {
        // A client that cuts changes into pieces of `bulk.maxOperations` takes 0 for "no need to".
        ServiceProviderConfig(
            bulk: .init(supported: false, maxOperations: 0, maxPayloadSize: 0), maxResults: limits.pageMaximum,
            changePassword: false, sort: false, etag: true,
            authenticationSchemes: [
                .init(
                    type: "oauthbearertoken", name: "Secret Token",
                    description: "The Secret Token of Manage > Integration > Plugins > SCIM, as an OAuth bearer token.",
                    specUri: "https://www.rfc-editor.org/info/rfc6750", primary: true),
                .init(
                    type: "oauth2", name: "OAuth 2.0 client credentials",
                    description: "Access tokens of the token endpoint /oauth2/token of the tenant, for hours.",
                    specUri: "https://www.rfc-editor.org/info/rfc6749", primary: false),
            ])
    }

    /// Sorting and paging are ignored here; a filter is refused (RFC 7644 §4).
    private func list(_ resources: [JSON], _ request: SCIMRequest) throws(SCIMError) -> Response {
        if request.query.contains(where: { $0.0.lowercased() == "filter" }) {
            throw .forbidden("These resources cannot be filtered.")
        }
        return SCIMResponse.list(resources.map(\.utf8), total: resources.count, startIndex: 1)
    }
}
