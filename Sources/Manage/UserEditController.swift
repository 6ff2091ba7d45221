import Domain
import Edge
import HTTPTypes
import StrictJSON

/// Changing what is known of a user, which roles they have by hand, and whether a connection manages them.
struct UserEditController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private var changes: UserChanges {
        UserChanges(users: parts.users, identifiers: parts.environment.identifiers)
    }

    // MARK: Attributes

    func edit(_ id: UserID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        guard try await user.mayManage(id, parts) else {
            return .message(request.words, "user.onlyOwners", status: .forbidden)
        }
        let found = try await parts.users.user(id, in: user.scope(.manageUsers))
        let ownership = try await FieldOwnership(
            of: found, parts.integration, parts.history, in: user.scope(.manageUsers))
        if request.method == .get { return try page(found, ownership, request) }
        let entered = Self.entered(request.form, ownership, try found.profile.attributes())
        if entered[.email] != nil || entered[.userName] != nil, !user.session.isFresh(at: request.now) {
            return try await Confirmation(parts).before(request, user)
        }
        if let (problem, field) = try await problem(found, ownership, request, user) {
            return try page(found, ownership, request, problem: problem, field: field)
        }
        return .redirect("manage/users/\(id)?done=saved")
    }

    /// Saves what was entered; gives a sentence when that cannot be, and the field that it is about.
    private func problem(
        _ found: User, _ ownership: FieldOwnership, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws -> (String, field: String?)? {
        do {
            let version = request.form["version"].flatMap { Int64($0) } ?? found.version
            _ = try await changes.update(
                found.id, origin: request.origin(user), in: user.scope(.manageUsers),
                precondition: { $0 == version }
            ) { before in
                let document = try before.profile.attributes()
                return try .entered(Self.entered(request.form, ownership, document), over: document)
            }
            return nil
        } catch let error as DomainError {
            switch error {
            case .stale: return (request.words["userEdit.stale"], nil)
            case .conflict: return (request.words["attributeProblem.taken"], "userName")
            case .invalid(let field, _):
                return (request.words.problem(withAttribute: field, in: request.form), field)
            case .managerCircle(let circle):
                return (request.words.problem(with: circle), EditableAttribute.manager.rawValue)
            default: throw error
            }
        }
    }

    /// The attributes that differ and may be changed here.
    private static func entered(
        _ form: Form, _ ownership: FieldOwnership, _ document: JSONObject
    ) -> [EditableAttribute: String] {
        var values: [EditableAttribute: String] = [:]
        for attribute in EditableAttribute.allCases
        where form[attribute.rawValue] != nil && !ownership.isLocked(attribute) {
            let value = form.text(attribute.rawValue) ?? ""
            // A field that the user has not touched is left as it is, even if its value has changed meanwhile.
            let shown = form["was-\(attribute.rawValue)"]
            if value != shown ?? attribute.value(in: document) ?? "" { values[attribute] = value }
        }
        return values
    }

    private func page(
        _ found: User, _ ownership: FieldOwnership, _ request: ConsoleRequest, problem: String? = nil,
        field: String? = nil
    ) throws(DomainError) -> ConsoleAnswer {
        let document = try found.profile.attributes()
        let words = request.words
        let isLocked = EditableAttribute.allCases.contains(where: ownership.isLocked)
        return .page(
            "user-edit", title: words["userEdit.title", ["name": UserAttributes.personName(in: document)]],
            [
                "href": .string("\(request.base)/manage/users/\(found.id)"), "version": .integer(found.version),
                "problem": problem.map { .string($0) } ?? .null, "problemField": field.map { .string($0) } ?? .null,
                "locked": isLocked
                    ? .string(words["userEdit.locked", ["name": ownership.provider ?? ""]]) : .null,
                "fields": .array(
                    EditableAttribute.allCases.map { attribute in
                        let isLocked = ownership.isLocked(attribute)
                        let now = attribute.value(in: document) ?? ""
                        var typed = isLocked ? nil : request.form[attribute.rawValue]
                        if typed == request.form["was-\(attribute.rawValue)"] { typed = nil }
                        return [
                            "was": .string(now),
                            "name": .string(attribute.rawValue),
                            "label": .string(words["attribute.\(attribute.rawValue)"]),
                            "value": .string(typed ?? now),
                            "isLocked": .bool(isLocked), "isRequired": .bool(attribute.isRequired),
                            "type": .string(attribute == .email ? "email" : "text"),
                            "hint": attribute == .manager ? .string(words["userEdit.managerHint"]) : .null,
                        ]
                    }),
            ], section: .users, status: problem == nil ? .ok : .unprocessableContent, isError: problem != nil)
    }

    // MARK: Roles

    func setRole(of id: UserID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        guard let role = request.form["role"].flatMap({ Role(rawValue: $0) }) else { throw DomainError.notFound }
        guard try await user.mayManage(id, parts), user.rolesToGive.contains(role) else {
            return .message(request.words, "user.onlyOwners", status: .forbidden)
        }
        let isGiven = request.form["remove"] == nil
        var difference = Difference()
        difference.set(
            "grantedRoles", from: isGiven ? .null : [.string(role.rawValue)],
            to: isGiven ? [.string(role.rawValue)] : .null)
        let change = Change(
            id: ChangeID(rawValue: parts.environment.identifiers.next()), action: .assignRoles, subject: .user(id),
            difference: difference, origin: request.origin(user))
        do throws(DomainError) {
            try await parts.roles.set(role, isGiven: isGiven, to: id, change: change, in: user.scope(.manageUsers))
        } catch {
            switch error {
            // It is as it should be already.
            case .notFound: return .redirect("manage/users/\(id)")
            case .refused: return .message(request.words, "user.lastOwner", status: .conflict)
            default: throw error
            }
        }
        return .redirect("manage/users/\(id)?done=saved")
    }

    // MARK: Whose the user is

    func release(_ id: UserID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        guard try await user.mayManage(id, parts) else {
            return .message(request.words, "user.onlyOwners", status: .forbidden)
        }
        try await changes.release(id, origin: request.origin(user), in: user.scope(.manageUsers))
        return .redirect("manage/users/\(id)?done=released")
    }
}
