import Domain
import Edge
import Logging
import Persistence
import SAMLAdapter

extension Services {
    /// Makes the next key of a connection, unless there is one.
    func publishNextKey(of connection: SAMLConnectionID, sealer: Sealer) async throws {
        let key = try await ConnectionKeys.make(.next, for: connection, sealer: sealer, environment: environment)
        _ = try await saml.add(key, to: connection)
    }

    /// The parts that signing in by an identity provider needs.
    ///
    /// - Parameter page: shows what people see when it does not just happen.
    func samlParts(
        _ secretKey: SecretKey, contact: String?, security: any SecurityEventRecorder, logger: Logger,
        page: @escaping SAMLParts.Page
    ) -> SAMLParts {
        SAMLParts(
            connections: saml, integration: integration, users: users, signIn: signIn, security: security,
            rate: configuration.signInRate,
            address: configuration.address,
            keySealer: secretKey.sealer(for: "saml keys"),
            ticketSealer: secretKey.sealer(for: "saml tickets"), contact: contact,
            environment: environment, logger: logger, page: page)
    }
}
