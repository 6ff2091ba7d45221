package import Domain

/// The addresses of a connection's endpoints. They lie outside of the tenant's address, because providers keep them for
/// good while a tenant may be renamed.
package struct SAMLAddresses: Sendable, Hashable {
    package enum Endpoint: String, Sendable, CaseIterable { case metadata, login, acs, slo }

    /// Without a slash at the end.
    private let base: String
    /// The same at the tenant's own host; nil where tenants have none.
    private let own: String?

    package init(_ connection: SAMLConnectionID, of tenant: Slug, at address: TenantAddress) {
        base = "\(address.publicURL)/saml/\(connection)"
        own = address.baseDomain.map { _ in "\(address.url(of: tenant))/saml/\(connection)" }
    }

    /// Our entity id: where our metadata is.
    package var entityID: String { self[.metadata] }
    package subscript(endpoint: Endpoint) -> String { "\(base)/\(endpoint.rawValue)" }
    /// The address of the endpoint at the tenant's own host; it works as well, but only as long as the tenant keeps its
    /// name.
    package func own(_ endpoint: Endpoint) -> String? { own.map { "\($0)/\(endpoint.rawValue)" } }
}
