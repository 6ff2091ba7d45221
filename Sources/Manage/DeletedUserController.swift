import Domain
import Edge
import HTTPTypes
import StrictJSON

/// Users who were deleted: who they were, what happened to them, and bringing them back.
struct DeletedUserController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private static let pageLength = 50
    private static let path = "manage/users/deleted"

    func deleted(_ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> ConsoleAnswer {
        let search = request.query.text("search")
        let found = try await parts.users.deletedUsers(
            named: search, before: PlaceInList.place(request.query), limit: Self.pageLength + 1,
            in: user.scope(.manageUsers))
        let shown = found.prefix(Self.pageLength)
        let path = PlaceInList.path(
            "\(request.base)/\(Self.path)", search.map { [("search", $0)] } ?? [])
        return .page(
            "users-deleted", title: request.words["deleted.title"],
            [
                "search": .string(search ?? ""), "isSearch": .bool(search != nil),
                "isEmpty": .bool(shown.isEmpty),
                "rows": .array(
                    shown.map { user in
                        [
                            "href": .string("\(request.base)/manage/users/\(user.id)"),
                            "userName": .string(user.userName), "at": request.moment(user.deletedAt),
                        ]
                    }),
                "next": PlaceInList.link(path, after: found.count > Self.pageLength ? shown.last?.place : nil),
            ], section: .users)
    }

    /// - Throws: `notFound` unless the user was deleted, and also for who may not bring users back.
    func user(
        _ id: UserID, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws(DomainError) -> ConsoleAnswer {
        guard user.permissions.contains(.manageUsers) else { throw .notFound }
        let scope = user.scope(.manageUsers)
        let found = try await parts.users.deletedUser(id, in: scope)
        let attributes = try found.profile.attributes()
        let roles = try await parts.roles.roles(of: id, in: scope)
        var content: JSONObject = [
            "href": .string("\(request.base)/manage/users/\(id)"),
            "back": .string("\(request.base)/\(Self.path)"),
            "mayRestore": .bool(user.mayManage(roles)),
            "attributes": .array(UserPages.flat(attributes, AttributeWords(words: request.words))),
            "roles": .array(
                Set(roles.map(\.role)).sorted { $0.rawValue < $1.rawValue }.map {
                    .string(request.words["role.\($0.rawValue)"])
                }),
        ]
        for (key, value) in try await Timeline(parts).page(of: id, at: "manage/users/\(id)", request, scope) {
            content[key] = value
        }
        return .page(
            "user-deleted", title: UserAttributes.personName(in: attributes), content, section: .users)
    }

    func restore(_ id: UserID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        guard try await user.mayManage(id, parts) else {
            return .message(request.words, "user.onlyOwners", status: .forbidden)
        }
        let changes = UserChanges(users: parts.users, identifiers: parts.environment.identifiers)
        do throws(DomainError) {
            try await changes.restore(id, origin: request.origin(user), in: user.scope(.manageUsers))
        } catch {
            guard case .conflict = error else { throw error }
            return .message(
                request.words, "deleted.taken", status: .conflict,
                link: ("\(request.base)/\(Self.path)", request.words["deleted.title"]))
        }
        return .redirect("manage/users/\(id)?done=userRestored")
    }
}
