package import Domain

/// Where the endpoints of a connection lie: outside of the tenant's address, because providers keep them for good and a
/// tenant may be called otherwise one day.
package struct SAMLAddresses: Sendable, Hashable {
    package enum Endpoint: String, Sendable, CaseIterable { case metadata, login, acs, slo }

    /// Without a slash at the end.
    private let base: String

    package init(_ connection: SAMLConnectionID, at address: TenantAddress) {
        base = "\(address.publicURL)/saml/\(connection)"
    }

    /// Our entity id: where our metadata is.
    package var entityID: String { self[.metadata] }
    package subscript(endpoint: Endpoint) -> String { "\(base)/\(endpoint.rawValue)" }
}
