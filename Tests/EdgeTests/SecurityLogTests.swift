import Domain
import Edge
import LecternTesting
import Logging
import Persistence
import Postgres
import Testing

struct SecurityLogTests {
    private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private func log(_ test: TestDatabase) -> SecurityLog {
        SecurityLog(
            repository: test.securityEvents, attempts: test.attempts, environment: .system,
            metrics: PrometheusRegistry(), logger: Self.logger)
    }

    private func scope(_ tenant: Tenant) -> TenantScope { TenantScope(tenant: tenant.id, admission: .operator) }

    /// A moment at the beginning of a minute.
    private let start = Timestamp(microseconds: Edge.Environment.system.now().seconds / 60 * 60_000_000)

    private func event(
        _ kind: SecurityEvent.Kind = .wrongPassword, _ subject: SecurityEvent.Subject = .unknown,
        from address: String = "192.0.2.1", after seconds: Int64 = 0
    ) -> SecurityEvent {
        SecurityEvent(
            kind, subject, from: address, reason: "password", requestID: "r", at: start.adding(seconds: seconds))
    }

    @Test func `equal events of a minute are one record with a count`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        let (log, otherProcess) = (log(test), log(test))
        let user = SecurityEvent.Subject.user(UserID(rawValue: TestDatabase.identifiers.next()))
        for second in Int64(0)..<3 { log.record(event(.wrongPassword, user, after: second), of: tenant.id) }
        await log.write()
        // An address of the same network, the next writing, and another process are no difference.
        log.record(event(.wrongPassword, user, from: "192.0.2.9", after: 10), of: tenant.id)
        await log.write()
        otherProcess.record(event(.wrongPassword, user, after: 50), of: tenant.id)
        await otherProcess.write()
        otherProcess.record(event(.wrongPassword, user, after: 60), of: tenant.id)
        otherProcess.record(event(.wrongCode, user, after: 60), of: tenant.id)
        otherProcess.record(event(.wrongPassword, after: 60), of: tenant.id)
        await otherProcess.write()
        let found = try await test.securityEvents.events(
            SecurityEventFilter(), before: nil, limit: 10, in: scope(tenant))
        #expect(found.map(\.count).sorted() == [1, 1, 1, 5])
        let folded = try #require(found.last)
        #expect(folded.event == event(.wrongPassword, user) && folded.lastAt == start.adding(seconds: 50))
    }

    @Test func `an attack makes a bounded number of records`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        let log = log(test)
        for index in 0..<1000 {
            log.record(
                event(
                    .wrongPassword, .claimed([UInt8](repeating: UInt8(index % 250), count: 32)),
                    from: "10.0.\(index / 4).1"), of: tenant.id)
        }
        await log.write()
        let found = try await test.securityEvents.events(
            SecurityEventFilter(), before: nil, limit: 2000, in: scope(tenant))
        #expect(found.count == SecurityLog.recordsPerMinute + 1)
        #expect(found.reduce(0) { $0 + $1.count } == 1000)
        let rest = try #require(found.first { $0.event.reason == "more" })
        #expect(rest.count == 800 && rest.event.subject == .unknown && rest.event.address.isEmpty)
    }

    @Test func `events are found by what they are, whose, from where and when`() async throws {
        let test = try await TestDatabase.shared()
        let (tenant, other) = (try await test.makeTenant(), try await test.makeTenant())
        let log = log(test)
        let id = UserID(rawValue: TestDatabase.identifiers.next())
        _ = try await test.users.create(
            NewUser(
                id: id, source: nil, attributes: .named("ann"), role: .trainee,
                change: TestDatabase.change(.create, .user(id)), mapsGroups: false), in: scope(tenant))
        let claimed = [UInt8](repeating: 9, count: 32)
        log.record(event(.signedIn, .user(id)), of: tenant.id)
        log.record(event(.wrongPassword, .claimed(claimed), from: "2001:db8::1", after: 70), of: tenant.id)
        log.record(event(.signedIn), of: other.id)
        await log.write()
        func find(_ filter: SecurityEventFilter, before: SecurityEventID? = nil) async throws -> [SecurityEventRecord] {
            try await test.securityEvents.events(filter, before: before, limit: 10, in: scope(tenant))
        }
        let all = try await find(SecurityEventFilter())
        #expect(all.count == 2 && Set(all.map(\.event.subject)) == [.user(id), .claimed(claimed)])
        #expect(try await find(SecurityEventFilter(kind: .signedIn)).map(\.userName) == ["ann"])
        #expect(try await find(SecurityEventFilter(user: id)).count == 1)
        #expect(try await find(SecurityEventFilter(address: "2001:db8::1")).map(\.event.kind) == [.wrongPassword])
        #expect(try await find(SecurityEventFilter(from: start.adding(seconds: 60))).count == 1)
        #expect(try await find(SecurityEventFilter(until: start.adding(seconds: 60))).count == 1)
        #expect(try await find(SecurityEventFilter(), before: all[0].id) == [all[1]])
    }

    @Test func `events are kept as long as the tenant keeps its logs`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        let log = log(test)
        log.record(event(after: -91 * 86_400), of: tenant.id)
        log.record(event(after: -89 * 86_400), of: tenant.id)
        // Writing them tidies up.
        await log.write()
        let left = try await test.securityEvents.events(
            SecurityEventFilter(), before: nil, limit: 10, in: scope(tenant))
        #expect(left.map(\.event.at) == [start.adding(seconds: -89 * 86_400)])
    }
}
