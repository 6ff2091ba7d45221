import Domain
import Logging

/// Says in the log which attributes of a request are in none of our schemas. Names only: values are personal.
struct IgnoredAttributeLog {
    let logger: Logger

    /// How many names one line holds.
    private static let namesAtMost = 20
    private static let nameCharacters = 100

    func note(_ ignored: [String], _ request: SCIMRequest) {
        if ignored.isEmpty { return }
        let names = ignored.prefix(Self.namesAtMost).map { String($0.prefix(Self.nameCharacters)) }
        logger.info(
            "attributes ignored",
            metadata: [
                "request_id": "\(request.requestID)", "tenant": "\(request.client.tenant)",
                "plugin": "\(request.client.plugin)", "attributes": .array(names.map { .string($0) }),
            ])
    }
}
