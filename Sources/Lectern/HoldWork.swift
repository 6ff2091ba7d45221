import Edge
import Logging
import Persistence
import Postgres
import ServiceLifecycle

/// Notes from time to time that the database is served here; while the server is held, looks whether it has been released.
struct HoldWork: Service {
    let startUp: StartUp
    let hold: ActionHold
    let services: Services
    let logger: Logger

    private static let pause = Duration.seconds(60)
    private static let pauseWhileHeld = Duration.seconds(2)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            try? await startUp.finished()
            while !Task.isCancelled {
                do throws(PostgresError) { try await look() } catch {
                    logger.warning("the place was not noted", metadata: ["cause": "\(error)"])
                }
                try? await Task.sleep(for: hold.isHeld ? Self.pauseWhileHeld : Self.pause)
            }
        }
    }

    private func look() async throws(PostgresError) {
        let check = PlaceCheck(services)
        if hold.isHeld {
            if try await check.reasonToHold(adopting: false) != nil { return }
            hold.release()
            logger.notice("mail, imports and refreshes were released")
        }
        try await check.noteServed()
    }
}
