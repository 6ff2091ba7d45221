import StrictJSON

/// Changing users: read, decide, write if nobody was faster, else again.
package struct UserChanges: Sendable {
    package let users: any UserRepository
    package let identifiers: IdentifierSource

    /// The connection that makes the changes; nil for people.
    private let source: PluginID?
    private let policy: ProvisioningPolicy
    private let noting: @Sendable (Change.Action) -> Void

    /// - Parameter noting: called after each change that was made by `create`, `update` or `delete`.
    package init(
        users: any UserRepository, identifiers: IdentifierSource, source: PluginID? = nil,
        policy: ProvisioningPolicy = .init(), noting: @escaping @Sendable (Change.Action) -> Void = { _ in }
    ) {
        self.noting = noting
        self.users = users
        self.identifiers = identifiers
        self.source = source
        self.policy = policy
    }

    package func create(
        _ attributes: UserAttributes, as id: UserID? = nil, role: Role, isInvited: Bool = false, origin: ChangeOrigin,
        in scope: TenantScope
    ) async throws(DomainError) -> User {
        let user = newUser(attributes, as: id, role: role, isInvited: isInvited, origin: origin)
        if source == nil { try await checkManager(of: user.id, attributes, in: scope) }
        let created = try await users.create(user, in: scope)
        noting(.create)
        return created
    }

    /// Rejects a manager who reports to the user already.
    ///
    /// Only managers that people enter are checked. A circle that a provider states is stored, as is one that two people
    /// close at the same moment; the page of each person in it names the circle.
    ///
    /// - Throws: `managerCircle`.
    private func checkManager(
        of id: UserID, _ attributes: UserAttributes, in scope: TenantScope
    ) async throws(DomainError) {
        if let circle = try await users.managerCircle(of: id, attributes, in: scope) { throw .managerCircle(circle) }
    }

    /// The user that `create` makes, with its row of the change log.
    package func newUser(
        _ attributes: UserAttributes, as id: UserID? = nil, role: Role, isInvited: Bool = false, origin: ChangeOrigin
    ) -> NewUser {
        let id = id ?? UserID(rawValue: identifiers.next())
        let difference = Difference(from: JSONObject(), to: attributes.document)
        let change = Change(
            id: ChangeID(rawValue: identifiers.next()), action: .create, subject: .user(id), difference: difference,
            origin: origin)
        return NewUser(
            id: id, source: source, attributes: attributes, role: role, change: change, mapsGroups: policy.mapsGroups,
            isInvited: isInvited || policy.invites == .atOnce)
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
            if source == nil, difference.touches(UserAttributes.managerPath) {
                try await checkManager(of: id, after, in: scope)
            }
            let request = LinkReview.Request(.init(Self.action(of: difference)), difference)
            let owned = takenOver(user, noting: &difference)
            let isTakeover = owned.source != user.source
            if isTakeover, policy.matching != .link {
                try await explain(request, id, in: scope)
                continue
            }
            let change = Change(
                id: ChangeID(rawValue: identifiers.next()), action: Self.action(of: difference), subject: .user(id),
                difference: difference, origin: origin)
            // The version stands for whose the user is, so only a takeover has to be held against the reach.
            if let updated = try await users.update(
                owned, to: after, reach: isTakeover ? reach : .everybody, change: change, in: scope)
            {
                noting(change.action)
                return updated
            }
            if isTakeover { try await explain(request, id, in: scope) }
        }
        throw DomainError.unavailable(retryAfter: 1)
    }

    /// Brings a deleted user back as it was.
    ///
    /// - Throws: `conflict` when somebody has the user name by now.
    package func restore(_ id: UserID, origin: ChangeOrigin, in scope: TenantScope) async throws(DomainError) {
        for _ in 0..<Self.attempts {
            let user = try await users.deletedUser(id, in: scope)
            let isActive = try user.profile.attributes()["active"] != .bool(false)
            let change = Change(
                id: ChangeID(rawValue: identifiers.next()), action: .restore, subject: .user(id),
                difference: Difference(), origin: origin)
            if try await users.restore(user, try user.attributes(active: isActive), change: change, in: scope) {
                return
            }
        }
        throw .unavailable(retryAfter: 1)
    }

    /// Makes a provisioned user one of this product's own: no connection's, and without the identifier that the
    /// connection knew it by. Does nothing to one who is that already.
    package func release(_ id: UserID, origin: ChangeOrigin, in scope: TenantScope) async throws(DomainError) {
        for _ in 0..<Self.attempts {
            var user = try await users.user(id, in: scope)
            guard let source = user.source else { return }
            let before = try user.profile.attributes()
            var after = before
            after["externalId"] = nil
            var difference = Difference(from: before, to: after)
            difference.setSource(from: source, to: nil)
            user.source = nil
            let change = Change(
                id: ChangeID(rawValue: identifiers.next()), action: .update, subject: .user(id),
                difference: difference, origin: origin)
            if try await users.update(
                user, to: try UserAttributes(of: after), reach: .everybody, change: change, in: scope) != nil
            {
                return
            }
        }
        throw .unavailable(retryAfter: 1)
    }

    package func delete(
        _ id: UserID, version: Int64?, origin: ChangeOrigin, in scope: TenantScope
    ) async throws(DomainError) -> Bool {
        let change = Change(
            id: ChangeID(rawValue: identifiers.next()), action: .delete, subject: .user(id), difference: Difference(),
            origin: origin)
        for _ in 0..<Self.attempts {
            if try await users.delete(id, version: version, reach: reach, change: change, in: scope) {
                noting(.delete)
                return true
            }
            guard let source else { return false }
            if try await users.user(id, in: scope).source == source {
                try await explainOwn(id, version, origin, in: scope)
            } else {
                try await explain(.init(.delete), id, in: scope)
            }
            if version != nil { return false }
        }
        throw .unavailable(retryAfter: 1)
    }

    private var reach: Reach { source.map(policy.matching.reach) ?? .everybody }

    /// Says why a user of another source cannot be written to, and asks an administrator; nothing when it can by now.
    private func explain(
        _ request: LinkReview.Request, _ id: UserID, in scope: TenantScope
    ) async throws(DomainError) {
        if policy.matching == .refuse {
            throw .forbidden(reason: Refusal.foreignUser.sentence)
        }
        if let answer = try await users.ask(request, for: id, beyond: reach, in: scope) {
            throw .forbidden(reason: answer.reason(isOwn: false))
        }
    }

    /// Says why a user of the connection itself cannot be deleted; nothing when it can by now. What is not postponed is
    /// that the user loses access.
    private func explainOwn(
        _ id: UserID, _ version: Int64?, _ origin: ChangeOrigin, in scope: TenantScope
    ) async throws(DomainError) {
        guard let answer = try await users.ask(.init(.delete), for: id, beyond: reach, in: scope) else { return }
        try await disable(id, version, origin, in: scope)
        throw .forbidden(reason: answer.reason(isOwn: true))
    }

    private func disable(
        _ id: UserID, _ version: Int64?, _ origin: ChangeOrigin, in scope: TenantScope
    ) async throws(DomainError) {
        do {
            _ = try await update(
                id, origin: origin, in: scope.afterwards, precondition: { version == nil || version == $0 }
            ) {
                try $0.attributes(active: false)
            }
        } catch {
            throw error as? DomainError ?? .unexpected("\(error)")
        }
    }

    /// The user as one of this connection's, which it may not have been before.
    private func takenOver(_ user: User, noting difference: inout Difference) -> User {
        guard let source, user.source != source else { return user }
        var owned = user
        owned.source = source
        difference.setSource(from: user.source, to: source)
        return owned
    }

    /// How often a change is decided again before the caller is asked to come back.
    static let attempts = 50

    private static func action(of difference: Difference) -> Change.Action {
        guard case .array(let sides) = difference.fields["active"] else { return .update }
        return sides.last == .bool(false) ? .disable : .enable
    }
}
