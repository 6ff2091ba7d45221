import ArgumentParser
import Domain
import Persistence
import StrictJSON

struct RoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "role", abstract: "Which roles follow from what, and why somebody has one.",
        subcommands: [Map.self, Unmap.self, Mappings.self, Explain.self])

    /// What a mapping is from and to.
    struct MappingOptions: ParsableArguments {
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "The provider's name.") var plugin: String
        @Option(help: "A value of the users' roles, as the identity provider sends it.") var appRole: String?
        @Option(help: "The name of a group.") var group: String?
        @Option(help: "admin, editor, instructor or trainee.") var role: String

        func mapping() throws -> RoleMapping {
            guard let role = Role(name: role), role.canBeProvisioned else {
                throw CommandFailure(
                    "“\(role)” cannot be given by an identity provider; take admin, editor, instructor or trainee.")
            }
            switch (appRole, group) {
            case (let value?, nil) where !value.isEmpty: return RoleMapping(origin: .appRole, value: value, role: role)
            case (nil, let name?) where !name.isEmpty: return RoleMapping(origin: .group, value: name, role: role)
            default: throw CommandFailure("Give either --app-role or --group.")
            }
        }

        func set(_ isPresent: Bool) async throws -> [(String, JSON)] {
            let mapping = try mapping()
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let plugin = try await services.plugin(plugin, of: tenant)
            try await services.integrationChanges.set(
                mapping, isPresent: isPresent, of: plugin.id, in: TenantScope(tenant: tenant.id, admission: .operator))
            return mapping.fields
        }
    }

    struct Map: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a role to whoever has an app role or is in a group.")
        @OptionGroup var options: MappingOptions
        @OptionGroup var output: OutputOptions

        func run() async throws { output.show(try await options.set(true)) }
    }

    struct Unmap: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take such a rule back, and the roles it gave.")
        @OptionGroup var options: MappingOptions
        @OptionGroup var output: OutputOptions

        func run() async throws { output.show(try await options.set(false)) }
    }

    struct Mappings: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The rules of a connection.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "The provider's name.") var plugin: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let plugin = try await services.plugin(plugin, of: tenant)
            let mappings = try await services.integration.mappings(
                of: plugin.id, in: TenantScope(tenant: tenant.id, admission: .operator))
            output.list(
                mappings.map(\.fields),
                empty: "There are no mappings; everybody gets the role \(plugin.defaultRole.rawValue).")
        }
    }

    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Why a user has which roles.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Argument(help: "The user's userName or id.") var user: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let scope = TenantScope(tenant: try await services.tenant(tenant).id, admission: .operator)
            let user = try await services.user(user, in: scope)
            let grants = try await services.users.roles(of: user.id, in: scope)
            output.list(
                grants.map {
                    [
                        ("role", .string($0.role.rawValue)), ("because", .string($0.reason)),
                        ("since", $0.grantedAt.json),
                    ]
                },
                empty: "The user has no role.")
        }
    }
}

extension RoleMapping {
    fileprivate var fields: [(String, JSON)] {
        [("from", .string(origin.rawValue)), ("value", .string(value)), ("role", .string(role.rawValue))]
    }
}

extension RoleGrant {
    /// The order is that of precedence: what people granted stays; of the rest, mappings go before the default.
    fileprivate var reason: String {
        switch origin {
        case "operator", "admin": "granted by \(origin == "admin" ? "an admin" : "the operator")"
        case "app-role": "a value of roles maps to it"
        case "group": "a group that the user is in maps to it"
        default: "nothing maps to a role, so the default role of the connection"
        }
    }
}
