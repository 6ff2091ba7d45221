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
    /// - Returns: false when there was nothing to do, things being as decided already.
    /// - Throws: `stale` when the connection asks for another act by now.
    package func decide(
        _ decision: LinkReview.Decision, on act: LinkReview.Act?, for user: UserID, of plugin: PluginID,
        origin: ChangeOrigin, in scope: TenantScope
    ) async throws(DomainError) -> Bool {
        for _ in 0..<Self.attempts {
            let link = try await repository.link(of: user, to: plugin, in: scope)
            if decision == .approved, link.isAsked, link.act != act { throw .stale }
            guard let difference = try link.difference(deciding: decision) else { return false }
            let change = Change(
                id: ChangeID(rawValue: identifiers.next()), action: .update, subject: .user(user),
                difference: difference, origin: origin)
            if try await repository.decide(decision, on: link, change: change, in: scope) { return true }
        }
        throw .unavailable(retryAfter: 1)
    }

    private static let attempts = 10
}

/// Where it is kept which connections asked for which users.
package protocol LinkReviewRepository: Sendable {
    /// Those that wait come first, then the latest. A review ends when its question no longer exists: the user is the
    /// connection's or deleted, nothing guards the user any more, or another source has the user since the decision.
    func reviews(of plugin: PluginID?, limit: Int, in scope: TenantScope) async throws(DomainError) -> [LinkReview]
    func link(of user: UserID, to plugin: PluginID, in scope: TenantScope) async throws(DomainError) -> Link
    /// Approving makes the connection the user's source.
    ///
    /// - Returns: false when somebody else was faster.
    func decide(
        _ decision: LinkReview.Decision, on link: Link, change: Change, in scope: TenantScope
    ) async throws(DomainError) -> Bool
}
