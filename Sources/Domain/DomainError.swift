/// An error by which a rule of the product, or the store beneath it, rejects a request.
package enum DomainError: Error, Sendable, Hashable {
    /// No such thing in this tenant. What belongs to another tenant is not there either.
    case notFound
    /// Another one has this value already; `key` names the attribute, never the other's owner.
    case conflict(key: String)
    /// A value cannot be taken; `field` names it.
    case invalid(field: String, reason: String)
    /// People would report to each other in a circle.
    case managerCircle(ManagerCircle)
    /// The thing was changed by somebody else since it was read.
    case stale
    /// The credentials are missing, unknown, revoked or expired.
    case unauthenticated(reason: String)
    /// The credentials are good, but not for this.
    case forbidden(reason: String)
    /// The rule that at least one Owner remains, and its like.
    case refused(reason: String)
    /// The tenant asks for more than its share. Seconds to wait.
    case throttled(retryAfter: Int)
    /// The store cannot be reached or is overloaded: nothing is wrong with the request. Seconds to wait.
    case unavailable(retryAfter: Int)
    /// An admin has paused the connection: nothing is lost, it is to be sent again. Seconds to wait.
    case paused(retryAfter: Int)
    /// The store gave up because the work took too long; the text is for the log only.
    case tookTooLong(String)
    /// The program met something it does not expect; the text is for the log only.
    case unexpected(String)
}
