/// The answer of a server that does not let the configured login in. Waiting does not change it.
package struct LoginRefusal: Sendable, Hashable {
    package enum Cause: Sendable, Hashable {
        /// The password is wrong, or no such user exists (28P01).
        case password
        /// The server asks for a password, and none is configured.
        case noPassword
        /// The user does not exist or may not log in, or `pg_hba.conf` rejects it (28000).
        case user
        /// The database does not exist (3D000).
        case database
        /// The user lacks a privilege, such as that to connect or to take a role (42501).
        case privilege
        /// A setting of the session cannot be made: the role that it takes does not exist (22023).
        case session

        /// Nil for states that may pass by themselves, such as 57P03 and 53300.
        fileprivate init?(_ state: Substring) {
            switch state {
            case "28P01": self = .password
            case "28000": self = .user
            case "3D000": self = .database
            case "42501": self = .privilege
            case "22023": self = .session
            default: return nil
            }
        }
    }

    package let cause: Cause
    /// The server's own words.
    package let message: String

    /// Reads the message of an attempt to connect, made with libpq's verbose errors. A message has a line for each
    /// address that was tried; the last one counts.
    ///
    /// - Parameter lacksPassword: the server has asked for a password and none was given.
    /// - Returns: nil for every other failure.
    init?(libpqMessage text: String, lacksPassword: Bool) {
        guard let line = text.split(separator: "\n").last(where: { $0.hasPrefix("connection to ") }),
            let opening = line.firstRange(of: " failed: ")
        else { return nil }
        let answer = line[opening.upperBound...]
        if lacksPassword {
            (cause, message) = (.noPassword, String(answer))
            return
        }
        // The severity may be translated, the SQLSTATE is not: `FATAL:  28P01: password authentication failed …`.
        guard let severity = answer.firstRange(of: ":  ") else { return nil }
        let rest = answer[severity.upperBound...]
        guard rest.dropFirst(5).hasPrefix(": "), let cause = Cause(rest.prefix(5)) else { return nil }
        (self.cause, message) = (cause, String(rest.dropFirst(7)))
    }
}
