import StrictJSON

/// Changing users: read, decide, write if nobody was faster, else again.
package struct UserChanges: Sendable {
    package let users: any UserRepository
    package let identifiers: IdentifierSource

    /// The connection that makes the changes; nil for people.
    private let source: PluginID?
    private let policy: ProvisioningPolicy

    package init(
        users: any UserRepository, identifiers: IdentifierSource, source: PluginID? = nil,
        policy: ProvisioningPolicy = .init()
    ) {
        self.users = users
        self.identifiers = identifiers
        self.source = source
        self.policy = policy
    }

    package func create(
        _ attributes: UserAttributes, as id: UserID? = nil, role: Role, origin: ChangeOrigin, in scope: TenantScope
    ) async throws(DomainError) -> User {
        let id = id ?? UserID(rawValue: identifiers.next())
        let difference = Difference(from: JSONObject(), to: attributes.document)
        let change = Change(
            id: ChangeID(rawValue: identifiers.next()), action: .create, subject: .user(id), difference: difference,
            origin: origin)
        return try await users.create(
            NewUser(
                id: id, source: source, attributes: attributes, role: role, change: change,
                mapsGroups: policy.mapsGroups), in: scope)
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
            var difference = Difference(from: before, to: after.document)
            if difference.isEmpty { return user }
            let owned = try takenOver(user, noting: &difference)
            let change = Change(
                id: ChangeID(rawValue: identifiers.next()), action: Self.action(of: difference), subject: .user(id),
                difference: difference, origin: origin)
            if let updated = try await users.update(owned, to: after, change: change, in: scope) { return updated }
        }
        throw DomainError.unavailable(retryAfter: 1)
    }

    package func delete(
        _ id: UserID, version: Int64?, origin: ChangeOrigin, in scope: TenantScope
    ) async throws(DomainError) -> Bool {
        // Asked beforehand: whoever may not touch the user is told so, which a plain miss would not say.
        if policy.matching == .refuse {
            var difference = Difference()
            _ = try takenOver(try await users.user(id, in: scope), noting: &difference)
        }
        let change = Change(
            id: ChangeID(rawValue: identifiers.next()), action: .delete, subject: .user(id), difference: Difference(),
            origin: origin)
        return try await users.delete(id, version: version, change: change, in: scope)
    }

    /// The user as one of this connection's, which it may not have been before.
    private func takenOver(_ user: User, noting difference: inout Difference) throws(DomainError) -> User {
        guard let source, user.source != source else { return user }
        guard policy.matching == .link else {
            throw .forbidden(
                reason: "This user belongs to another source, and this connection does not take users over.")
        }
        var owned = user
        owned.source = source
        difference.set(
            "source", from: user.source.map { .string($0.description) } ?? .null, to: .string(source.description))
        return owned
    }

    /// How often a change is decided again before the caller is asked to come back.
    static let attempts = 50

    private static func action(of difference: Difference) -> Change.Action {
        guard case .array(let sides) = difference.fields["active"] else { return .update }
        return sides.last == .bool(false) ? .disable : .enable
    }
}
