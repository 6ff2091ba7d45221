import ArgumentParser
import Domain
import Edge
import Manage
import Persistence
import StrictJSON

struct PluginCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin", abstract: "Connections to identity providers.",
        subcommands: [Create.self, Update.self, List.self, Show.self])

    private static func kind(_ text: String) throws -> Plugin.Kind {
        guard let kind = Plugin.Kind(rawValue: text) else {
            throw CommandFailure("A plug-in is of the kind scim or saml, not “\(text)”.")
        }
        return kind
    }

    struct Create: AsyncParsableCommand {
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "scim or saml.") var kind: String
        @Option(help: "The provider's name, for example “Microsoft Entra ID”.") var name: String
        @OptionGroup var options: PluginOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let kind = try PluginCommand.kind(kind)
            let plugin = try await services.integrationChanges.create(
                kind, name: name, in: TenantScope(tenant: tenant.id, admission: .operator)
            ) { try options.apply(to: &$0) }
            output.show(plugin.fields)
        }
    }

    struct Update: AsyncParsableCommand {
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "scim or saml.") var kind = Plugin.Kind.scim.rawValue
        @Option(help: "The provider's name.") var name: String
        @Option(help: "What it is called from now on.") var rename: String?
        @Flag(inversion: .prefixedEnableDisable, help: "Whether the connection works at all.") var connection: Bool?
        @Flag(inversion: .prefixedNo, help: "Ask the provider to come back later (503), instead of letting it in.")
        var paused: Bool?
        @Flag(help: "Make it the active provider, whose users no other connection takes over unasked.")
        var activeProvider = false
        @OptionGroup var options: PluginOptions
        @OptionGroup var agreement: RoleAgreement
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let before = try await services.plugin(name, try PluginCommand.kind(kind), of: tenant)
            var plugin = before
            try options.apply(to: &plugin)
            plugin.name = rename ?? plugin.name
            plugin.isEnabled = connection ?? plugin.isEnabled
            plugin.isPaused = paused ?? plugin.isPaused
            if activeProvider { plugin.isActiveProvider = true }
            let (after, scope) = (plugin, TenantScope(tenant: tenant.id, admission: .operator))
            try await agreement.save(output) { agreed in
                try await services.integrationChanges.update(after, from: before, agreed: agreed, in: scope)
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
            output.list(
                plugins.map { $0.fields + [("throttled_at", $0.throttledAt.json)] }, empty: "There are no plug-ins yet."
            )
        }
    }
}

extension PluginCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a connection, with its state and the attributes that its provider sends and no schema has.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "scim or saml.") var kind = Plugin.Kind.scim.rawValue
        @Option(help: "The provider's name.") var name: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let plugin = try await services.plugin(name, try PluginCommand.kind(kind), of: tenant)
            let scope = TenantScope(tenant: tenant.id, admission: .operator)
            let ignored = try await services.provisioningLog.ignoredAttributes(of: plugin.id, in: scope)
            // Text has the names, JSON the time of each as well.
            let attributes: [JSON] = ignored.map { attribute in
                output.json
                    ? ["name": .string(attribute.name), "last_at": attribute.lastAt.json] : .string(attribute.name)
            }
            let now = services.environment.now()
            let overview = try await ConnectionOverview(
                of: tenant, integration: services.integration, clients: services.clients, saml: services.saml,
                log: services.provisioningLog, at: now, in: scope)
            let state = try ConsoleWords().state(of: plugin, in: overview, at: now)
            // Text has a sentence, JSON the state's name and the counts.
            let shown: [(String, JSON)] =
                output.json
                ? [("state", .string(state.name)), ("state_counts", .object(state.counts))]
                : [("state", .string(state.sentence))]
            let found: [(String, JSON)] = [
                ("throttled_at", plugin.throttledAt.json), ("ignored_attributes", .array(attributes)),
            ]
            output.show(plugin.fields + shown + found)
        }
    }
}

/// How a connection works; what is not given stays as it is.
struct PluginOptions: ParsableArguments {
    @Option(
        help:
            "The role of its users, new and existing, to whom no mapping gives one: admin, editor, instructor or trainee."
    ) var defaultRole: String?
    @Flag(inversion: .prefixedNo, help: "Take the token also without Bearer before it (Okta's header mode).")
    var bareToken: Bool?
    @Option(help: "Take the token also in this header, for example X-Api-Key; empty for none.")
    var tokenHeader: String?
    @Option(help: "Members of groups who do not exist yet: keep or refuse.") var unknownMembers: String?
    @Option(help: "Attributes that no schema has, and values that cannot be used: ignore (and show which) or refuse.")
    var unknownAttributes: String?
    @Option(help: "Users that another source made: link (take them over), refuse, or review (ask an admin).")
    var matching: String?
    @Option(help: "Roles that another connection's rules gave a user whom this one takes over: keep or follow.")
    var takeoverRoles: String?
    @Option(help: "Attributes users should have: standard, velpic, vault-platform or peripass.")
    var requiredProfile: String?
    @Flag(inversion: .prefixedNo, help: "Refuse users who lack a required attribute.") var strict: Bool?
    @Flag(inversion: .prefixedNo, help: "List the roles for Okta's entitlement management.") var listRoles: Bool?

    @Option(help: "Mail to people it creates: never, at-once (an invitation) or first-sign-in (a welcome).")
    var invites: String?

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
        plugin.policy.unknownAttributes =
            try choice(unknownAttributes, "unknown-attributes") ?? plugin.policy.unknownAttributes
        plugin.policy.matching = try choice(matching, "matching") ?? plugin.policy.matching
        plugin.policy.takeoverRoles = try choice(takeoverRoles, "takeover-roles") ?? plugin.policy.takeoverRoles
        plugin.policy.requiredProfile = try choice(requiredProfile, "required-profile") ?? plugin.policy.requiredProfile
        plugin.policy.invites = try choice(invites, "invites") ?? plugin.policy.invites
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
    /// The operator's operations on connections.
    var integrationChanges: IntegrationChanges {
        IntegrationChanges(
            integration: integration, identifiers: identifiers,
            origin: ChangeOrigin(actor: .operator, requestID: "cli"))
    }
}
