import Foundation
package import StrictJSON

/// Setting up a connection to sign in by: what an admin or the operator does to it.
package struct SAMLConnectionChanges: Sendable {
    private let connections: any SAMLRepository
    private let identifiers: IdentifierSource
    private let origin: ChangeOrigin
    private let isByOwner: Bool

    /// - Parameter isByOwner: an Owner does it, or the operator, or what was decided before.
    package init(
        connections: any SAMLRepository, identifiers: IdentifierSource, origin: ChangeOrigin, isByOwner: Bool = true
    ) {
        self.isByOwner = isByOwner
        self.connections = connections
        self.identifiers = identifiers
        self.origin = origin
    }

    /// From now on people sign in with this provider.
    ///
    /// - Parameter metadataURL: where the description came from and is read again; nil for nowhere.
    package func describe(
        _ connection: SAMLConnection, as description: ProviderDescription, metadataURL: String?, now: Timestamp,
        in scope: TenantScope
    ) async throws(DomainError) {
        var changed = connection
        changed.provider = description.provider
        changed.metadataURL = metadataURL
        changed.metadataReadAt = now
        changed.pendingMetadata = nil
        // Later an admin decides on it.
        if description.usesCBC, connection.provider?.issuer != description.provider.issuer {
            changed.settings.takesCBC = true
        }
        // Whether it works is to be seen again.
        if connection.provider != description.provider { changed.testedAt = nil }
        try await update(changed, from: connection, in: scope)
    }

    package func update(
        _ connection: SAMLConnection, from before: SAMLConnection, in scope: TenantScope
    ) async throws(DomainError) {
        var difference = Difference()
        for (old, new) in zip(before.fields, connection.fields) where old.1 != new.1 {
            difference.set(old.0, from: old.1, to: new.1)
        }
        let isRead =
            connection.metadataReadAt != before.metadataReadAt
            || connection.pendingMetadata != before.pendingMetadata
        if difference.isEmpty, !isRead { return }
        try await connections.update(
            connection, forgets: forgetting(connection, before),
            change: change(difference, of: connection.id.plugin), in: scope)
    }

    /// The people whose links and sessions an update ends, because its allowed domains are fewer.
    package func linksEnded(
        by connection: SAMLConnection, from before: SAMLConnection, in scope: TenantScope
    ) async throws(DomainError) -> SAMLLinksOutside {
        guard connection.settings.isNarrower(than: before.settings) else {
            return SAMLLinksOutside(count: 0, userNames: [])
        }
        return try await connections.linksOutside(
            connection.settings.allowedDomains, of: connection.id.plugin, in: scope)
    }

    private func forgetting(_ connection: SAMLConnection, _ before: SAMLConnection) -> [SAMLForgetting] {
        var ended: [SAMLForgetting] = []
        if let known = before.provider {
            let provider = connection.provider
            if provider.map({ $0.issuer.utf8.elementsEqual(known.issuer.utf8) }) != true { return [.everybody] }
            if provider?.certificates != known.certificates, !isByOwner { ended.append(.owners) }
        }
        if connection.settings.isNarrower(than: before.settings) {
            ended.append(.outside(domains: connection.settings.allowedDomains))
        }
        return ended
    }

    /// The next key of ours signs from now on. False when there is none.
    package func promoteNextKey(of connection: SAMLConnectionID, in scope: TenantScope) async throws(DomainError)
        -> Bool
    {
        var difference = Difference()
        difference.set("key", from: "current", to: "next")
        return try await connections.promoteNextKey(
            of: connection.plugin, change: change(difference, of: connection.plugin), in: scope)
    }

    /// The key of ours before this one decrypts no more. False when there is none.
    package func forgetPreviousKey(of connection: SAMLConnectionID, in scope: TenantScope) async throws(DomainError)
        -> Bool
    {
        var difference = Difference()
        difference.set("key", from: "previous", to: .null)
        return try await connections.forgetPreviousKey(
            of: connection.plugin, change: change(difference, of: connection.plugin), in: scope)
    }

    private func change(_ difference: Difference, of plugin: PluginID) -> Change {
        Change(
            id: ChangeID(rawValue: identifiers.next()), action: .update, subject: .plugin(plugin),
            difference: difference, origin: origin)
    }
}

extension SAMLConnection {
    /// How the connection is set up, for the change log and the operator's tools.
    package var fields: [(String, JSON)] {
        func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
        return [
            ("issuer", text(provider?.issuer)), ("provider_sso_url", text(provider?.singleSignOnURL)),
            ("provider_sso_binding", text(provider?.singleSignOnBinding.rawValue)),
            ("provider_slo_url", text(provider?.singleLogoutURL)),
            ("provider_slo_binding", text(provider?.singleLogoutBinding?.rawValue)),
            ("provider_slo_response_url", text(provider?.singleLogoutResponseURL)),
            ("certificates", .array((provider?.certificates ?? []).map { .string(Data($0).base64EncodedString()) })),
            ("provider_metadata_url", text(metadataURL)), ("auto_create", .bool(settings.createsUsers)),
            ("allowed_domains", .array(settings.allowedDomains.map { .string($0) })),
            ("idp_initiated", .bool(settings.takesUnsolicited)), ("cbc", .bool(settings.takesCBC)),
            ("sha1_until", settings.takesSHA1Until.map { .integer($0.seconds) } ?? .null),
            ("name_id_format", text(settings.nameIDFormat)), ("force_authn", .bool(settings.forcesAuthentication)),
            (
                "claims",
                .object(
                    JSONObject(
                        settings.claims.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                            ($0.key.rawValue, .array($0.value.map { .string($0) }))
                        }))
            ),
        ]
    }
}
