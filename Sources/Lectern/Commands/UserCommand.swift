import ArgumentParser
import Domain
import Edge
import Foundation
import Persistence
import SCIM
import SCIMAdapter
import StrictJSON

struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Users of a tenant.",
        subcommands: [
            Create.self, Password.self, Link.self, Suspend.self, Resume.self, RemoveSecondFactor.self,
            SignOut.self,
        ])

    struct Create: AsyncParsableCommand {
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "The name to sign in with.") var userName: String
        @Option(help: "The work e-mail address.") var email: String
        @Option(help: "First name.") var givenName: String?
        @Option(help: "Last name.") var familyName: String?
        @Option(help: "owner, admin, editor, instructor or trainee.") var role = "trainee"
        @Flag(help: "Read a password for the console from standard input, up to the end of the line.")
        var passwordStdin = false
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            guard let role = Role(name: role) else {
                throw CommandFailure(
                    "There is no role “\(role)”; there are \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            let password = passwordStdin ? try readPassword(names: [userName, tenant.name]) : nil
            let user = try await services.createUser(
                of: tenant, userName: userName, email: email, givenName: givenName, familyName: familyName, role: role)
            if let password { try await services.setPassword(password, of: user.id, in: tenant) }
            output.show([
                ("user_id", .string(user.id.description)), ("user_name", .string(userName)),
                ("role", .string(role.rawValue)),
            ])
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set a user's password, read from standard input up to the end of the line.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Argument(help: "The user name or id.") var user: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let found = try await services.activeUser(user, of: tenant)
            let name = try found.profile.attributes()["userName"]?.stringValue ?? user
            try await services.setPassword(try readPassword(names: [name, tenant.name]), of: found.id, in: tenant)
            output.show([("user_id", .string(found.id.description)), ("password", "set")])
        }
    }

    struct Link: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a link by which a user sets a password. It is shown now and never again.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Argument(help: "The user name or id.") var user: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let scope = TenantScope(tenant: tenant.id, admission: .operator)
            let found = try await services.activeUser(user, of: tenant)
            let plain = services.environment.secret(for: .passwordLink)
            try await services.signIn.create(
                TokenDigest(of: plain.text), .invitation, for: found.id,
                change: services.operatorChange(.makePasswordLink, .user(found.id)), in: scope)
            output.show([
                ("user_id", .string(found.id.description)),
                ("link", .string("\(services.configuration.address.url(of: tenant.slug))/password/\(plain.text)")),
            ])
        }
    }
}

extension UserCommand {
    struct RemoveSecondFactor: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take away a user's second factor, when telephone and recovery codes are lost.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Argument(help: "The user name or id.") var user: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let scope = TenantScope(tenant: tenant.id, admission: .operator)
            let found = try await services.user(user, in: scope)
            do {
                try await services.secondFactors.remove(
                    of: found.id, keeping: nil,
                    change: services.operatorChange(.removeSecondFactor, .user(found.id)), in: scope)
            } catch DomainError.notFound { throw CommandFailure("“\(user)” has no second factor.") }
            output.show([("user_id", .string(found.id.description)), ("second_factor", "removed")])
        }
    }
}

extension UserCommand {
    struct SignOut: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sign-out", abstract: "End all sessions of a user, who stays active.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Argument(help: "The user name or id.") var user: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let scope = TenantScope(tenant: tenant.id, admission: .operator)
            let found = try await services.user(user, in: scope)
            let sessions = try await services.signIn.sessions(of: found.id, in: tenant.id).count
            try await services.signIn.endSessions(
                of: found.id, change: services.operatorChange(.endSessions, .user(found.id)), in: scope)
            output.show([
                ("user_id", .string(found.id.description)), ("sessions_ended", .integer(Int64(sessions))),
            ])
        }
    }
}

/// A password from standard input that keeps the rule.
private func readPassword(names: [String]) throws -> String {
    guard let password = readLine(strippingNewline: true) else {
        throw CommandFailure("No password came on standard input.")
    }
    if let problem = PasswordRule.problem(with: password, names: names) {
        throw CommandFailure("The password is not good: \(problem.sentence).")
    }
    return password
}

extension PasswordRule.Problem {
    fileprivate var sentence: String {
        switch self {
        case .tooShort: "it needs at least \(PasswordRule.minimumLength) characters"
        case .tooLong: "it is longer than \(PasswordRule.maximumBytes) bytes"
        case .holdsName: "it holds the name of the user or the tenant"
        case .common: "it is among those that are tried first"
        }
    }
}

extension Services {
    /// - Parameter text: the user's userName or id.
    func user(_ text: String, in scope: TenantScope) async throws -> User {
        let found = try await users.users(
            matching: .or(
                .comparison(.userName, .equal, .text(text, caseExact: false)),
                .comparison(.id, .equal, .text(text, caseExact: true))),
            order: ListOrder(), page: PageRequest(offset: 0, limit: 1), in: scope)
        guard let user = found.elements.first else {
            if try await isDeleted(text, in: scope) {
                throw CommandFailure("“\(text)” was deleted. Restore this user in the console first.")
            }
            throw CommandFailure("There is no user “\(text)”.")
        }
        return user
    }

    /// - Parameter text: the userName or id of a user who was deleted.
    private func isDeleted(_ text: String, in scope: TenantScope) async throws(DomainError) -> Bool {
        if let id = UserID(text) {
            do throws(DomainError) {
                _ = try await users.deletedUser(id, in: scope)
                return true
            } catch { guard case .notFound = error else { throw error } }
        }
        let key = FoldedKey(name: text)
        return try await users.deletedUsers(named: text, before: nil, limit: Self.deletedUsersRead, in: scope)
            .contains { FoldedKey(name: $0.userName) == key }
    }

    /// The most deleted users whose names begin alike among whom one is looked for.
    private static let deletedUsersRead = 100

    /// The user, who can sign in.
    ///
    /// - Parameter text: the user's userName or id.
    /// - Throws: `CommandFailure` that says what keeps the user from signing in.
    func activeUser(_ text: String, of tenant: Tenant) async throws -> User {
        let scope = TenantScope(tenant: tenant.id, admission: .operator)
        let user = try await self.user(text, in: scope)
        if user.isActive { return user }
        if user.suspension != nil {
            throw CommandFailure(
                "“\(text)” is suspended. Lift that first: lectern user resume --tenant \(tenant.slug) \(user.id)")
        }
        if let provider = try await FieldOwnership(of: user, integration, history, in: scope).provider {
            throw CommandFailure("“\(text)” was deactivated by \(provider). Activate this user there first.")
        }
        throw CommandFailure("“\(text)” is deactivated. Enable this user in the console first.")
    }

    func setPassword(_ password: String, of user: UserID, in tenant: Tenant) async throws {
        try await signIn.setPassword(
            try await PasswordHasher(environment: environment).hash(password), of: user,
            change: operatorChange(.setPassword, .user(user)),
            in: TenantScope(tenant: tenant.id, admission: .operator))
    }

    func createUser(
        of tenant: Tenant, userName: String, email: String, givenName: String?, familyName: String?, role: Role
    ) async throws -> User {
        let attributes = try UserAttributes.entered([
            .userName: userName, .email: email, .givenName: givenName ?? "", .familyName: familyName ?? "",
        ])
        let changes = UserChanges(users: users, identifiers: identifiers)
        return try await changes.create(
            attributes, role: role, origin: ChangeOrigin(actor: .operator, requestID: "cli"),
            in: TenantScope(tenant: tenant.id, admission: .operator))
    }
}
