import Domain
import Edge
import HTTPTypes
import StrictJSON

/// Making users by hand, and deleting them.
struct LocalUserController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private var changes: UserChanges {
        UserChanges(users: parts.users, identifiers: parts.environment.identifiers)
    }

    func create(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        if request.method == .get { return page(request, user) }
        let role = request.form["role"].flatMap { Role(rawValue: $0) } ?? .trainee
        guard user.rolesToGive.contains(role) else {
            return .message(request.words, "problem.forbidden", status: .forbidden)
        }
        if role.isPrivileged, !user.session.isFresh(at: request.now) {
            return try await Confirmation(parts).before(request, user)
        }
        switch try await made(role, request, user) {
        case .success(let id):
            parts.courier?.wake(user.tenant)
            let made = request.tenant.takesPassword(ofOwner: role == .owner) ? "userMade" : "userMadeForCompany"
            return .redirect("manage/users/\(id)?done=\(request.form["invite"] != nil ? "invited" : made)")
        case .failure(.conflict):
            return page(request, user, problem: request.words["attributeProblem.taken"], field: "userName")
        case .failure(.invalid(let field, _)):
            return page(
                request, user, problem: request.words.problem(withAttribute: field, in: request.form), field: field)
        case .failure(.managerCircle(let circle)):
            return page(request, user, problem: request.words.problem(with: circle))
        case .failure(let error): throw error
        }
    }

    private func made(
        _ role: Role, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws -> Result<UserID, DomainError> {
        let values = EditableAttribute.allCases.filter { request.form[$0.rawValue] != nil }
            .map { ($0, request.form.text($0.rawValue) ?? "") }
        do throws(DomainError) {
            let attributes = try UserAttributes.entered(Dictionary(uniqueKeysWithValues: values))
            return .success(
                try await changes.create(
                    attributes, role: role, isInvited: request.form["invite"] != nil && parts.courier != nil,
                    origin: request.origin(user), in: user.scope(.manageUsers)
                ).id)
        } catch { return .failure(error) }
    }

    private func page(
        _ request: ConsoleRequest, _ user: SignedInUser, problem: String? = nil, field: String? = nil
    ) -> ConsoleAnswer {
        let form = request.form
        let chosen = form["role"] ?? Role.trainee.rawValue
        var content: JSONObject = [
            "mayInvite": .bool(parts.courier != nil), "isInviting": .bool(form["invite"] != nil),
            "problem": problem.map { .string($0) } ?? .null, "problemField": field.map { .string($0) } ?? .null,
            "roles": .array(
                user.rolesToGive.map { role in
                    [
                        "value": .string(role.rawValue), "text": .string(request.words["role.\(role.rawValue)"]),
                        "isChosen": .bool(role.rawValue == chosen),
                    ]
                }),
        ]
        for name in ["userName", "email", "givenName", "familyName"] { content[name] = .string(form.text(name) ?? "") }
        return .page(
            "user-new", title: request.words["newUser.title"], content, section: .users,
            status: problem == nil ? .ok : .unprocessableContent, isError: problem != nil)
    }

    // MARK: Deletion

    func delete(_ id: UserID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        if id == user.user { return .message(request.words, "user.notSelf", status: .unprocessableContent) }
        guard try await user.mayManage(id, parts) else {
            return .message(request.words, "user.onlyOwners", status: .forbidden)
        }
        do {
            guard
                try await changes.delete(id, version: nil, origin: request.origin(user), in: user.scope(.manageUsers))
            else { throw DomainError.notFound }
        } catch let error as DomainError {
            guard case .refused = error else { throw error }
            return .message(request.words, "user.lastOwner", status: .conflict)
        }
        return .redirect("manage/users/deleted?done=userDeleted")
    }
}
