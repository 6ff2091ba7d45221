/// An administrator's decision that a user cannot sign in, whatever the identity provider states.
package struct Suspension: Sendable, Hashable {
    package var at: Timestamp
    /// The administrator; nil for the operator.
    package var by: UserID?

    package init(at: Timestamp, by: UserID?) {
        self.at = at
        self.by = by
    }
}

extension UserAttributes {
    /// Whether a user with these attributes can sign in. This is the only place that joins the two facts.
    package func isActive(under suspension: Suspension?) -> Bool { isActive && suspension == nil }
}
