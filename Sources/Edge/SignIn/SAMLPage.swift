/// The page that people see when signing in with their company does not succeed at once.
package enum SAMLPage: Sendable, Hashable {
    /// The answer was refused; why is in the trace, and is nobody's business here.
    case refused(trace: String)
    /// There is no such connection, or it is switched off.
    case unknown
    /// Nobody is let in for a while.
    case paused
    case unavailable
    /// Too many sign-ins at once.
    case throttled(retryAfter: Int)
    /// The request cannot be understood.
    case invalid
    /// The method is another than the endpoint's.
    case notAllowed(String)
    /// A form that leads to the provider: its address and fields.
    case post(to: String, fields: [String: String])
}
