package import StrictJSON

/// Setting up connections to identity providers: what an admin or the operator does to them.
package struct IntegrationChanges: Sendable {
    private let integration: any IntegrationRepository
    private let identifiers: IdentifierSource
    private let origin: ChangeOrigin

    package init(integration: any IntegrationRepository, identifiers: IdentifierSource, origin: ChangeOrigin) {
        self.integration = integration
        self.identifiers = identifiers
        self.origin = origin
    }

    /// - Parameter configure: everything but kind and name.
    package func create(
        _ kind: Plugin.Kind, name: String, in scope: TenantScope, configure: (inout Plugin) throws -> Void = { _ in }
    ) async throws -> Plugin {
        try Self.check(name)
        var plugin = Plugin(
            id: PluginID(rawValue: identifiers.next()), kind: kind, name: name, isEnabled: true, defaultRole: .trainee,
            acceptsBareToken: false)
        try configure(&plugin)
        var difference = Difference()
        for (field, value) in plugin.fields.dropFirst() { difference.set(field, from: .null, to: value) }
        return try await integration.create(plugin, change: change(.create, .plugin(plugin.id), difference), in: scope)
    }

    private static func check(_ name: String) throws(DomainError) {
        guard Plugin.nameLength.contains(name.count) else {
            throw .invalid(field: "name", reason: "A name has 1 to \(Plugin.nameLength.upperBound) characters.")
        }
    }

    /// Does nothing when nothing differs.
    ///
    /// - Parameter agreed: the digest of the confirmed preview of people's roles.
    /// - Throws: `conflict` when another connection of the kind has the name; `stale` when somebody else was faster.
    package func update(
        _ plugin: Plugin, from before: Plugin, agreed: String? = nil, in scope: TenantScope
    ) async throws(DomainError) -> SettingOutcome {
        try Self.check(plugin.name)
        var difference = Difference()
        for (old, new) in zip(before.fields, plugin.fields) where old.1 != new.1 && old.0 != Plugin.activeProvider {
            difference.set(old.0, from: old.1, to: new.1)
        }
        if !difference.isEmpty {
            let change = change(.update, .plugin(plugin.id), difference)
            let movesRoles = before.defaultRole != plugin.defaultRole || before.isEnabled != plugin.isEnabled
            let outcome = try await agreeing(agreed, if: movesRoles) { () throws(DomainError) in
                try await integration.preview(plugin, in: scope)
            } write: { agreed throws(DomainError) in
                try await integration.update(plugin, agreed: agreed, change: change, in: scope)
            }
            guard case .saved = outcome else { return outcome }
        }
        if plugin.isActiveProvider, !before.isActiveProvider {
            var difference = Difference()
            difference.set(Plugin.activeProvider, from: .bool(false), to: .bool(true))
            _ = try await integration.activate(
                plugin.id, change: change(.update, .plugin(plugin.id), difference), in: scope)
        }
        return .saved
    }

    /// Writes the setting when it changes no roles, or when exactly these changes were confirmed.
    private func agreeing(
        _ agreed: String?, if movesRoles: Bool, preview: () async throws(DomainError) -> RolePreview,
        write: (_ agreed: String?) async throws(DomainError) -> Void
    ) async throws(DomainError) -> SettingOutcome {
        guard movesRoles else {
            try await write(nil)
            return .saved
        }
        for _ in 0..<UserChanges.attempts {
            let found = try await preview()
            guard found.isEmpty || found.digest == agreed else { return .asks(found) }
            do throws(DomainError) {
                try await write(found.digest)
                return .saved
            } catch {
                // People came or moved meanwhile.
                guard case .conflict(RolePreview.conflictKey) = error else { throw error }
            }
        }
        throw .unavailable(retryAfter: 1)
    }

    /// Removes the connection; its users and groups stay.
    package func delete(_ plugin: Plugin, in scope: TenantScope) async throws(DomainError) {
        var difference = Difference()
        difference.set("name", from: .string(plugin.name), to: .null)
        try await integration.delete(plugin.id, change: change(.delete, .plugin(plugin.id), difference), in: scope)
    }

    /// - Parameters:
    ///   - id: decided by the caller, so that asking twice makes one token and a conflict.
    ///   - expiresAt: nil for never.
    package func createToken(
        of plugin: Plugin, as id: TokenID? = nil, named name: SecretName = .none, digest: TokenDigest, prefix: String,
        expiresAt: Timestamp?, now: Timestamp, in scope: TenantScope
    ) async throws(DomainError) -> Token {
        var token = Token(
            id: id ?? TokenID(rawValue: identifiers.next()), plugin: plugin.id, pluginName: plugin.name, prefix: prefix,
            createdAt: now, expiresAt: expiresAt, revokedAt: nil, lastUsedAt: nil, lastUsedFrom: nil)
        token.name = name
        var difference = Difference()
        difference.setName(name)
        difference.set(
            "expiresAt", from: .null, to: expiresAt.map { .integer($0.microseconds / 1_000_000) } ?? .null)
        try await integration.create(
            token, digest: digest, change: change(.create, .token(token.id), difference), in: scope)
        return token
    }

    package func revoke(_ token: TokenID, in scope: TenantScope) async throws(DomainError) {
        try await integration.revoke(token, change: change(.revoke, .token(token), Difference()), in: scope)
    }

    /// Adds or removes a rule by which users get roles.
    ///
    /// - Parameter agreed: the digest of the confirmed preview of people's roles.
    package func set(
        _ mapping: RoleMapping, isPresent: Bool, of plugin: PluginID, agreed: String? = nil, in scope: TenantScope
    ) async throws(DomainError) -> SettingOutcome {
        let fields: JSON = [
            "from": .string(mapping.origin.rawValue), "value": .string(mapping.value),
            "role": .string(mapping.role.rawValue),
        ]
        var difference = Difference()
        difference.set("roleMapping", from: isPresent ? .null : fields, to: isPresent ? fields : .null)
        let change = change(.update, .plugin(plugin), difference)
        return try await agreeing(agreed, if: true) { () throws(DomainError) in
            try await integration.preview(mapping, isPresent: isPresent, of: plugin, in: scope)
        } write: { agreed throws(DomainError) in
            try await integration.set(
                mapping, isPresent: isPresent, of: plugin, agreed: agreed, change: change, in: scope)
        }
    }

    private func change(
        _ action: Change.Action, _ subject: Change.Subject, _ difference: Difference
    ) -> Change {
        Change(
            id: ChangeID(rawValue: identifiers.next()), action: action, subject: subject, difference: difference,
            origin: origin)
    }
}

extension Plugin {
    package static let nameLength = 1...100
    fileprivate static let activeProvider = "active_provider"

    /// How the connection is set up, for the change log and the operator's tools.
    package var fields: [(String, JSON)] {
        [
            ("plugin_id", .string(id.description)), ("kind", .string(kind.rawValue)), ("name", .string(name)),
            ("enabled", .bool(isEnabled)), ("paused", .bool(isPaused)), ("default_role", .string(defaultRole.rawValue)),
            ("bare_token", .bool(acceptsBareToken)),
            ("token_header", tokenHeader.map { .string($0.description) } ?? .null),
            ("unknown_members", .string(policy.unknownMembers.rawValue)),
            ("unknown_attributes", .string(policy.unknownAttributes.rawValue)),
            ("matching", .string(policy.matching.rawValue)),
            ("takeover_roles", .string(policy.takeoverRoles.rawValue)),
            ("required_profile", .string(policy.requiredProfile.rawValue)), ("strict", .bool(policy.isStrict)),
            ("list_roles", .bool(policy.listsRoles)), ("invites", .string(policy.invites.rawValue)),
            (Self.activeProvider, .bool(isActiveProvider)),
        ]
    }
}
