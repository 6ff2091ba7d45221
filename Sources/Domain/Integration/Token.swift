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
    /// The version of all the settings above; nil leaves it to the caller that they are current.
    package let settings: Int64?
    package var capability = Capability.full

    /// The operations that the identity provider may perform.
    package enum Capability: Sendable, Hashable {
        case full
        /// Read, and take access away; every other request is answered with this.
        case removal(otherwise: DomainError)

        /// - Throws: the answer to a request that may give access where none may be given.
        package func requireFull() throws(DomainError) {
            if case .removal(let refusal) = self { throw refusal }
        }
    }

    package init(
        tenant: TenantID, plugin: PluginID, token: TokenID, defaultRole: Role, acceptsBareToken: Bool,
        tokenHeader: TokenHeader? = nil, policy: ProvisioningPolicy = .init(),
        customAttributes: [CustomAttribute] = [], settings: Int64? = nil
    ) {
        self.settings = settings
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

/// The record of a token within a tenant; `admitted` decides which operations it allows.
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

    /// - Throws: for a token that is no good, and for a connection that an administrator has switched off. Every other
    ///   hindrance leaves the provider able to take access away.
    package func admitted(now: Timestamp) throws(DomainError) -> ProvisioningClient {
        if revokedAt != nil { throw .unauthenticated(reason: Refusal.tokenRevoked.sentence) }
        if let expiresAt, expiresAt <= now { throw .unauthenticated(reason: Refusal.tokenExpired.sentence) }
        if !pluginIsEnabled { throw .forbidden(reason: Refusal.switchedOff.sentence) }
        var admitted = client
        if let hindrance { admitted.capability = .removal(otherwise: hindrance) }
        return admitted
    }

    /// Why no access may be given; nil when it may.
    private var hindrance: DomainError? {
        if tenantStatus == .suspended { return .forbidden(reason: Refusal.accountSuspended.sentence) }
        if !entitlements.contains(.scim) { return .forbidden(reason: Refusal.notInPlan.sentence) }
        return pluginIsPaused ? .paused(retryAfter: Self.pause) : nil
    }

    /// Seconds after which a provider of a paused connection may ask again.
    private static let pause = 300
}
