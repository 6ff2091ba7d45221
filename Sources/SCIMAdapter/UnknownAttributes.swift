import Domain
import SCIM

/// The one rule for attributes that no schema of the tenant has, in whatever form of a request they come: they are left
/// out, and administrators see which; a connection may refuse them instead (docs/decisions/0022-unknown-attributes.md).
struct UnknownAttributes: Sendable {
    let log: AttributeLog
    let recorder: any RefusalRecorder
    let now: @Sendable () -> Timestamp

    /// How many names an error holds.
    private static let namesAtMost = 5

    /// - Parameters:
    ///   - names: the attributes that the engine left out since no schema has them.
    ///   - dropped: those of which it left out a value that is too long, which is never refused.
    ///   - removesAccess: whether the change leaves a user inactive, which nothing keeps a provider from.
    /// - Throws: 400 `invalidValue` where the connection refuses unknown attributes.
    func settle(
        _ names: [String], dropped: [String] = [], removingAccess removesAccess: Bool = false, _ request: SCIMRequest
    ) throws(SCIMError) {
        if names.isEmpty, dropped.isEmpty { return }
        if !names.isEmpty, request.client.policy.unknownAttributes == .refuse, !removesAccess {
            let list = names.prefix(Self.namesAtMost).joined(separator: ", ")
            throw .invalidValue("This connection refuses unknown attributes: \(list).")
        }
        log.note(names + dropped, request)
        recorder.record(ignored: names + dropped, of: request.client, at: now())
    }
}
