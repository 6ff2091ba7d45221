/// The state of a client of the token endpoint within a tenant, as the store finds it.
package struct ClientStanding: Sendable, Hashable {
    package struct Secret: Sendable, Hashable {
        package var id: ClientSecretID
        package var digest: TokenDigest

        package init(id: ClientSecretID, digest: TokenDigest) {
            self.id = id
            self.digest = digest
        }
    }

    package var client: OAuthClientID
    package var federation: FederatedIdentity?
    /// The secrets that are neither expired nor revoked.
    package var secrets: [Secret]
    package var pluginIsEnabled: Bool

    package init(
        client: OAuthClientID, federation: FederatedIdentity?, secrets: [Secret], pluginIsEnabled: Bool
    ) {
        self.client = client
        self.federation = federation
        self.secrets = secrets
        self.pluginIsEnabled = pluginIsEnabled
    }

    /// The client's secret of this digest. All are compared, each in constant time.
    package func secret(_ digest: TokenDigest) -> ClientSecretID? {
        secrets.reduce(nil) { found, secret in secret.digest.isSame(as: digest) ? secret.id : found }
    }

    /// Whether the client may have tokens at all, once it has shown who it is. What a token then allows is decided
    /// where it is used: taking access away works on every plan.
    package var isAuthorized: Bool { pluginIsEnabled }
}

extension TokenDigest {
    /// Compares in a time that does not depend on where the two differ.
    package func isSame(as other: TokenDigest) -> Bool {
        bytes.count == other.bytes.count && zip(bytes, other.bytes).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// The use of an assertion's identifier (`jti`, RFC 7523 §3), which is accepted once until the assertion expires.
package struct AssertionUse: Sendable, Hashable {
    package let digest: TokenDigest
    package let expiresAt: Timestamp

    package init(digest: TokenDigest, expiresAt: Timestamp) {
        self.digest = digest
        self.expiresAt = expiresAt
    }
}

/// An access token that is about to be issued (RFC 6749 §5.1).
package struct AccessTokenGrant: Sendable, Hashable {
    package let client: OAuthClientID
    /// The secret that the client showed; nil when it came with an assertion.
    package let secret: ClientSecretID?
    /// The assertion's identifier, which is used up; nil when it has none.
    package let assertion: AssertionUse?
    package let token: TokenID
    package let digest: TokenDigest
    package let prefix: String
    /// The client's network address.
    package let address: String

    package init(
        client: OAuthClientID, secret: ClientSecretID?, assertion: AssertionUse? = nil, token: TokenID,
        digest: TokenDigest, prefix: String,
        address: String
    ) {
        self.client = client
        self.secret = secret
        self.assertion = assertion
        self.token = token
        self.digest = digest
        self.prefix = prefix
        self.address = address
    }
}
