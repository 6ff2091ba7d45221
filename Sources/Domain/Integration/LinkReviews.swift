/// Deciding whether a connection gets a user of another source.
package struct LinkReviews: Sendable {
    private let repository: any LinkReviewRepository
    private let identifiers: IdentifierSource

    package init(repository: any LinkReviewRepository, identifiers: IdentifierSource) {
        self.repository = repository
        self.identifiers = identifiers
    }

    /// Either decision can be taken back by the other, until the user is the connection's.
    ///
    /// - Parameter act: the decision is about this one; an approval of another would be none of the person who decides.
    /// - Parameter keepsRoles: whether an approval leaves the user the roles that the former connection's rules gave.
    /// - Returns: false when there was nothing to do, things being as decided already.
    /// - Throws: `stale` when the connection asks for another act by now.
    package func decide(
        _ decision: LinkReview.Decision, on act: LinkReview.Act?, for user: UserID, of plugin: PluginID,
        keepsRoles: Bool = false,
        origin: ChangeOrigin, in scope: TenantScope
    ) async throws(DomainError) -> Bool {
        for _ in 0..<Self.attempts {
            let link = try await repository.link(of: user, to: plugin, in: scope)
            if decision == .approved, link.isAsked, link.act != act { throw .stale }
            guard let difference = try link.difference(deciding: decision) else { return false }
            let change = Change(
                id: ChangeID(rawValue: identifiers.next()), action: .update, subject: .user(user),
                difference: difference, origin: origin)
            if try await repository.decide(
                decision, on: link, keepsRoles: keepsRoles, change: change, in: scope)
            {
                return true
            }
        }
        throw .unavailable(retryAfter: 1)
    }

    /// The roles that each user gains and loses by an approval, for the users whose roles would change.
    package func roleMoves(
        of reviews: [LinkReview], in scope: TenantScope
    ) async throws(DomainError) -> [LinkReview: RolePreview.Move] {
        var found: [LinkReview: RolePreview.Move] = [:]
        let open = reviews.filter { $0.decision != .approved }
        for plugin in Set(open.map(\.plugin)) {
            let asked = open.filter { $0.plugin == plugin }
            let moves = try await repository.roleMoves(of: asked.map(\.user), to: plugin, in: scope)
            for review in asked { found[review] = moves[review.user] }
        }
        return found
    }

    private static let attempts = 10
}

/// The repository of link reviews: which connections asked for which users.
package protocol LinkReviewRepository: Sendable {
    /// The reviews, those that wait first, then the latest. A review ends when its question no longer exists: the
    /// connection owns the user now, the user is deleted or no longer protected, or another source has taken over the
    /// user since the decision.
    func reviews(of plugin: PluginID?, limit: Int, in scope: TenantScope) async throws(DomainError) -> [LinkReview]
    func link(of user: UserID, to plugin: PluginID, in scope: TenantScope) async throws(DomainError) -> Link
    /// The users whose roles would become others if they were the connection's.
    func roleMoves(
        of users: [UserID], to plugin: PluginID, in scope: TenantScope
    ) async throws(DomainError) -> [UserID: RolePreview.Move]
    /// Approving makes the connection the user's source.
    ///
    /// - Returns: false when somebody else was faster.
    func decide(
        _ decision: LinkReview.Decision, on link: Link, keepsRoles: Bool, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> Bool
}
