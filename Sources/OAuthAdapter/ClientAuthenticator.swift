import Domain
import Edge

/// A client that has shown who it is. Nothing else can be given a token.
struct AuthenticatedClient {
    let id: OAuthClientID
    /// The secret that it showed; nil when it came with an assertion.
    let secret: ClientSecretID?
    /// The assertion's identifier; nil for a secret, or an assertion that has none.
    let assertion: AssertionUse?

    fileprivate init(id: OAuthClientID, secret: ClientSecretID?, assertion: AssertionUse?) {
        self.id = id
        self.secret = secret
        self.assertion = assertion
    }
}

/// Says which client of a tenant credentials belong to.
struct ClientAuthenticator: Sendable {
    private let clients: any OAuthClientRepository
    private let keys: KeySets
    private let environment: Edge.Environment

    init(clients: any OAuthClientRepository, keys: KeySets, environment: Edge.Environment) {
        self.clients = clients
        self.keys = keys
        self.environment = environment
    }

    /// - Throws: `invalidClient`, with the same words and after the same work, whatever is wrong.
    func client(
        showing credentials: TokenRequest.Credentials, in tenant: TenantID
    ) async throws -> AuthenticatedClient {
        let standing: ClientStanding?
        let shown: ClientSecretID?
        var use: AssertionUse?
        switch credentials {
        case .secret(let client, let secret):
            let digest = TokenDigest(of: secret)
            standing = try await clients.standing(of: OAuthClientID(client) ?? Self.nobody, in: tenant)
            shown = standing?.secret(digest)
            if shown == nil { throw TokenError.invalidClient }
        case .assertion(let client, let text):
            standing = try await clients.standing(of: OAuthClientID(client) ?? Self.nobody, in: tenant)
            shown = nil
            guard let identity = standing?.federation, let assertion = try await checked(text, about: identity) else {
                throw TokenError.invalidClient
            }
            use = assertion.use
        }
        guard let standing else { throw TokenError.invalidClient }
        guard standing.isAuthorized else { throw TokenError.unauthorizedClient }
        return AuthenticatedClient(id: standing.client, secret: shown, assertion: use)
    }

    /// The assertion, if it is about the identity and signed by its issuer. What it says is looked at first, so that
    /// not anybody can make us ask an issuer for its keys.
    private func checked(
        _ text: String, about identity: FederatedIdentity
    ) async throws(DomainError) -> ClientAssertion? {
        guard let assertion = ClientAssertion(text), assertion.isAbout(identity, now: environment.now()),
            let key = try await keys.key(assertion.keyID, at: identity.keys), await assertion.isSigned(by: key)
        else { return nil }
        return assertion
    }

    private static let nobody = OAuthClientID(rawValue: 0)
}
