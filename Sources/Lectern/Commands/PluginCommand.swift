import ArgumentParser
import Domain
import Persistence
import StrictJSON

struct PluginCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin", abstract: "Connections to identity providers.",
        subcommands: [Create.self, Update.self, List.self])

    struct Create: AsyncParsableCommand {
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "scim or saml.") var kind: String
        @Option(help: "The provider's name, for example “Microsoft Entra ID”.") var name: String
        @OptionGroup var options: PluginOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            guard let kind = Plugin.Kind(rawValue: kind) else {
                throw CommandFailure("A plug-in is of the kind scim or saml, not “\(kind)”.")
            }
            let plugin = try await services.createPlugin(of: tenant, kind: kind, name: name) {
                try options.apply(to: &$0)
            }
            output.show(plugin.fields)
        }
    }

    struct Update: AsyncParsableCommand {
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "The provider's name.") var name: String
        @Flag(inversion: .prefixedEnableDisable, help: "Whether the connection works at all.") var connection: Bool?
        @Flag(help: "Make it the active provider, whose users no other connection takes over unasked.")
        var activeProvider = false
        @OptionGroup var options: PluginOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            var plugin = try await services.plugin(name, of: tenant)
            let before = plugin.fields
            try options.apply(to: &plugin)
            plugin.isEnabled = connection ?? plugin.isEnabled
            var difference = Difference()
            for (old, new) in zip(before, plugin.fields) where old.1 != new.1 {
                difference.set(old.0, from: old.1, to: new.1)
            }
            let scope = TenantScope(tenant: tenant.id, admission: .operator)
            if !difference.isEmpty {
                try await services.integration.update(
                    plugin, change: services.operatorChange(.update, .plugin(plugin.id), difference), in: scope)
            }
            if activeProvider {
                var difference = Difference()
                difference.set("active_provider", from: .bool(false), to: .bool(true))
                _ = try await services.integration.activate(
                    plugin.id, change: services.operatorChange(.update, .plugin(plugin.id), difference), in: scope)
                plugin.isActiveProvider = true
            }
            output.show(plugin.fields)
        }
    }

    struct List: AsyncParsableCommand {
        @Option(help: "The tenant's slug.") var tenant: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let plugins = try await services.integration.plugins(
                in: TenantScope(tenant: tenant.id, admission: .operator))
            output.list(plugins.map(\.fields), empty: "There are no plug-ins yet.")
        }
    }
}

/// How a connection works; what is not given stays as it is.
struct PluginOptions: ParsableArguments {
    @Option(help: "The role of users it creates: admin, editor, instructor or trainee.") var defaultRole: String?
    @Flag(inversion: .prefixedNo, help: "Take the token also without Bearer before it (Okta's header mode).")
    var bareToken: Bool?
    @Option(help: "Take the token also in this header, for example X-Api-Key; empty for none.")
    var tokenHeader: String?
    @Option(help: "Members of groups who do not exist yet: keep or refuse.") var unknownMembers: String?
    @Option(help: "Users that another source made: link (take them over), refuse, or review (ask an admin).")
    var matching: String?
    @Option(help: "Attributes users should have: standard, velpic, vault-platform or peripass.")
    var requiredProfile: String?
    @Flag(inversion: .prefixedNo, help: "Refuse users who lack a required attribute.") var strict: Bool?
    @Flag(inversion: .prefixedNo, help: "List the roles for Okta's entitlement management.") var listRoles: Bool?

    func apply(to plugin: inout Plugin) throws {
        if let defaultRole {
            guard let role = Role(name: defaultRole), role.canBeProvisioned else {
                throw CommandFailure(
                    "“\(defaultRole)” cannot be given by an identity provider; take admin, editor, instructor or trainee."
                )
            }
            plugin.defaultRole = role
        }
        plugin.acceptsBareToken = bareToken ?? plugin.acceptsBareToken
        if let tokenHeader {
            plugin.tokenHeader = TokenHeader(tokenHeader)
            if plugin.tokenHeader == nil, !tokenHeader.isEmpty {
                throw CommandFailure(
                    "“\(tokenHeader)” cannot hold a token; take a name of your own, such as X-Api-Key.")
            }
        }
        plugin.policy.unknownMembers = try choice(unknownMembers, "unknown-members") ?? plugin.policy.unknownMembers
        plugin.policy.matching = try choice(matching, "matching") ?? plugin.policy.matching
        plugin.policy.requiredProfile = try choice(requiredProfile, "required-profile") ?? plugin.policy.requiredProfile
        plugin.policy.isStrict = strict ?? plugin.policy.isStrict
        plugin.policy.listsRoles = listRoles ?? plugin.policy.listsRoles
    }

    private func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ text: String?, _ option: String
    ) throws -> Choice? {
        guard let text else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw CommandFailure(
                "--\(option) is one of \(Choice.allCases.map(\.rawValue).joined(separator: ", ")), not “\(text)”.")
        }
        return choice
    }
}

extension Services {
    func createPlugin(
        of tenant: Tenant, kind: Plugin.Kind, name: String, configure: (inout Plugin) throws -> Void = { _ in }
    ) async throws -> Plugin {
        guard (1...100).contains(name.count) else { throw CommandFailure("A name has 1 to 100 characters.") }
        var plugin = Plugin(
            id: PluginID(rawValue: identifiers.next()), kind: kind, name: name, isEnabled: true, defaultRole: .trainee,
            acceptsBareToken: false)
        try configure(&plugin)
        var difference = Difference()
        for (field, value) in plugin.fields.dropFirst() { difference.set(field, from: .null, to: value) }
        return try await integration.create(
            plugin, change: operatorChange(.create, .plugin(plugin.id), difference),
            in: TenantScope(tenant: tenant.id, admission: .operator))
    }
}

extension Plugin {
    fileprivate var fields: [(String, JSON)] {
        [
            ("plugin_id", .string(id.description)), ("kind", .string(kind.rawValue)), ("name", .string(name)),
            ("enabled", .bool(isEnabled)), ("default_role", .string(defaultRole.rawValue)),
            ("bare_token", .bool(acceptsBareToken)),
            ("token_header", tokenHeader.map { .string($0.description) } ?? .null),
            ("unknown_members", .string(policy.unknownMembers.rawValue)),
            ("matching", .string(policy.matching.rawValue)),
            ("required_profile", .string(policy.requiredProfile.rawValue)), ("strict", .bool(policy.isStrict)),
            ("list_roles", .bool(policy.listsRoles)),
            ("active_provider", .bool(isActiveProvider)),
        ]
    }
}
