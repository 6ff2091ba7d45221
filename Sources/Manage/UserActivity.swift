import Domain
import Edge
import HTTPTypes
import StrictJSON

/// Whether a user is active, and why not: what the provider states, and an administrator's suspension.
struct UserActivity {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    // MARK: Showing both facts

    /// The facts and the possible acts, for the page of a user.
    func facts(
        of user: User, _ request: ConsoleRequest, _ scope: TenantScope
    ) async throws(DomainError) -> JSONObject {
        let isStated = try user.profile.attributes()["active"] != .bool(false)
        let provider = isStated ? nil : try await provider(of: user, scope)
        var facts: JSONObject = [
            "maySuspend": .bool(user.suspension == nil),
            "mayEnable": .bool(user.suspension != nil || !isStated && provider == nil),
        ]
        if let suspension = user.suspension {
            let name = try await name(of: suspension, request, scope)
            facts["suspension"] = [
                "text": .string(request.words["user.suspendedBy", ["name": name]]), "at": request.moment(suspension.at),
            ]
        }
        if !isStated {
            let change = try await parts.history.latestChange(of: "active", ofUser: user.id, in: scope)
            let name = change?.actor.name(request.words) ?? provider ?? request.words["actor.gone"]
            facts["disabling"] = [
                "text": .string(request.words["user.disabledBy", ["name": name]]),
                "at": request.moment(change?.at ?? user.updatedAt),
                "hint": provider.map { .string(request.words["user.disabledHint", ["name": $0]]) } ?? .null,
            ]
        }
        return facts
    }

    /// The connection that states whether the user is active; nil when people here do.
    private func provider(of user: User, _ scope: TenantScope) async throws(DomainError) -> String? {
        try await FieldOwnership(of: user, parts.integration, parts.history, in: scope).provider
    }

    private func name(
        of suspension: Suspension, _ request: ConsoleRequest, _ scope: TenantScope
    ) async throws(DomainError) -> String {
        guard let administrator = suspension.by else { return request.words["actor.operator"] }
        do throws(DomainError) {
            return try await parts.users.user(administrator, in: scope).profile.attributes()["userName"]?.stringValue
                ?? ""
        } catch {
            guard case .notFound = error else { throw error }
            return request.words["actor.gone"]
        }
    }

    // MARK: Suspending and enabling

    func suspend(_ id: UserID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        if id == user.user {
            return .message(request.words, "user.notSelf", status: .unprocessableContent)
        }
        guard try await user.mayManage(id, parts) else {
            return .message(request.words, "user.onlyOwners", status: .forbidden)
        }
        let scope = user.scope(.manageUsers)
        let changes = UserChanges(users: parts.users, identifiers: parts.environment.identifiers)
        guard request.form["active"] == "true" else {
            do throws(DomainError) {
                try await changes.suspend(id, at: request.now, origin: request.origin(user), in: scope)
            } catch {
                if case .refused = error { return .message(request.words, "user.lastOwner", status: .conflict) }
                throw error
            }
            return .redirect("manage/users/\(id)?done=suspended")
        }
        let provider = try await provider(of: try await parts.users.user(id, in: scope), scope)
        try await changes.resume(id, statesActive: provider == nil, origin: request.origin(user), in: scope)
        let isActive = try await parts.users.user(id, in: scope).isActive
        return .redirect("manage/users/\(id)?done=\(isActive ? "enabled" : "resumed")")
    }
}
