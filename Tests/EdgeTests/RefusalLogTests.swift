import Domain
import LecternTesting
import Logging
import Persistence
import ServiceLifecycle
import Synchronization
import Testing

@testable import Edge

/// The provisioning log's way from memory to the store.
struct RefusalLogTests {
    /// A store that takes its time: each addition waits until it is let through.
    private final class SlowStore: ProvisioningLogRepository {
        let begun = Mutex<[RefusedRequest]>([])
        let isOpen = Atomic<Bool>(false)

        func add(_ refused: [RefusedRequest], of tenant: TenantID) async throws(DomainError) {
            begun.withLock { $0 += refused }
            while !isOpen.load(ordering: .acquiring) { await Task.yield() }
        }

        func note(_ strangers: [Stranger], at tenant: TenantID) async throws(DomainError) {}
        func lastStranger(in scope: TenantScope) async throws(DomainError) -> Stranger? { nil }
        func noteThrottling(of plugin: PluginID, at time: Timestamp, in tenant: TenantID) async throws(DomainError) {}
        func note(
            _ ignored: [IgnoredAttribute], of plugin: PluginID, in tenant: TenantID
        ) async throws(DomainError) {}
        func ignoredAttributes(
            of plugin: PluginID, in scope: TenantScope
        ) async throws(DomainError) -> [IgnoredAttribute] { [] }
        func forgetOld(of tenant: TenantID) async throws(DomainError) {}
        func entries(
            _ filter: ProvisioningLogFilter, before: ChangeID?, limit: Int, in scope: TenantScope
        ) async throws(DomainError) -> [ProvisioningLogEntry] { [] }
        func activities(
            at now: Timestamp, in scope: TenantScope
        ) async throws(DomainError) -> [PluginID: ConnectionActivity] { [:] }
        func subjects(named name: String, in scope: TenantScope) async throws(DomainError) -> [String] { [] }
    }

    private let tenant = TenantID(rawValue: TestDatabase.identifiers.next())

    private func refused(_ requestID: String) -> RefusedRequest {
        RefusedRequest(
            id: ChangeID(rawValue: TestDatabase.identifiers.next()), at: Timestamp(microseconds: 0),
            plugin: PluginID(rawValue: 1), token: TokenID(rawValue: 1), method: "POST", resourceType: "User",
            resourceID: nil, status: 409, scimType: nil, reason: "taken", requestID: requestID)
    }

    @Test(.timeLimit(.minutes(2)))
    func `what is recorded while the server shuts down is written before it ends`() async throws {
        let store = SlowStore()
        let log = RefusalLog(repository: store, environment: .system)
        let group = ServiceGroup(
            services: [log], logger: Logger(label: "x", factory: { _ in SwiftLogNoOpLogHandler() }))
        async let running: Void = group.run()
        log.record(refused("before"), of: tenant)
        #expect(try await eventually { store.begun.withLock { $0.map(\.requestID) } == ["before"] })
        // A writing is under way that does not have this one.
        log.record(refused("last second"), of: tenant)
        await group.triggerGracefulShutdown()
        store.isOpen.store(true, ordering: .releasing)
        try await running
        #expect(store.begun.withLock { $0.map(\.requestID) } == ["before", "last second"])
    }

    @Test func `an attribute that is left out is noted once a minute`() {
        var names = IgnoredNames()
        let client = ProvisioningClient(
            tenant: tenant, plugin: PluginID(rawValue: 1), token: TokenID(rawValue: 1), defaultRole: .trainee,
            acceptsBareToken: false, tokenHeader: nil, policy: .init())
        for (seconds, isNoted) in [(0, true), (59, false), (60, true)] as [(Int64, Bool)] {
            names.note(["otherMails"], client, at: Timestamp(microseconds: 0).adding(seconds: seconds))
            let noted = names.takeUnwritten()
            #expect(noted.isEmpty != isNoted, "\(seconds)")
        }
    }
}
