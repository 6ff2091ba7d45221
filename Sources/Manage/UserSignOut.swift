import Domain
import Edge
import HTTPTypes

/// `POST manage/users/{id}/sign-out`: ends all sessions of somebody, who stays active.
struct UserSignOut {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    func signOut(_ id: UserID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        guard try await user.mayManage(id, parts) else {
            return .message(request.words, "user.onlyOwners", status: .forbidden)
        }
        _ = try await parts.users.user(id, in: user.scope(.manageUsers))
        let change = Change(
            id: ChangeID(rawValue: parts.environment.identifiers.next()), action: .endSessions, subject: .user(id),
            difference: Difference(), origin: request.origin(user))
        try await parts.signIn.endSessions(of: id, change: change, in: user.scope(.manageUsers))
        parts.security.record(.sessionsEnded, .user(id), request, "administrator")
        return .redirect("manage/users/\(id)?done=signedOutEverywhere")
    }
}
