import ArgumentParser
import Domain
import Edge
import Persistence
import StrictJSON

extension UserCommand {
    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep a user from signing in, whatever the identity provider states.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Argument(help: "The user name or id.") var user: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            try await services.show(user, of: tenant, output) { changes, id, scope in
                do {
                    try await changes.suspend(
                        id, at: services.environment.now(), origin: ChangeOrigin(actor: .operator, requestID: "cli"),
                        in: scope)
                } catch DomainError.refused(let reason) { throw CommandFailure(reason) }
            }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lift a suspension. A user whom the identity provider has disabled stays disabled.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Argument(help: "The user name or id.") var user: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            try await services.show(user, of: tenant, output) { changes, id, scope in
                try await changes.resume(
                    id, statesActive: false, origin: ChangeOrigin(actor: .operator, requestID: "cli"), in: scope)
            }
        }
    }
}

extension Services {
    /// Changes a user, and shows whether the user is active afterwards and why not.
    fileprivate func show(
        _ user: String, of slug: String, _ output: OutputOptions,
        after change: (UserChanges, UserID, TenantScope) async throws -> Void
    ) async throws {
        let scope = TenantScope(tenant: try await tenant(slug).id, admission: .operator)
        let id = try await self.user(user, in: scope).id
        try await change(UserChanges(users: users, identifiers: identifiers), id, scope)
        let found = try await users.user(id, in: scope)
        output.show([
            ("user_id", .string(id.description)), ("active", .bool(found.isActive)),
            ("suspended", .bool(found.suspension != nil)),
        ])
    }
}
