import Domain
import Edge

/// A client that has shown who it is. Nothing else can be given a token.
struct AuthenticatedClient {
    let id: OAuthClientID
    /// The secret that it showed; nil when it came with an assertion.
    let secret: ClientSecretID?

    fileprivate init(id: OAuthClientID, secret: ClientSecretID?) {
        self.id = id
        self.secret = secret
    }
}

/// Says which client of a tenant credentials belong to.
struct ClientAuthenticator: Sendable {
    private let clients: any OAuthClientRepository

    init(clients: any OAuthClientRepository) { self.clients = clients }

    /// - Throws: `invalidClient`, with the same words and after the same work, whatever is wrong.
    func client(
        showing credentials: TokenRequest.Credentials, in tenant: TenantID
    ) async throws -> AuthenticatedClient {
        switch credentials {
        case .secret(let client, let secret):
            let digest = TokenDigest(of: secret)
            let standing = try await clients.standing(of: OAuthClientID(client) ?? Self.nobody, in: tenant)
            guard let standing, let shown = standing.secret(digest) else { throw TokenError.invalidClient }
            guard standing.isAuthorized else { throw TokenError.unauthorizedClient }
            return AuthenticatedClient(id: standing.client, secret: shown)
        case .assertion: throw TokenError.invalidClient
        }
    }

    private static let nobody = OAuthClientID(rawValue: 0)
}
