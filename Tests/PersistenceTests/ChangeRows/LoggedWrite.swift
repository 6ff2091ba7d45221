import Domain
import StrictJSON
import Testing

/// A write that is ready to be made, and what the change log is to say of it.
struct LoggedWrite: Sendable {
    /// The kind of subject as the log names it.
    let subject: String
    let id: UInt128
    let action: Change.Action
    let difference: JSON
    /// The rows of other things that change with it, as `subject action`.
    let consequences: [String]
    /// The tenant whose log it is; nil for the one of the site.
    var tenant: TenantID?
    let make: @Sendable () async throws -> Void

    init<Thing>(
        _ subject: String, _ id: Identifier<Thing>, _ action: Change.Action, _ difference: JSON,
        consequences: [String] = [], _ make: @escaping @Sendable () async throws -> Void
    ) {
        self.subject = subject
        self.id = id.rawValue
        self.action = action
        self.difference = difference
        self.consequences = consequences
        self.make = make
    }
}

/// One way to use a method of a store that writes to the change log.
struct LoggedWriteCase: Sendable, CustomTestStringConvertible {
    /// As `StoreWrites` names it.
    let method: String
    let title: String
    /// Making it once more is a change once more.
    let isRepeatable: Bool
    let prepare: @Sendable (ChangeRowSite) async throws -> LoggedWrite

    init(
        _ method: String, _ title: String, isRepeatable: Bool = false,
        prepare: @escaping @Sendable (ChangeRowSite) async throws -> LoggedWrite
    ) {
        self.method = method
        self.title = title
        self.isRepeatable = isRepeatable
        self.prepare = prepare
    }

    var testDescription: String { "\(method): \(title)" }

    static let all: [LoggedWriteCase] = users + memberships + connections + clients + signIn + tenants
}
