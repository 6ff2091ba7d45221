import ArgumentParser
import Domain
import Foundation
import Persistence
import SCIM
import SCIMAdapter
import StrictJSON

struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Users of a tenant.", subcommands: [Create.self])

    struct Create: AsyncParsableCommand {
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "The name to sign in with.") var userName: String
        @Option(help: "The work e-mail address.") var email: String
        @Option(help: "First name.") var givenName: String?
        @Option(help: "Last name.") var familyName: String?
        @Option(help: "owner, admin, editor, instructor or trainee.") var role = "trainee"
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            guard let role = Role(name: role) else {
                throw CommandFailure(
                    "There is no role “\(role)”; there are \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            let user = try await services.createUser(
                of: tenant, userName: userName, email: email, givenName: givenName, familyName: familyName, role: role)
            output.show([
                ("user_id", .string(user.id.description)), ("user_name", .string(userName)),
                ("role", .string(role.rawValue)),
            ])
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
        guard let user = found.elements.first else { throw CommandFailure("There is no user “\(text)”.") }
        return user
    }

    func createUser(
        of tenant: Tenant, userName: String, email: String, givenName: String?, familyName: String?, role: Role
    ) async throws -> User {
        guard Self.looksLikeAddress(email) else {
            throw DomainError.invalid(field: "email", reason: "must be an address like name@company.example")
        }
        guard
            let attributes = UserAttributes(
                userName: userName, email: email, givenName: givenName, familyName: familyName)
        else { throw DomainError.invalid(field: "user-name", reason: "must not be empty") }
        let changes = UserChanges(users: users, identifiers: identifiers)
        return try await changes.create(
            attributes, role: role, origin: ChangeOrigin(actor: .operator, requestID: "cli"),
            in: TenantScope(tenant: tenant.id, admission: .operator))
    }
}

extension Services {
    /// Whether mail could be sent there: a name, one @ and a domain (RFC 5321 §4.5.3.1.3 on the length).
    fileprivate static func looksLikeAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.count <= 254
            && !text.contains { $0.isWhitespace || $0.isNewline }
    }
}

extension UserAttributes {
    /// The least that a user made here has.
    fileprivate init?(userName: String, email: String, givenName: String?, familyName: String?) {
        guard let name = UserName(userName) else { return nil }
        var document = JSONObject([
            ("schemas", .array([.string(SchemaURN.user)])), ("userName", .string(userName)), ("active", .bool(true)),
            (
                "emails",
                .array([
                    .object(
                        JSONObject([("value", .string(email)), ("type", .string("work")), ("primary", .bool(true))]))
                ])
            ),
        ])
        var names = JSONObject()
        if let givenName { names["givenName"] = .string(givenName) }
        if let familyName { names["familyName"] = .string(familyName) }
        if !names.isEmpty { document["name"] = .object(names) }
        self.init(
            userName: name, externalID: nil, isActive: true, emails: [email], employeeNumber: nil, manager: nil,
            document: document)
    }
}
