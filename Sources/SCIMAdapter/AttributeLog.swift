import Domain
import Logging

/// Says in the log which attributes of a request are in none of our schemas, or are missing. Names only: values are
/// personal.
struct AttributeLog {
    let logger: Logger

    /// How many names one line holds.
    private static let namesAtMost = 20
    private static let nameCharacters = 100

    func note(_ ignored: [String], _ request: SCIMRequest) { note("attributes ignored", ignored, request) }

    /// They are stored all the same.
    func noteUnusable(_ unusable: [String], _ request: SCIMRequest) {
        note("attribute values unusable", unusable, request)
    }

    /// The user is taken all the same.
    func noteMissing(_ missing: [String], _ request: SCIMRequest) {
        note("required attributes missing", missing, request)
    }

    private func note(_ message: Logger.Message, _ attributes: [String], _ request: SCIMRequest) {
        if attributes.isEmpty { return }
        let names = attributes.prefix(Self.namesAtMost).map { String($0.prefix(Self.nameCharacters)) }
        logger.info(
            message,
            metadata: [
                "request_id": "\(request.requestID)", "tenant": "\(request.client.tenant)",
                "plugin": "\(request.client.plugin)", "attributes": .array(names.map { .string($0) }),
            ])
    }
}
