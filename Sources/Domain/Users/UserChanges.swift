import StrictJSON

/// Changing users: read, decide, write if nobody was faster, else again.
package struct UserChanges: Sendable {
    package let users: any UserRepository
    package let identifiers: IdentifierSource

    package init(users: any UserRepository, identifiers: IdentifierSource) {
        self.users = users
        self.identifiers = identifiers
    }

    package func create(
        _ attributes: UserAttributes, as id: UserID? = nil, source: PluginID?, role: Role, origin: ChangeOrigin,
        in scope: TenantScope
    ) async throws(DomainError) -> User {
        let id = id ?? UserID(rawValue: identifiers.next())
        let difference = Difference(from: JSONObject(), to: attributes.document)
        let change = Change(
            id: ChangeID(rawValue: identifiers.next()), action: .create, subject: .user(id), difference: difference,
            origin: origin)
        return try await users.create(
            NewUser(id: id, source: source, attributes: attributes, role: role, change: change), in: scope)
    }

    /// Gives the user as it is afterwards; one that would not change keeps its version.
    ///
    /// - Parameters:
    ///   - precondition: whether the user's version is one that the caller will change (If-Match).
    ///   - decide: the attributes after the change; called again when somebody else was faster.
    package func update(
        _ id: UserID, origin: ChangeOrigin, in scope: TenantScope,
        precondition: (Int64) -> Bool = { _ in true }, decide: (User) throws -> UserAttributes
    ) async throws -> User {
        for _ in 0..<Self.attempts {
            let user = try await users.user(id, in: scope)
            guard precondition(user.version) else { throw DomainError.stale }
            let before = try user.profile.attributes()
            let after = try decide(user)
            let difference = Difference(from: before, to: after.document)
            if difference.isEmpty { return user }
            let change = Change(
                id: ChangeID(rawValue: identifiers.next()), action: Self.action(of: difference), subject: .user(id),
                difference: difference, origin: origin)
            if let updated = try await users.update(user, to: after, change: change, in: scope) { return updated }
        }
        throw DomainError.unavailable(retryAfter: 1)
    }

    package func delete(
        _ id: UserID, version: Int64?, origin: ChangeOrigin, in scope: TenantScope
    ) async throws(DomainError) -> Bool {
        let change = Change(
            id: ChangeID(rawValue: identifiers.next()), action: .delete, subject: .user(id), difference: Difference(),
            origin: origin)
        return try await users.delete(id, version: version, change: change, in: scope)
    }

    /// How often a change is decided again before the caller is asked to come back.
    static let attempts = 50

    private static func action(of difference: Difference) -> Change.Action {
        guard case .array(let sides) = difference.fields["active"] else { return .update }
        return sides.last == .bool(false) ? .disable : .enable
    }
}
