import Domain
import Edge
import StrictJSON

/// Whether nobody but Owners gets in: where people sign in with their company only, and no connection lets them.
struct LockOut {
    private let tenant: Tenant
    private let connections: [SAMLConnection]

    init(_ parts: ConsoleParts, _ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) {
        tenant = request.tenant
        let isPossible = tenant.signInMethod == .saml && tenant.entitlements.contains(.saml)
        connections = isPossible ? try await parts.saml.connections(in: user.scope(.manageIntegration)) : []
    }

    /// As things are.
    var isThere: Bool { tenant.signInMethod == .saml && !connections.contains(where: \.letsIn) }

    /// Because the connection, by which people get in, does not let them any more.
    ///
    /// - Parameter changed: what it becomes; nil for one that is deleted, or has yet to show that it works.
    func follows(from id: PluginID, becoming changed: SAMLConnection?) -> Bool {
        if tenant.signInMethod != .saml || isThere || changed?.letsIn == true { return false }
        return !connections.contains { $0.letsIn && $0.id.plugin != id }
    }
}
