import StrictJSON

/// Suspending users, which is an administrator's fact beside what the identity provider states.
extension UserChanges {
    /// Suspends the user, whatever the provider states from now on. Does nothing to one who is suspended already.
    ///
    /// - Throws: `refused` for the last active Owner.
    package func suspend(
        _ id: UserID, at time: Timestamp, origin: ChangeOrigin, in scope: TenantScope
    ) async throws(DomainError) {
        try await change(id, .suspend, origin, scope) { user throws(DomainError) in
            if user.suspension != nil { return nil }
            user.suspension = Suspension(at: time, by: origin.person)
            return try UserAttributes(of: user.profile.attributes())
        }
    }

    /// Lifts the suspension: the user is active if the provider states so. Does nothing to one who is not suspended.
    ///
    /// - Parameter statesActive: the user is to be stated active as well, which is right only when no provider does it.
    package func resume(
        _ id: UserID, statesActive: Bool, origin: ChangeOrigin, in scope: TenantScope
    ) async throws(DomainError) {
        try await change(id, .resume, origin, scope) { user throws(DomainError) in
            let before = try UserAttributes(of: user.profile.attributes())
            if user.suspension == nil, before.isActive || !statesActive { return nil }
            user.suspension = nil
            return statesActive ? try user.attributes(active: true) : before
        }
    }

    /// - Parameter decide: changes the suspension and gives the attributes afterwards; nil when there is nothing to do.
    private func change(
        _ id: UserID, _ action: Change.Action, _ origin: ChangeOrigin, _ scope: TenantScope,
        decide: (inout User) throws(DomainError) -> UserAttributes?
    ) async throws(DomainError) {
        for _ in 0..<Self.attempts {
            let before = try await users.user(id, in: scope)
            var after = before
            guard let attributes = try decide(&after) else { return }
            var difference = Difference(from: try before.profile.attributes(), to: attributes.document)
            if before.suspension != after.suspension {
                difference.set(
                    "suspended", from: .bool(before.suspension != nil), to: .bool(after.suspension != nil))
            }
            let change = Change(
                id: ChangeID(rawValue: identifiers.next()), action: action, subject: .user(id), difference: difference,
                origin: origin)
            if try await users.update(after, to: attributes, reach: .everybody, change: change, in: scope) != nil {
                return
            }
        }
        throw .unavailable(retryAfter: 1)
    }
}

extension ChangeOrigin {
    /// The person who is behind the change; nil for a program and for the operator.
    fileprivate var person: UserID? {
        switch actor {
        case .admin(let user): user
        case .token, .signIn, .operator, .program: nil
        }
    }
}
