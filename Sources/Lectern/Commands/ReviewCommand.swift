import ArgumentParser
import Domain
import Persistence
import StrictJSON

struct ReviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "Connections that want to write to users of another source.",
        subcommands: [List.self, Approve.self, Refuse.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Who asked for whom; what is undecided comes first.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "Only those of this provider.") var plugin: String?
        @Option(help: "How many lines, at most 1000.") var limit = 100
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            var only: PluginID?
            if let plugin { only = try await services.plugin(plugin, of: tenant).id }
            let scope = TenantScope(tenant: tenant.id, admission: .operator)
            let reviews = try await services.linkReviews.reviews(
                of: only, limit: min(max(limit, 1), 1000), in: scope)
            let moves = try await LinkReviews(repository: services.linkReviews, identifiers: services.identifiers)
                .roleMoves(of: reviews, in: scope)
            output.list(
                reviews.map { $0.fields + LinkReview.fields(of: moves[$0]) },
                empty: "No connection has asked for a user of another source.")
        }
    }

    /// The subject of a decision.
    struct LinkOptions: ParsableArguments {
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "The provider's name.") var plugin: String
        @Option(help: "The user's userName or id.") var user: String

        /// - Parameter mayDelete: whether an approval is meant to be one of deleting the user.
        func decide(
            _ decision: LinkReview.Decision, mayDelete: Bool = false, keepsRoles: Bool = false
        ) async throws -> [(String, JSON)] {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let scope = TenantScope(tenant: tenant.id, admission: .operator)
            let plugin = try await services.plugin(plugin, of: tenant)
            let user = try await services.user(user, in: scope)
            let reviews = LinkReviews(repository: services.linkReviews, identifiers: services.identifiers)
            let act = try await services.linkReviews.link(of: user.id, to: plugin.id, in: scope).act
            if decision == .approved, act == .delete, !mayDelete {
                throw CommandFailure("“\(plugin.name)” wants to delete this user. Approve that with --deletion.")
            }
            let isNew = try await reviews.decide(
                decision, on: act, for: user.id, of: plugin.id, keepsRoles: keepsRoles,
                origin: ChangeOrigin(actor: .operator, requestID: "cli"), in: scope)
            return [
                ("user_id", .string(user.id.description)), ("plugin", .string(plugin.name)),
                ("decision", .string(decision.rawValue)), ("note", .string(note(decision, isNew: isNew))),
            ]
        }

        private func note(_ decision: LinkReview.Decision, isNew: Bool) -> String {
            switch (decision, isNew) {
            case (.approved, true): "The user now belongs to this connection; its next attempt will succeed."
            case (.approved, false): "The user belongs to this connection already; there was nothing to do."
            case (.refused, true): "The user stays where it is; the connection is told that it was refused."
            case (.refused, false): "The link was refused already; there was nothing to do."
            }
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give the user to the connection that asked for it.")
        @OptionGroup var options: LinkOptions
        @Flag(help: "Approve that the connection deletes the user.") var deletion = false
        @Flag(inversion: .prefixedNo, help: "Leave the user the roles that the former connection's rules gave.")
        var keepRoles = true
        @OptionGroup var output: OutputOptions

        func run() async throws {
            output.show(try await options.decide(.approved, mayDelete: deletion, keepsRoles: keepRoles))
        }
    }

    struct Refuse: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Leave the user where it is; can be taken back by approving.")
        @OptionGroup var options: LinkOptions
        @OptionGroup var output: OutputOptions

        func run() async throws { output.show(try await options.decide(.refused)) }
    }
}

extension LinkReview {
    /// The roles that the user gains and loses by an approval.
    fileprivate static func fields(of move: RolePreview.Move?) -> [(String, JSON)] {
        [
            ("would_gain", .array((move?.gained ?? []).map { .string($0.rawValue) })),
            ("would_lose", .array((move?.lost ?? []).map { .string($0.rawValue) })),
        ]
    }

    fileprivate var fields: [(String, JSON)] {
        [
            ("plugin", .string(pluginName)), ("user_id", .string(user.description)), ("user_name", .string(userName)),
            ("belongs_to", sourceName.map { .string($0) } ?? .null), ("first_asked_at", firstAskedAt.json),
            ("last_asked_at", lastAskedAt.json), ("act", act.map { .string($0.rawValue) } ?? .null),
            ("changes", .object(difference)), ("decision", decision.map { .string($0.rawValue) } ?? .null),
            ("decided_at", decidedAt.json),
        ]
    }
}
