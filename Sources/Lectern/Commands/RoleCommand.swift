import ArgumentParser
import Domain
import Persistence
import StrictJSON

struct RoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "role", abstract: "Which roles follow from what, and why somebody has one.",
        subcommands: [Map.self, Unmap.self, Mappings.self, Explain.self])

    /// The source and the role of a mapping.
    struct MappingOptions: ParsableArguments {
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "The provider's name.") var plugin: String
        @Option(help: "A value of the users' roles, as the identity provider sends it.") var appRole: String?
        @Option(help: "The name or the id of a group.") var group: String?
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

        func set(
            _ isPresent: Bool, _ agreement: RoleAgreement, _ output: OutputOptions
        ) async throws -> [(String, JSON)] {
            let mapping = try mapping()
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let plugin = try await services.plugin(plugin, of: tenant)
            let scope = TenantScope(tenant: tenant.id, admission: .operator)
            try await agreement.save(output) { agreed in
                try await services.integrationChanges.set(
                    mapping, isPresent: isPresent, of: plugin.id, agreed: agreed, in: scope)
            }
            let found = try await services.integration.mappingStatuses(of: plugin.id, in: scope).first {
                $0.mapping.role == mapping.role && [$0.key, $0.mapping].contains { $0.isSame(as: mapping) }
            }
            return found?.fields ?? mapping.fields
        }
    }

    struct Map: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a role to whoever has an app role or is in a group.")
        @OptionGroup var options: MappingOptions
        @OptionGroup var agreement: RoleAgreement
        @OptionGroup var output: OutputOptions

        func run() async throws { output.show(try await options.set(true, agreement, output)) }
    }

    struct Unmap: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take such a rule back, and the roles it gave.")
        @OptionGroup var options: MappingOptions
        @OptionGroup var agreement: RoleAgreement
        @OptionGroup var output: OutputOptions

        func run() async throws { output.show(try await options.set(false, agreement, output)) }
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
            let mappings = try await services.integration.mappingStatuses(
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
            let reasons = try await services.users.reasons(ofRolesOf: user.id, in: scope)
            output.list(
                grants.map { grant in
                    [
                        ("role", .string(grant.role.rawValue)),
                        ("because", .string(grant.reason(among: reasons.filter { $0.explains(grant) }))),
                        ("since", grant.grantedAt.json),
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

    fileprivate func isSame(as other: RoleMapping) -> Bool {
        origin == other.origin && valueKey == other.valueKey
    }
}

extension RoleMappingStatus {
    fileprivate var fields: [(String, JSON)] {
        mapping.fields + [
            ("people", .integer(Int64(people))),
            ("group_id", group?.id.map { .string($0.description) } ?? .null), ("note", note),
        ]
    }

    private var note: JSON {
        switch group {
        case .found, nil: .null
        case .awaited: "no group of this name yet; applies to the first one that the identity provider creates"
        case .deleted: "the group was deleted; applies again if the identity provider creates it again"
        case .ofAnother: "the group belongs to another connection, so it gives no role"
        }
    }
}

extension RoleGrant {
    /// The order is that of precedence: what people granted stays; of the rest, mappings go before the default.
    fileprivate func reason(among reasons: [RoleReason]) -> String {
        let named = reasons.compactMap { reason in reason.value.map { "“\($0)” of \(reason.pluginName)" } }
            .joined(separator: ", ")
        return switch origin {
        case "operator", "admin": "granted by \(origin == "admin" ? "an admin" : "the operator")"
        case "kept": "kept when another connection took the user over"
        case "app-role": named.isEmpty ? "a value of roles maps to it" : "the app role \(named) maps to it"
        case "group": named.isEmpty ? "a group that the user is in maps to it" : "the group \(named) maps to it"
        default: "nothing maps to a role, so the default role of \(reasons.first?.pluginName ?? "the connection")"
        }
    }
}
