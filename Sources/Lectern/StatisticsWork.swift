import Logging
import Persistence
import Postgres
import ServiceLifecycle

/// Has PostgreSQL look at tables that grow, as long as the server runs.
///
/// A first provisioning run fills a database within seconds. Autovacuum looks once a minute, and until then PostgreSQL
/// would go on with plans that it made for empty tables.
struct StatisticsWork: Service {
    let startUp: StartUp
    let database: Database
    let logger: Logger

    private static let pause = Duration.seconds(1)
    /// Transactions of this process without which no table of interest has doubled.
    private static let transactions = 100

    func run() async throws {
        await cancelWhenGracefulShutdown {
            try? await startUp.finished()
            var seen = database.statistics.transactions - Self.transactions
            while !Task.isCancelled {
                let now = database.statistics.transactions
                if now - seen >= Self.transactions {
                    seen = now
                    await renew()
                }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    private func renew() async {
        do throws(PostgresError) { _ = try await PlannerStatistics(database).renew() } catch {
            logger.warning("no statistics were taken", metadata: ["cause": "\(error)"])
        }
    }
}
