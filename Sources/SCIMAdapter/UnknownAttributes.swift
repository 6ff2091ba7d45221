import Domain
import SCIM

/// The one rule for attributes that no schema of the tenant has, in whatever form of a request they come: they are left
/// out, and administrators see which; a connection may refuse them instead (docs/decisions/0022-unknown-attributes.md).
/// Values that cannot be used are stored, and otherwise treated alike.
struct UnknownAttributes: Sendable {
    let log: AttributeLog
    let recorder: any RefusalRecorder
    let now: @Sendable () -> Timestamp

    /// How many names an error holds.
    private static let namesAtMost = 5

    /// - Parameters:
    ///   - names: the attributes that the engine left out since no schema has them.
    ///   - dropped: those of which it left out a value that is too long, which is never refused.
    ///   - unusable: those of which a value is stored and cannot be used.
    ///   - removesAccess: whether the change leaves a user inactive, which nothing keeps a provider from.
    /// - Throws: 400 `invalidValue` where the connection refuses unknown attributes and values that cannot be used.
    func settle(
        _ names: [String], dropped: [String] = [], unusable: [String] = [],
        removingAccess removesAccess: Bool = false, _ request: SCIMRequest
    ) throws(SCIMError) {
        if names.isEmpty, dropped.isEmpty, unusable.isEmpty { return }
        if request.client.policy.unknownAttributes == .refuse, !removesAccess {
            if !names.isEmpty {
                throw .invalidValue("This connection refuses unknown attributes: \(Self.list(names)).")
            }
            if !unusable.isEmpty {
                throw .invalidValue("This connection refuses values that cannot be used: \(Self.list(unusable)).")
            }
        }
        log.note(names + dropped, request)
        log.noteUnusable(unusable, request)
        recorder.record(ignored: names + dropped + unusable, of: request.client, at: now())
    }

    private static func list(_ names: [String]) -> String { names.prefix(namesAtMost).joined(separator: ", ") }
}
