import Domain
import Logging
import Persistence
import ServiceLifecycle

/// Brings keys up to date that another version of the program made, as long as the server runs: the one before it may
/// still be running beside it.
struct FoldedKeyWork: Service {
    let keys: FoldedKeyStore
    let tenants: any TenantRepository
    let startUp: StartUp
    let logger: Logger

    private static let pause = Duration.seconds(6 * 3600)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            try? await startUp.finished()
            while !Task.isCancelled {
                await bringAllUpToDate()
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    private func bringAllUpToDate() async {
        for tenant in (try? await tenants.tenants()) ?? [] {
            do throws(DomainError) {
                let outcome = try await keys.bringUpToDate(in: TenantScope(tenant: tenant.id, admission: .operator))
                if outcome.updated > 0 {
                    logger.info(
                        "keys of names were brought up to date",
                        metadata: ["tenant": "\(tenant.id)", "count": "\(outcome.updated)"])
                }
                if !outcome.colliding.isEmpty {
                    let ids = outcome.colliding.map { "\(UserID(rawValue: $0))" }.joined(separator: " ")
                    logger.warning(
                        "names count as the same as another one's",
                        metadata: ["tenant": "\(tenant.id)", "ids": "\(ids)"])
                }
            } catch {
                logger.warning(
                    "keys of names were not brought up to date",
                    metadata: ["tenant": "\(tenant.id)", "error": "\(error)"])
            }
        }
    }
}
