import Domain

/// The error by which the token endpoint rejects a request (RFC 6749 §5.2).
struct TokenError: Error, Hashable {
    enum Code: String {
        case invalidRequest = "invalid_request"
        case invalidClient = "invalid_client"
        case unauthorizedClient = "unauthorized_client"
        case unsupportedGrantType = "unsupported_grant_type"
        case temporarilyUnavailable = "temporarily_unavailable"
        case serverError = "server_error"
    }

    let code: Code
    let status: Int
    let description: String
    var retryAfter: Int?

    static func invalidRequest(_ description: String, status: Int = 400) -> Self {
        Self(code: .invalidRequest, status: status, description: description)
    }

    /// The same words for whatever is wrong with the credentials.
    static let invalidClient = Self(
        code: .invalidClient, status: 401, description: "The client is unknown, or its credentials are not good here.")

    static let unauthorizedClient = Self(
        code: .unauthorizedClient, status: 400,
        description: "This connection is switched off.")

    static let unsupportedGrantType = Self(
        code: .unsupportedGrantType, status: 400, description: "Only client_credentials is offered.")

    init(code: Code, status: Int, description: String, retryAfter: Int? = nil) {
        self.code = code
        self.status = status
        self.description = description
        self.retryAfter = retryAfter
    }

    init(_ error: DomainError, requestID: String) {
        switch error {
        case .throttled(let seconds):
            self.init(
                code: .temporarilyUnavailable, status: 429, description: "Too many requests for tokens; slow down.",
                retryAfter: seconds)
        case .unavailable(let seconds):
            self.init(
                code: .temporarilyUnavailable, status: 503,
                description: "The service is busy for a moment. Please try again.", retryAfter: seconds)
        case .tookTooLong:
            self.init(
                code: .temporarilyUnavailable, status: 503,
                description: "The service is busy for a moment. Please try again.", retryAfter: 1)
        case .notFound, .conflict, .invalid, .managerCircle, .stale, .unauthenticated, .forbidden, .refused, .paused,
            .unexpected:
            self.init(
                code: .serverError, status: 500,
                description: "Something went wrong here. Please quote the request id \(requestID).")
        }
    }
}
