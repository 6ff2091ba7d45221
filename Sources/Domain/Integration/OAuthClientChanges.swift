import StrictJSON

/// Setting up clients of the token endpoint: what an admin or the operator does to them.
package struct OAuthClientChanges: Sendable {
    private let clients: any OAuthClientRepository
    private let identifiers: IdentifierSource
    private let origin: ChangeOrigin

    package init(clients: any OAuthClientRepository, identifiers: IdentifierSource, origin: ChangeOrigin) {
        self.clients = clients
        self.identifiers = identifiers
        self.origin = origin
    }

    /// A secret that was drawn a moment ago.
    package struct NewSecret: Sendable {
        package var id: ClientSecretID
        package var name: SecretName
        package var digest: TokenDigest
        package var prefix: String
        package var createdAt: Timestamp
        package var expiresAt: Timestamp

        package init(
            id: ClientSecretID, name: SecretName = .none, digest: TokenDigest, prefix: String, createdAt: Timestamp,
            expiresAt: Timestamp
        ) {
            self.id = id
            self.name = name
            self.digest = digest
            self.prefix = prefix
            self.createdAt = createdAt
            self.expiresAt = expiresAt
        }

        fileprivate func of(_ client: OAuthClientID) -> ClientSecret {
            var secret = ClientSecret(
                id: id, client: client, prefix: prefix, createdAt: createdAt, expiresAt: expiresAt, revokedAt: nil)
            secret.name = name
            return secret
        }
    }

    /// Makes a client with its first secret.
    ///
    /// - Throws: `conflict` when there is a secret of this id already.
    package func create(
        for plugin: Plugin, tokens lifetime: AccessTokenLifetime, secret: NewSecret, in scope: TenantScope
    ) async throws(DomainError) -> OAuthClient {
        let client = OAuthClient(
            id: OAuthClientID(rawValue: identifiers.next()), plugin: plugin.id, pluginName: plugin.name,
            tokenLifetime: lifetime, federation: nil, createdAt: secret.createdAt, revokedAt: nil)
        var difference = Difference()
        difference.set("plugin", from: .null, to: .string(plugin.id.description))
        difference.set("tokenSeconds", from: .null, to: .integer(Int64(lifetime.seconds)))
        let kept = secret.of(client.id)
        try await clients.create(
            client, secret: kept, digest: secret.digest,
            changes: [change(.create, .client(client.id), difference), creation(of: kept)], in: scope)
        return client
    }

    /// Adds a secret beside those that the client has.
    ///
    /// - Throws: `conflict` when there is a secret of this id already; `notFound` without such a client.
    package func add(
        _ secret: NewSecret, to client: OAuthClientID, in scope: TenantScope
    ) async throws(DomainError) {
        let kept = secret.of(client)
        try await clients.create(kept, digest: secret.digest, change: creation(of: kept), in: scope)
    }

    private func creation(of secret: ClientSecret) -> Change {
        var difference = Difference()
        difference.set("client", from: .null, to: .string(secret.client.description))
        difference.setName(secret.name)
        difference.set("expiresAt", from: .null, to: .integer(secret.expiresAt.seconds))
        return change(.create, .secret(secret.id), difference)
    }

    package func federate(
        _ client: OAuthClient, with identity: FederatedIdentity?, in scope: TenantScope
    ) async throws(DomainError) {
        let difference = Difference(from: client.federation?.object ?? [:], to: identity?.object ?? [:])
        if difference.isEmpty { return }
        try await clients.federate(
            client.id, with: identity, change: change(.update, .client(client.id), difference), in: scope)
    }

    package func revoke(_ client: OAuthClientID, in scope: TenantScope) async throws(DomainError) {
        try await clients.revoke(client, change: change(.revoke, .client(client), Difference()), in: scope)
    }

    package func revoke(_ secret: ClientSecretID, in scope: TenantScope) async throws(DomainError) {
        try await clients.revoke(secret, change: change(.revoke, .secret(secret), Difference()), in: scope)
    }

    private func change(
        _ action: Change.Action, _ subject: Change.Subject, _ difference: Difference
    ) -> Change {
        Change(
            id: ChangeID(rawValue: identifiers.next()), action: action, subject: subject, difference: difference,
            origin: origin)
    }
}

extension FederatedIdentity {
    fileprivate var object: JSONObject {
        [
            "issuer": .string(issuer), "subject": .string(subject), "audience": .string(audience),
            "jwksURL": .string(keys.description),
        ]
    }
}
