import Domain
import HTTPTypes
import SCIM

/// Tells the provisioning log what an identity provider did not get.
struct RefusedRequests: Sendable {
    let recorder: any RefusalRecorder
    let identifiers: IdentifierSource
    let now: @Sendable () -> Timestamp

    private static let reasonCharacters = 300

    /// A request whose turn did not come.
    func note(_ error: DomainError, _ client: ProvisioningClient) {
        if case .throttled = error { recorder.recordThrottling(of: client, at: now()) }
    }

    /// - Parameter error: what the client is told. Reading what is not there, and being busy, are no failures of its.
    func note(_ error: SCIMError, _ route: SCIMRoute, _ request: SCIMRequest) {
        let isRead = request.method == .get || request.method == .head
        if error.status >= 500 || error.status == 429 || error.status == 401 || isRead && error.status == 404 { return }
        let (type, id) = route.resource
        recorder.record(
            RefusedRequest(
                id: ChangeID(rawValue: identifiers.next()), at: now(), plugin: request.client.plugin,
                token: request.client.token, method: request.method.rawValue, resourceType: type,
                resourceID: id.flatMap { UserID($0)?.description }, status: error.status,
                scimType: error.scimType?.rawValue, reason: String(error.detail.prefix(Self.reasonCharacters)),
                requestID: request.requestID), of: request.client.tenant)
    }
}

extension SCIMRoute {
    /// The type of resource that the route is about, and which one.
    fileprivate var resource: (type: String?, id: String?) {
        switch self {
        case .users(let action): ("User", action.id)
        case .groups(let action): ("Group", action.id)
        case .serviceProviderConfig, .resourceTypes, .resourceType, .schemas, .schema, .roles, .role, .root, .bulk,
            .notAllowed, .notImplemented, .unknown:
            (nil, nil)
        }
    }
}

extension SCIMRoute.UserAction {
    fileprivate var id: String? {
        switch self {
        case .get(let id), .replace(let id), .patch(let id), .delete(let id): id
        case .list, .create, .search: nil
        }
    }
}
