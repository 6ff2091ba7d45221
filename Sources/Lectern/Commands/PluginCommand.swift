import ArgumentParser
import Domain
import Persistence
import StrictJSON

struct PluginCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin", abstract: "Connections to identity providers.", subcommands: [Create.self, List.self])

    struct Create: AsyncParsableCommand {
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "scim or saml.") var kind: String
        @Option(help: "The provider's name, for example “Microsoft Entra ID”.") var name: String
        @Option(help: "The role of users it creates: admin, editor, instructor or trainee.") var defaultRole = "trainee"
        @Flag(help: "Take the token also without Bearer before it (Okta's header mode).") var bareToken = false
        @Option(help: "Take the token also in this header, for example X-Api-Key.") var tokenHeader: String?
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let header = tokenHeader.flatMap { TokenHeader($0) }
            if let tokenHeader, header == nil {
                throw CommandFailure(
                    "“\(tokenHeader)” cannot hold a token; take a name of your own, such as X-Api-Key.")
            }
            let tenant = try await services.tenant(tenant)
            guard let kind = Plugin.Kind(rawValue: kind) else {
                throw CommandFailure("A plug-in is of the kind scim or saml, not “\(kind)”.")
            }
            guard let role = Role(name: defaultRole), role.canBeProvisioned else {
                throw CommandFailure(
                    "“\(defaultRole)” cannot be given by an identity provider; take admin, editor, instructor or trainee."
                )
            }
            let plugin = try await services.createPlugin(
                of: tenant, kind: kind, name: name, defaultRole: role, bareToken: bareToken, tokenHeader: header)
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

extension Services {
    func createPlugin(
        of tenant: Tenant, kind: Plugin.Kind, name: String, defaultRole: Role, bareToken: Bool,
        tokenHeader: TokenHeader? = nil
    ) async throws -> Plugin {
        guard (1...100).contains(name.count) else { throw CommandFailure("A name has 1 to 100 characters.") }
        let plugin = Plugin(
            id: PluginID(rawValue: identifiers.next()), kind: kind, name: name, isEnabled: true,
            defaultRole: defaultRole, acceptsBareToken: bareToken, tokenHeader: tokenHeader)
        var difference = Difference()
        difference.set("name", from: .null, to: .string(name))
        difference.set("defaultRole", from: .null, to: .string(defaultRole.rawValue))
        try await integration.create(
            plugin, change: operatorChange(.create, .plugin(plugin.id), difference),
            in: TenantScope(tenant: tenant.id, admission: .operator))
        return plugin
    }
}

extension Plugin {
    fileprivate var fields: [(String, JSON)] {
        [
            ("plugin_id", .string(id.description)), ("kind", .string(kind.rawValue)), ("name", .string(name)),
            ("enabled", .bool(isEnabled)), ("default_role", .string(defaultRole.rawValue)),
            ("bare_token", .bool(acceptsBareToken)),
            ("token_header", tokenHeader.map { .string($0.description) } ?? .null),
        ]
    }
}
