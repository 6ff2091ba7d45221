package import Domain

/// Where the endpoints of a connection lie: outside of the tenant's address, because providers keep them for good and a
/// tenant may be called otherwise one day.
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
    /// Where the endpoint lies at the tenant's own host: as good, but only as long as the tenant is called so.
    package func own(_ endpoint: Endpoint) -> String? { own.map { "\($0)/\(endpoint.rawValue)" } }
}
