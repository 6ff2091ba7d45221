import HTTPTypes

/// The table of contents: what lies where below a tenant's `/scim/v2`.
enum SCIMRoute: Equatable {
    case serviceProviderConfig
    case resourceTypes
    case resourceType(String)
    case schemas
    case schema(String)
    case users(UserAction)
    case groups(GroupAction)
    case roles
    case role(String)
    case root(RootAction)
    case bulk
    /// Known, with another method.
    case notAllowed([HTTPRequest.Method])
    /// Defined by the protocol, not offered here.
    case notImplemented(String)
    case unknown

    enum UserAction: Equatable {
        case list, create, search
        case get(String), replace(String), patch(String), delete(String)
    }

    enum RootAction: Equatable {
        case list, search
    }

    typealias GroupAction = UserAction

    init(_ method: HTTPRequest.Method, _ path: [String]) {
        let method = method == .head ? .get : method
        switch (path.first ?? "", path.count) {
        case ("ServiceProviderConfig", 1): self = Self.only(.get, method, .serviceProviderConfig)
        case ("ResourceTypes", 1): self = Self.only(.get, method, .resourceTypes)
        case ("ResourceTypes", 2): self = Self.only(.get, method, .resourceType(path[1]))
        case ("Schemas", 1): self = Self.only(.get, method, .schemas)
        case ("Schemas", 2): self = Self.only(.get, method, .schema(path[1]))
        case ("Users", 1...2): self = Self.resource(method, path.dropFirst().first, SCIMRoute.users)
        case ("Groups", 1...2): self = Self.resource(method, path.dropFirst().first, SCIMRoute.groups)
        case ("Roles", 1): self = Self.only(.get, method, .roles)
        case ("Roles", 2): self = Self.only(.get, method, .role(path[1]))
        case ("Bulk", 1): self = Self.only(.post, method, .bulk)
        case ("Me", 1): self = .notImplemented("A Secret Token stands for a connection, not for a person.")
        case (".search", 1): self = Self.only(.post, method, .root(.search))
        case ("", 0): self = Self.only(.get, method, .root(.list))
        default: self = .unknown
        }
    }

    /// `/ServiceProviderConfig` says nothing about a tenant and may be read by anybody (RFC 7644 §4).
    var isPublic: Bool { self == .serviceProviderConfig }

    /// Whether it gives access whatever the body says. Of other requests to write, the body decides.
    var givesAccess: Bool {
        switch self {
        case .users(.create), .groups(.create): true
        case .users, .groups, .serviceProviderConfig, .resourceTypes, .resourceType, .schemas, .schema, .roles, .role,
            .root, .bulk, .notAllowed, .notImplemented, .unknown:
            false
        }
    }

    /// Whether a transaction of its own admits the client. A bulk has one for each operation, and may have none.
    var readsTenant: Bool {
        switch self {
        case .users, .groups, .root: true
        case .serviceProviderConfig, .resourceTypes, .resourceType, .schemas, .schema, .roles, .role, .bulk,
            .notAllowed, .notImplemented, .unknown:
            false
        }
    }

    private static func only(
        _ allowed: HTTPRequest.Method, _ method: HTTPRequest.Method, _ route: SCIMRoute
    ) -> SCIMRoute { method == allowed ? route : .notAllowed([allowed]) }

    private static func resource(
        _ method: HTTPRequest.Method, _ id: String?, _ make: (UserAction) -> SCIMRoute
    ) -> SCIMRoute {
        switch (method, id) {
        case (.get, nil): make(.list)
        case (.post, nil): make(.create)
        case (_, nil): .notAllowed([.get, .post])
        case (.post, ".search"): make(.search)
        case (_, ".search"): .notAllowed([.post])
        case (.get, let id?): make(.get(id))
        case (.put, let id?): make(.replace(id))
        case (.patch, let id?): make(.patch(id))
        case (.delete, let id?): make(.delete(id))
        case (_, .some): .notAllowed([.get, .put, .patch, .delete])
        }
    }
}
