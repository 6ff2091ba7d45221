import Domain
import LecternTesting
import Persistence
import StrictJSON

extension LoggedWriteCase {
    static let connections: [LoggedWriteCase] = [
        LoggedWriteCase("IntegrationStore.create(_:change:in:)", "a connection is created") { site in
            let id: PluginID = ChangeRowSite.id()
            let plugin = Plugin(
                id: id, kind: .scim, name: "Okta", isEnabled: true, defaultRole: .trainee, acceptsBareToken: false)
            let change = site.change(.create, .plugin(id), "name", from: .null, to: "Okta")
            return LoggedWrite("plugin", id, .create, ["name": [.null, "Okta"], "active_provider": [.null, false]]) {
                _ = try await site.test.integration.create(plugin, change: change, in: site.scope)
            }
        },
        LoggedWriteCase("IntegrationStore.activate(_:change:in:)", "another provider becomes the active one") { site in
            let before = try await site.connections.create(.scim, name: "Okta", in: site.scope)
            var plugin = before
            plugin.isActiveProvider = true
            return LoggedWrite(
                "plugin", plugin.id, .update, ["active_provider": [false, true]], consequences: ["plugin update"]
            ) { [plugin] in
                _ = try await site.connections.update(plugin, from: before, in: site.scope)
            }
        },
        LoggedWriteCase("IntegrationStore.update(_:agreed:change:in:)", "a setting of a connection is changed") {
            site in
            let before = try await site.plugin()
            var plugin = before
            plugin.defaultRole = .editor
            plugin.isPaused = true
            return LoggedWrite(
                "plugin", plugin.id, .update, ["default_role": ["trainee", "editor"], "paused": [false, true]]
            ) { [plugin] in
                _ = try await site.connections.update(plugin, from: before, in: site.scope)
            }
        },
        LoggedWriteCase("IntegrationStore.delete(_:change:in:)", "a connection with a user is deleted") { site in
            try await site.provision(try await site.user().id, mapping: "Editors")
            let plugin = try await site.plugin()
            return LoggedWrite(
                "plugin", plugin.id, .delete, ["name": [.string(plugin.name), .null]], consequences: ["user update"]
            ) {
                try await site.connections.delete(plugin, in: site.scope)
            }
        },
        mapping("a role mapping is added", isPresent: true),
        mapping("a role mapping is removed", isPresent: false),
        LoggedWriteCase("IntegrationStore.create(_:digest:change:in:)", "a token is created") { site in
            let (plugin, id): (Plugin, TokenID) = (try await site.plugin(), ChangeRowSite.id())
            return LoggedWrite("token", id, .create, ["expiresAt": [.null, 7]]) {
                _ = try await site.connections.createToken(
                    of: plugin, as: id, digest: ChangeRowSite.digest(), prefix: "lct_test",
                    expiresAt: Timestamp(microseconds: 7_000_000), now: Timestamp(microseconds: 0), in: site.scope)
            }
        },
        LoggedWriteCase("IntegrationStore.revoke(_:change:in:)", "a token is revoked") { site in
            LoggedWrite("token", site.client.token, .revoke, [:]) {
                try await site.connections.revoke(site.client.token, in: site.scope)
            }
        },
        LoggedWriteCase("SAMLStore.update(_:forgets:change:in:)", "a setting to sign in by is changed") { site in
            let before = try await site.samlConnection()
            var connection = before
            connection.settings.createsUsers = true
            return LoggedWrite("plugin", connection.id.plugin, .update, ["auto_create": [false, true]]) {
                [connection] in
                try await site.saml.update(connection, from: before, in: site.scope)
            }
        },
        LoggedWriteCase("SAMLStore.promoteNextKey(of:change:in:)", "the next key signs") { site in
            let connection = try await site.samlConnection()
            try await site.addKey(.current, to: connection)
            try await site.addKey(.next, to: connection)
            return LoggedWrite("plugin", connection.id.plugin, .update, ["key": ["current", "next"]]) {
                _ = try await site.saml.promoteNextKey(of: connection.id, in: site.scope)
            }
        },
        LoggedWriteCase("SAMLStore.forgetPreviousKey(of:change:in:)", "the previous key is removed") { site in
            let connection = try await site.samlConnection()
            try await site.addKey(.previous, to: connection)
            return LoggedWrite("plugin", connection.id.plugin, .update, ["key": ["previous", .null]]) {
                _ = try await site.saml.forgetPreviousKey(of: connection.id, in: site.scope)
            }
        },
    ]

    private static func mapping(_ title: String, isPresent: Bool) -> LoggedWriteCase {
        LoggedWriteCase("IntegrationStore.set(_:isPresent:of:agreed:change:in:)", title) { site in
            let mapping = RoleMapping(origin: .group, value: "Editors", role: .editor)
            let user = try await site.user().id
            _ = try await site.group("Editors", members: MemberNames(ids: [user.rawValue]))
            try await site.provision(user, mapping: isPresent ? "Others" : "Editors")
            let fields: JSON = ["from": "group", "value": "Editors", "role": "editor"]
            return LoggedWrite(
                "plugin", site.client.plugin, .update, ["roleMapping": isPresent ? [.null, fields] : [fields, .null]],
                consequences: ["user assign-roles"]
            ) {
                try await site.set(mapping, isPresent: isPresent)
            }
        }
    }
}
