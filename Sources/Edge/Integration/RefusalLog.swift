package import Domain
import ServiceLifecycle
import Synchronization

/// Refused requests on their way into the provisioning log: noted in memory, written every second.
///
/// A crash loses the entries that are still in memory; they were not promised to anybody.
package final class RefusalLog: RefusalRecorder, Service {
    private let repository: any ProvisioningLogRepository
    private let environment: Environment
    private let unwritten = Mutex<[TenantID: [RefusedRequest]]>([:])
    private let strangers = Mutex<[TenantID: [Stranger.Kind: Stranger]]>([:])
    private let throttlings = Mutex(Throttlings())
    private let ignored = Mutex(IgnoredNames())
    private let cleaned = Mutex<[TenantID: Timestamp]>([:])

    /// The most entries kept for one tenant between two writes; a provider that causes more repeats itself.
    private static let requestsPerTenant = 500
    private static let secondsBetweenCleanings: Int64 = 3600

    package init(repository: any ProvisioningLogRepository, environment: Environment) {
        self.repository = repository
        self.environment = environment
    }

    package func record(_ refused: RefusedRequest, of tenant: TenantID) {
        unwritten.withLock { unwritten in
            if unwritten[tenant, default: []].count < Self.requestsPerTenant {
                unwritten[tenant, default: []].append(refused)
            }
        }
    }

    package func record(_ stranger: Stranger, at tenant: TenantID) {
        strangers.withLock { $0[tenant, default: [:]][stranger.kind] = stranger }
    }

    package func recordThrottling(of client: ProvisioningClient, at time: Timestamp) {
        throttlings.withLock { $0.note(client, at: time) }
    }

    package func record(ignored names: [String], of client: ProvisioningClient, at time: Timestamp) {
        ignored.withLock { $0.note(names, client, at: time) }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                await self.write()
            }
        }
        await write()
    }

    /// Writes what has been noted so far.
    package func write() async {
        let callers = strangers.withLock { strangers in
            defer { strangers = [:] }
            return strangers
        }
        for (tenant, kinds) in callers { try? await repository.note(Array(kinds.values), at: tenant) }
        for (plugin, last) in throttlings.withLock({ $0.takeUnwritten() }) {
            try? await repository.noteThrottling(of: plugin, at: last.time, in: last.tenant)
        }
        for (tenant, notes) in ignored.withLock({ $0.takeUnwritten() }) {
            for (plugin, names) in notes {
                let attributes = names.map { IgnoredAttribute(name: $0.key, lastAt: $0.value) }
                try? await repository.note(attributes, of: plugin, in: tenant)
            }
        }
        let requests = unwritten.withLock { unwritten in
            defer { unwritten = [:] }
            return unwritten
        }
        for (tenant, refused) in requests {
            try? await repository.add(refused, of: tenant)
            if isDueForCleaning(tenant) { try? await repository.forgetOld(of: tenant) }
        }
    }

    private func isDueForCleaning(_ tenant: TenantID) -> Bool {
        let now = environment.now()
        return cleaned.withLock { cleaned in
            if let last = cleaned[tenant], now < last.adding(seconds: Self.secondsBetweenCleanings) { return false }
            cleaned[tenant] = now
            return true
        }
    }
}
