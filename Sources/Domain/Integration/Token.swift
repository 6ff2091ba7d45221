/// A secret of a plug-in, without the secret.
package struct Token: Sendable, Hashable {
    package var id: TokenID
    package var plugin: PluginID
    package var pluginName: String
    package var name = SecretName.none
    package var prefix: String
    /// Nil where nobody asked the change log.
    package var maker: SecretMaker?
    package var createdAt: Timestamp
    package var expiresAt: Timestamp?
    package var revokedAt: Timestamp?
    package var lastUsedAt: Timestamp?
    package var lastUsedFrom: String?

    package init(
        id: TokenID, plugin: PluginID, pluginName: String, prefix: String, createdAt: Timestamp,
        expiresAt: Timestamp?, revokedAt: Timestamp?, lastUsedAt: Timestamp?, lastUsedFrom: String?
    ) {
        self.id = id
        self.plugin = plugin
        self.pluginName = pluginName
        self.prefix = prefix
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
        self.lastUsedFrom = lastUsedFrom
    }
}

/// The SHA-256 of a token's text: what is stored, and what is looked up.
package struct TokenDigest: Sendable, Hashable {
    package let bytes: [UInt8]
    package init(bytes: [UInt8]) { self.bytes = bytes }
}

/// An identity provider that has shown a good token of one tenant: what a SCIM route needs to be called at all.
package struct ProvisioningClient: Sendable, Hashable {
    package let tenant: TenantID
    package let plugin: PluginID
    package let token: TokenID
    package let defaultRole: Role
    package let acceptsBareToken: Bool
    package let tokenHeader: TokenHeader?
    package let policy: ProvisioningPolicy
    /// The tenant's own attributes of users.
    package let customAttributes: [CustomAttribute]

    package init(
        tenant: TenantID, plugin: PluginID, token: TokenID, defaultRole: Role, acceptsBareToken: Bool,
        tokenHeader: TokenHeader? = nil, policy: ProvisioningPolicy = .init(),
        customAttributes: [CustomAttribute] = []
    ) {
        self.tenant = tenant
        self.plugin = plugin
        self.token = token
        self.defaultRole = defaultRole
        self.acceptsBareToken = acceptsBareToken
        self.policy = policy
        self.customAttributes = customAttributes
        self.tokenHeader = tokenHeader
    }
}

/// What the store finds for a token within a tenant; `client()` decides whether that lets it in.
package struct TokenStanding: Sendable, Hashable {
    package var client: ProvisioningClient
    package var expiresAt: Timestamp?
    package var revokedAt: Timestamp?
    package var pluginIsEnabled: Bool
    package var pluginIsPaused: Bool
    package var tenantStatus: Tenant.Status
    package var entitlements: Set<Entitlement>

    package init(
        client: ProvisioningClient, expiresAt: Timestamp?, revokedAt: Timestamp?, pluginIsEnabled: Bool,
        pluginIsPaused: Bool = false, tenantStatus: Tenant.Status, entitlements: Set<Entitlement>
    ) {
        self.client = client
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.pluginIsEnabled = pluginIsEnabled
        self.pluginIsPaused = pluginIsPaused
        self.tenantStatus = tenantStatus
        self.entitlements = entitlements
    }

    package func admitted(now: Timestamp) throws(DomainError) -> ProvisioningClient {
        if revokedAt != nil { throw .unauthenticated(reason: Refusal.tokenRevoked.sentence) }
        if let expiresAt, expiresAt <= now { throw .unauthenticated(reason: Refusal.tokenExpired.sentence) }
        if tenantStatus == .suspended { throw .forbidden(reason: Refusal.accountSuspended.sentence) }
        if !pluginIsEnabled { throw .forbidden(reason: Refusal.switchedOff.sentence) }
        if !entitlements.contains(.scim) { throw .forbidden(reason: Refusal.notInPlan.sentence) }
        if pluginIsPaused { throw .paused(retryAfter: Self.pause) }
        return client
    }

    /// Seconds after which a provider of a paused connection may ask again.
    private static let pause = 300
}
