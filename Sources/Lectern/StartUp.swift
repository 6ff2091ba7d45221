import Domain
import Edge
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Postgres
import ServiceLifecycle
import Synchronization

/// Whether the server has found everything that it needs, and until then what it waits for.
///
/// The HTTP server answers from the beginning: `/healthz` with 200, `/readyz` with the reason, everything else with 503.
final class StartUp: Sendable {
    private struct State {
        var waitsFor: String? = "the checks of the start"
        var isListening = false
    }

    private let state = Mutex(State())

    /// The reason why the server waits; nil once it is ready.
    var waitsFor: String? { state.withLock { $0.waitsFor } }

    func wait(for reason: String) { state.withLock { $0.waitsFor = reason } }
    func finish() { state.withLock { $0.waitsFor = nil } }
    func listens() { state.withLock { $0.isListening = true } }

    /// Returns once the checks are over and the port is open, or throws when the task is cancelled before.
    func finished() async throws {
        while !state.withLock({ $0.waitsFor == nil && $0.isListening }) {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The answer to a request that comes too early; nil when it does not.
    func refusal(of request: Request) -> Response? {
        if waitsFor == nil || Self.isAlwaysAnswered(request.uri.path) { return nil }
        let isSCIM = request.uri.path.contains("/scim/v2")
        let text =
            isSCIM
            ? #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"503","detail":"The server is starting. Try again."}"#
            : "The server is starting. Try again.\n"
        return Response(
            status: .serviceUnavailable,
            headers: [
                .retryAfter: "2", .contentType: isSCIM ? "application/scim+json" : "text/plain; charset=utf-8",
                .contentLength: "\(text.utf8.count)",
            ], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private static func isAlwaysAnswered(_ path: String) -> Bool {
        ["/", "/healthz", "/readyz", "/metrics"].contains(path)
    }
}

/// The checks of the start. An outage of the database is waited for; what waiting cannot cure ends the program, a login
/// that no server lets in included.
struct StartWork: Service {
    let startUp: StartUp
    let hold: ActionHold
    let services: Services
    let secretKey: SecretKey
    let logger: Logger

    private static let pauses: ClosedRange<Duration> = .milliseconds(100) ... .seconds(2)

    func run() async throws {
        // To be told to stop while it waits is no failure.
        do { try await cancelWhenGracefulShutdown { try await start() } } catch is CancellationError {}
        try? await gracefulShutdown()
    }

    private func start() async throws {
        var pause = Self.pauses.lowerBound
        while let reason = try await outage() {
            if startUp.waitsFor != reason { logger.warning("waiting", metadata: ["for": "\(reason)"]) }
            startUp.wait(for: reason)
            try await Task.sleep(for: pause)
            pause = min(pause * 2, Self.pauses.upperBound)
        }
        let welcome = services.configuration.makesDemonstration ? try await Demonstration(services).prepare() : nil
        startUp.finish()
        try await startUp.finished()
        welcome?.print()
    }

    /// The reason why the checks could not be made; nil when all have passed.
    private func outage() async throws -> String? {
        do {
            try await DatabaseReadiness(database: services.database).checkRole()
            try await services.requireMigrated()
            try await services.requireFitting(secretKey)
            try await findPlace()
            return nil
        } catch let error as DatabaseOutage {
            guard let refusal = services.database.loginRefusal else { return error.description }
            throw CommandFailure(DatabaseReadiness.sentence(refusal, services.configuration.database))
        }
    }
}

extension StartWork {
    private func findPlace() async throws {
        do throws(PostgresError) {
            guard let reason = try await PlaceCheck(services).reasonToHold(adopting: true) else { return }
            hold.hold(because: reason)
            logger.warning(
                "no mail is sent, no provider asked and no import resumed until `lectern resume`",
                metadata: ["because": "\(reason)"])
        } catch {
            if let outage = DatabaseOutage(error, services.configuration.database) { throw outage }
            throw CommandFailure(DatabaseReadiness.sentence(error, services.configuration.database))
        }
    }
}

/// The database could not be asked. It may be soon.
struct DatabaseOutage: Error, CustomStringConvertible {
    let description: String

    /// Nil when the error tells something about the database rather than that it could not be asked.
    init?(_ error: PostgresError, _ configuration: PostgresConfiguration) {
        switch error {
        case .unavailable, .connectionLost: break
        case .server(let state, _, _): if !state.isOutage { return nil }
        case .rolledBack, .unexpectedResult, .closed: return nil
        }
        description = DatabaseReadiness.sentence(error, configuration)
    }
}
