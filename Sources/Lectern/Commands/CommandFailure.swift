import ArgumentParser
import Domain
import Persistence

/// The error that a person at a terminal sees: one sentence, and a status that is not 0.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }

    static func readable(_ error: any Error) -> any Error {
        switch error {
        case let error as DomainError: CommandFailure(sentence(error))
        case let error as ConfigurationError: CommandFailure(error.description)
        case let error as DatabaseOutage: CommandFailure(Services.loginRefusal ?? error.description)
        case let error as Migrator.Failure: CommandFailure(error.description)
        default: error
        }
    }

    private static func sentence(_ error: DomainError) -> String {
        switch error {
        case .notFound: "There is no such name or id."
        case .conflict(let key): "Another one has this \(key) already."
        case .invalid(let field, let reason): "\(field): \(reason)"
        case .managerCircle(let circle): "The managers would form a circle: \(circle)."
        case .stale: "It was changed by somebody else meanwhile; please look again."
        case .unauthenticated(let reason), .forbidden(let reason), .refused(let reason): reason
        case .throttled, .unavailable, .paused:
            Services.loginRefusal
                ?? "The database cannot be reached or is too busy; `lectern doctor` tells more."
        case .tookTooLong: "The database took too long and gave up; nothing was changed."
        case .unexpected(let cause): "Something unexpected happened: \(cause)"
        }
    }
}
