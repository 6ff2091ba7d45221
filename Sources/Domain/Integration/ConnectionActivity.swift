/// Counts of the recent requests of a connection's identity provider. Changes, refusals and waiting people are counted
/// up to `limit`.
package struct ConnectionActivity: Sendable, Hashable {
    /// A count that reaches it stands for this many or more.
    package static let limit = 1000
    /// The window in which a connection is judged by the share of its refused requests, in seconds.
    package static let windowSeconds: Int64 = 86_400
    /// The time after which a refused request no longer counts, in seconds.
    package static let refusalSeconds: Int64 = 7 * 86_400
    /// The fewest people whose removal within the window is reported.
    package static let manyPeople = 50

    /// Changes of users and groups in the window, without the roles that follow from them.
    package var changes = 0
    /// People, groups and other resources whose changes were refused in the window; retries count once.
    package var refusals = 0
    /// The part of `refusals` that is unresolved.
    package var recentUnresolved = 0
    /// The same count for the last seven days.
    ///
    /// A later change of the same user or group by the connection resolves a refusal. A refused creation is resolved by
    /// a change of the user or group that has its name or externalId, and a refused token by the next admitted request.
    /// Requests that an administrator decides on are never unresolved.
    package var unresolved = 0
    /// People whom the connection disabled in the window, or deleted while they were active, and who are not active
    /// again.
    package var removed = 0
    /// Active users of the tenant, counted up to one more than four times `removed`, and only from `manyPeople` on.
    package var active = 0
    /// People about whom an administrator has to decide.
    package var waiting = 0
    package var lastChangeAt: Timestamp?
    package var lastRefusalAt: Timestamp?

    package init() {}

    /// Changes in the window, made or refused.
    package var writes: Int { changes + refusals }
}
