/// The rule for `active`: whoever changes a user, in whatever form, asks here what follows.
package enum Activity {
    /// Whether a user is active after a change.
    ///
    /// Only an explicit `true` enables anyone: leaving `active` out, or unassigning it with null, an empty value or a
    /// removal (RFC 7643 §2.5), keeps what was before.
    ///
    /// - Parameters:
    ///   - stated: what the change says; nil when it says nothing, or that there is no value.
    ///   - before: what held before; nil for a new user, who is active unless stated otherwise.
    package static func next(stated: Bool?, before: Bool?) -> Bool { stated ?? before ?? true }
}
