/// A confidential client (RFC 6749 §2.1) of the token endpoint: one plug-in under a name of its own.
package struct OAuthClient: Sendable, Hashable {
    package var id: OAuthClientID
    package var plugin: PluginID
    package var pluginName: String
    package var tokenLifetime: AccessTokenLifetime
    package var federation: FederatedIdentity?
    package var createdAt: Timestamp
    package var revokedAt: Timestamp?
    /// When and from where its latest token was used, or when it got that.
    package var lastUsedAt: Timestamp?
    package var lastUsedFrom: String?

    package init(
        id: OAuthClientID, plugin: PluginID, pluginName: String, tokenLifetime: AccessTokenLifetime,
        federation: FederatedIdentity?, createdAt: Timestamp, revokedAt: Timestamp?
    ) {
        self.id = id
        self.plugin = plugin
        self.pluginName = pluginName
        self.tokenLifetime = tokenLifetime
        self.federation = federation
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }
}

/// A secret of a client, without the secret.
package struct ClientSecret: Sendable, Hashable {
    package var id: ClientSecretID
    package var client: OAuthClientID
    package var name = SecretName.none
    package var prefix: String
    /// Nil where nobody asked the change log.
    package var maker: SecretMaker?
    package var createdAt: Timestamp
    package var expiresAt: Timestamp
    package var revokedAt: Timestamp?
    /// When and from where the client last got a token by it.
    package var lastUsedAt: Timestamp?
    package var lastUsedFrom: String?

    package init(
        id: ClientSecretID, client: OAuthClientID, prefix: String, createdAt: Timestamp, expiresAt: Timestamp,
        revokedAt: Timestamp?
    ) {
        self.id = id
        self.client = client
        self.prefix = prefix
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }
}

/// How long an access token is good: from one hour, which identity providers ask for at least, to six.
package struct AccessTokenLifetime: Sendable, Hashable {
    package let seconds: Int

    package static let standard = Self(seconds: 3600)!

    package init?(seconds: Int) {
        guard (3600...21_600).contains(seconds) else { return nil }
        self.seconds = seconds
    }
}
