import ArgumentParser
import Domain
import Edge
import Persistence
import Postgres
import StrictJSON
import Synchronization

struct TenantCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Tenants: the companies that use this installation.",
        subcommands: [Create.self, List.self, Show.self, Suspend.self, Resume.self, Export.self, Delete.self])

    struct Create: AsyncParsableCommand {
        @Argument(help: "The name in URLs: 2 to 63 of a-z, 0-9 and -.") var slug: String
        @Option(help: "The company's name.") var name: String
        @Option(help: "starter, growth, ultimate or enterprise.") var plan = "enterprise"
        @Option(help: "The language of users who have none of their own, as BCP 47.") var language = "en"
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            guard let plan = Plan(rawValue: plan) else {
                throw CommandFailure(
                    "There is no plan “\(plan)”; there are \(Plan.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            let tenant = try await services.createTenant(
                slug: try Slug.parsing(slug), name: name, plan: plan, language: try LanguageTag.parsing(language))
            output.show(tenant.fields(services.configuration.address.url(of: tenant.slug)))
        }
    }

    struct List: AsyncParsableCommand {
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenants = try await services.tenants.tenants()
            output.list(
                tenants.map { $0.fields(services.configuration.address.url(of: $0.slug)) },
                empty: "There are no tenants yet.")
        }
    }

    struct Show: AsyncParsableCommand {
        @Argument var slug: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(slug)
            output.show(tenant.fields(services.configuration.address.url(of: tenant.slug)))
        }
    }

    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let nobody of the tenant in; everything is kept.")
        @Argument var slug: String
        @OptionGroup var output: OutputOptions

        func run() async throws { try await setStatus(.suspended, of: slug, output) }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a suspended tenant in again.")
        @Argument var slug: String
        @OptionGroup var output: OutputOptions

        func run() async throws { try await setStatus(.active, of: slug, output) }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Write the tenant and everything it has as lines of JSON: {\"table\": …, \"row\": …}.",
            discussion:
                "The lines contain password hashes, token digests and sealed secrets: keep them as safe as a backup.")
        @Argument var slug: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(slug)
            try await TenantExport(services.database).write(tenant.id) { print($0) }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a tenant and everything it has. This cannot be undone; export it first.")
        @Argument var slug: String
        @Option(help: "The slug once more, as a confirmation.") var confirm: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            guard confirm == slug else { throw CommandFailure("--confirm must repeat the slug; nothing was deleted.") }
            let configuration = try LecternConfiguration(SettingSource())
            var connection = configuration.migrationDatabase.forTools
            connection.role = "lectern_owner"
            connection.statementTimeout = .seconds(600)
            connection.exchangeTimeout = .seconds(900)
            let services = Services(configuration, connection: connection)
            let tenant = try await services.tenant(slug)
            try await services.tenants.delete(tenant.id)
            output.show([("deleted", .string(slug))])
        }
    }

    private static func setStatus(_ status: Tenant.Status, of slug: String, _ output: OutputOptions) async throws {
        let services = try Services.forTools()
        var tenant = try await services.tenant(slug)
        var difference = Difference()
        difference.set("status", from: .string(tenant.status.rawValue), to: .string(status.rawValue))
        let change = services.operatorChange(status == .active ? .resume : .suspend, .tenant(tenant.id), difference)
        try await services.tenants.setStatus(status, of: tenant.id, change: change)
        tenant.status = status
        output.show(tenant.fields(services.configuration.address.url(of: tenant.slug)))
    }
}

extension Services {
    static func forTools() throws -> Services {
        let configuration = try LecternConfiguration(SettingSource())
        let services = Services(configuration, connection: configuration.database.forTools)
        databaseOfCommand.withLock { $0 = services.database }
        return services
    }

    /// The database of the command that runs, which knows why no server lets the login in.
    private static let databaseOfCommand = Mutex<Database?>(nil)

    /// The reason why no server lets the running command's login in, and what has to be corrected; nil for any other
    /// failure.
    static var loginRefusal: String? {
        guard let database = databaseOfCommand.withLock({ $0 }), let refusal = database.loginRefusal else { return nil }
        return DatabaseReadiness.sentence(refusal, database.configuration)
    }

    func tenant(_ slug: String) async throws -> Tenant {
        do throws(DomainError) { return try await tenants.tenant(slug: try Slug.parsing(slug)) } catch {
            throw error == .notFound ? CommandFailure("There is no tenant “\(slug)”.") : error
        }
    }

    func createTenant(slug: Slug, name: String, plan: Plan, language: LanguageTag) async throws -> Tenant {
        guard (1...200).contains(name.count) else { throw CommandFailure("A name has 1 to 200 characters.") }
        let tenant = Tenant(
            id: TenantID(rawValue: identifiers.next()), slug: slug, name: name, plan: plan,
            entitlements: plan.entitlements, defaultLanguage: language.description, status: .active,
            createdAt: environment.now())
        var difference = Difference()
        difference.set("slug", from: .null, to: .string(slug.description))
        difference.set("plan", from: .null, to: .string(plan.rawValue))
        try await tenants.create(tenant, change: operatorChange(.create, .tenant(tenant.id), difference))
        return tenant
    }
}

extension Slug {
    static func parsing(_ text: String) throws(DomainError) -> Slug {
        guard let slug = Slug(text) else {
            throw .invalid(field: "slug", reason: "2 to 63 of a-z, 0-9 and -")
        }
        return slug
    }
}

extension LanguageTag {
    static func parsing(_ text: String) throws(CommandFailure) -> LanguageTag {
        guard let tag = LanguageTag(text) else {
            throw CommandFailure("“\(text)” is no language tag; give one like en or de-CH (BCP 47).")
        }
        return tag
    }
}

extension Tenant {
    func fields(_ url: String) -> [(String, JSON)] {
        [
            ("tenant_id", .string(id.description)), ("slug", .string(slug.description)), ("name", .string(name)),
            ("plan", .string(plan.rawValue)),
            ("entitlements", .array(entitlements.map(\.rawValue).sorted().map { .string($0) })),
            ("status", .string(status.rawValue)), ("created_at", createdAt.json), ("url", .string(url)),
        ]
    }
}
