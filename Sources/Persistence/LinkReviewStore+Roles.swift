package import Domain
import Postgres

extension LinkReviewStore {
    package func roleMoves(
        of users: [UserID], to plugin: PluginID, in scope: TenantScope
    ) async throws(DomainError) -> [UserID: RolePreview.Move] {
        let moves = RoleMoves(
            tenant: scope.tenant, users: "select unnest(\(.uuidArray(users.map(\.rawValue))))", plugin: plugin)
        let rows = try await database.read(scope, mayTakeLong: true, moves.all())[0]
        return try decoding { () throws(PostgresError) in
            var found: [UserID: RolePreview.Move] = [:]
            for index in 0..<rows.count {
                found[try rows[index].identifier(0)] = RolePreview.Move(
                    gained: try RolePreview.roles(rows[index].textArray(1)),
                    lost: try RolePreview.roles(rows[index].textArray(2)), count: 1, people: [])
            }
            return found
        }
    }
}
