/// The connections of a tenant with all that their states depend on.
package struct ConnectionOverview: Sendable {
    /// The credentials of each connection.
    package let secrets: @Sendable (PluginID) -> ConnectionSecrets
    private let connections: [SAMLConnection]
    private let activities: [PluginID: ConnectionActivity]
    private let entitlements: Set<Entitlement>
    private let now: Timestamp

    package init(
        of tenant: Tenant, integration: any IntegrationRepository, clients: any OAuthClientRepository,
        saml: any SAMLRepository, log: any ProvisioningLogRepository, at now: Timestamp, in scope: TenantScope
    ) async throws(DomainError) {
        secrets = try await ConnectionSecrets.ofAll(integration, clients, in: scope)
        connections = try await saml.connections(in: scope)
        activities = try await log.activities(at: now, in: scope)
        entitlements = tenant.entitlements
        self.now = now
    }

    /// The SAML side of a connection; nil for one of another kind.
    package func samlConnection(of plugin: Plugin) -> SAMLConnection? {
        connections.first { $0.id.plugin == plugin.id }
    }

    /// The state of a connection.
    package func health(of plugin: Plugin) -> ConnectionHealth {
        let isInPlan = entitlements.contains(plugin.kind.entitlement)
        let facts =
            samlConnection(of: plugin).map { ConnectionFacts($0, isInPlan: isInPlan) }
            ?? ConnectionFacts(
                plugin, isInPlan: isInPlan, secrets: secrets(plugin.id),
                activity: activities[plugin.id] ?? ConnectionActivity(), at: now)
        return .of(facts, at: now)
    }
}

extension ConnectionSecrets {
    /// The credentials of each connection of a tenant.
    package static func ofAll(
        _ integration: any IntegrationRepository, _ clients: any OAuthClientRepository, in scope: TenantScope
    ) async throws(DomainError) -> @Sendable (PluginID) -> ConnectionSecrets {
        let tokens = try await integration.tokens(in: scope)
        let secrets = try await clients.secrets(in: scope)
        let all = try await clients.clients(in: scope)
        return { ConnectionSecrets(of: $0, tokens: tokens, clients: all, secrets: secrets) }
    }
}
