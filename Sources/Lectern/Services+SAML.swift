import Domain
import Edge
import Logging
import SAMLAdapter

extension Services {
    /// What signing in by an identity provider stands on.
    ///
    /// - Parameter page: shows what people see when it does not just happen.
    func samlParts(
        _ secretKey: SecretKey, contact: String?, logger: Logger, page: @escaping SAMLParts.Page
    ) -> SAMLParts {
        SAMLParts(
            tenants: tenants, connections: saml, integration: integration, users: users, address: configuration.address,
            keySealer: Sealer(key: secretKey.derived(for: "saml keys")),
            ticketSealer: Sealer(key: secretKey.derived(for: "saml tickets")), contact: contact,
            environment: environment, logger: logger, page: page)
    }
}
