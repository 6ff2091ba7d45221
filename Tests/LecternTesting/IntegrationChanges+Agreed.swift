package import Domain

extension IntegrationChanges {
    /// Changes the connection, agreeing to whatever becomes of people's roles.
    package func updateAgreed(_ plugin: Plugin, from before: Plugin, in scope: TenantScope) async throws {
        var agreed: String?
        while case .asks(let preview) = try await update(plugin, from: before, agreed: agreed, in: scope) {
            agreed = preview.digest
        }
    }
}
