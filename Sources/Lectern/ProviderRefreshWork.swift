import Domain
import Edge
import Logging
import ServiceLifecycle

/// Reads providers' metadata again as long as the server runs.
struct ProviderRefreshWork: Service {
    let refresh: ProviderRefresh
    let tenants: any TenantRepository
    let startUp: StartUp
    let hold: ActionHold
    let environment: Edge.Environment
    let logger: Logger

    /// Between two looks for what is due.
    private static let pause = Duration.seconds(3600)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            try? await startUp.finished()
            try? await hold.released()
            while !Task.isCancelled {
                await refreshAll()
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    private func refreshAll() async {
        for tenant in (try? await tenants.tenants()) ?? [] where tenant.status == .active {
            do throws(DomainError) {
                try await refresh.refresh(tenant: tenant.id, now: environment.now())
            } catch {
                logger.warning(
                    "metadata was not read again", metadata: ["tenant": "\(tenant.id)", "error": "\(error)"])
            }
        }
    }
}
