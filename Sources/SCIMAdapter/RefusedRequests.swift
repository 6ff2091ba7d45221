import Domain
import HTTPTypes
import SCIM
import StrictJSON

/// Tells the provisioning log what an identity provider did not get.
struct RefusedRequests: Sendable {
    let recorder: any RefusalRecorder
    let identifiers: IdentifierSource
    let now: @Sendable () -> Timestamp

    private static let reasonCharacters = 300
    private static let nameScalars = 300

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
                resourceID: id.flatMap { UserID($0)?.description }, name: name(askedFor: request, route),
                status: error.status,
                scimType: error.scimType?.rawValue, reason: String(error.detail.prefix(Self.reasonCharacters)),
                requestID: request.requestID), of: request.client.tenant)
    }

    /// The name that a creation asks for, or else its externalId; nil of other requests, and where the body holds neither.
    private func name(askedFor request: SCIMRequest, _ route: SCIMRoute) -> String? {
        guard let attribute = route.nameOfCreation, let body = try? request.json().objectValue else { return nil }
        for wanted in [attribute, "externalid"] {
            // The case of an attribute's name does not count (RFC 7643 §2.1).
            if let value = body.first(where: { $0.key.lowercased() == wanted })?.value.stringValue, !value.isEmpty {
                return String(String.UnicodeScalarView(value.unicodeScalars.prefix(Self.nameScalars)))
            }
        }
        return nil
    }
}

extension SCIMRoute {
    /// The attribute, in small letters, that names the resource which the route creates; nil of other routes.
    fileprivate var nameOfCreation: String? {
        switch self {
        case .users(.create): "username"
        case .groups(.create): "displayname"
        case .users, .groups, .serviceProviderConfig, .resourceTypes, .resourceType, .schemas, .schema, .roles, .role,
            .root, .bulk, .notAllowed, .notImplemented, .unknown:
            nil
        }
    }

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
