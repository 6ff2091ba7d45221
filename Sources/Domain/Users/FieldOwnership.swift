/// Which attributes of a user an identity provider manages: changed here, they would only be changed back.
package struct FieldOwnership: Sendable {
    /// The connection's name; nil when nothing is managed elsewhere.
    package let provider: String?
    private let paths: Set<String>

    package init(
        of user: User, _ integration: any IntegrationRepository, _ history: any ChangeHistoryRepository,
        in scope: TenantScope
    ) async throws(DomainError) {
        guard let source = user.source,
            let plugin = try await integration.plugins(in: scope).first(where: { $0.id == source }), plugin.isEnabled
        else {
            (provider, paths) = (nil, [])
            return
        }
        provider = plugin.name
        paths = try await history.attributesSet(by: source, of: user.id, in: scope)
    }

    /// The name by which the provider finds the user is always its own.
    package func isLocked(_ attribute: EditableAttribute) -> Bool {
        guard provider != nil else { return false }
        return attribute == .userName || paths.contains { $0 == attribute.path || $0.hasPrefix(attribute.path + ".") }
    }
}
