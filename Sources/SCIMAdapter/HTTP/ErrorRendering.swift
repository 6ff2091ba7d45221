import Domain
import HTTPTypes
import Hummingbird
import SCIM

extension SCIMError {
    init(_ error: DomainError) { self = error.scimError(requestID: "") }
}

extension DomainError {
    private static let secondsAfterSlowness = 30

    /// The one place where the product's errors become SCIM's (RFC 7644 §3.12).
    func scimError(requestID: String) -> SCIMError {
        switch self {
        case .notFound: .notFound
        case .conflict(let key): .uniqueness("Another resource has this \(key) already.")
        case .noSuchMember: .noTarget
        case .invalid(let field, let reason): .invalidValue("\(field): \(reason)")
        case .managerCircle(let circle): .invalidValue("The managers would form a circle: \(circle).")
        case .stale: .preconditionFailed
        case .unauthenticated(let reason): SCIMError(status: 401, detail: reason)
        case .forbidden(let reason): .forbidden(reason)
        case .refused(let reason): SCIMError(status: 409, detail: reason)
        case .throttled: SCIMError(status: 429, detail: "This tenant sends more requests than it may; slow down.")
        case .unavailable: SCIMError(status: 503, detail: "The service is busy for a moment. Please try again.")
        case .paused:
            SCIMError(
                status: 503,
                detail: "An administrator has paused this connection. Nothing was changed; please send it again later.")
        case .tookTooLong:
            SCIMError(
                status: 503,
                detail: "This took too long and was given up; nothing was changed. Please ask for less at a time.")
        case .unexpected:
            SCIMError(status: 500, detail: "Something went wrong here. Please quote the request id \(requestID).")
        }
    }

    /// The headers that go with the status: how to authenticate, and when to come back.
    func headers(hadToken: Bool) -> HTTPFields {
        switch self {
        case .unauthenticated:
            let challenge = "Bearer realm=\"SCIM\""
            return [.wwwAuthenticate: hadToken ? challenge + ", error=\"invalid_token\"" : challenge]
        case .throttled(let seconds), .unavailable(let seconds), .paused(let seconds):
            return [.retryAfter: "\(seconds)"]
        // Soon again would be as slow.
        case .tookTooLong: return [.retryAfter: "\(Self.secondsAfterSlowness)"]
        case .notFound, .conflict, .invalid, .managerCircle, .stale, .forbidden, .refused, .unexpected: return [:]
        }
    }
}
