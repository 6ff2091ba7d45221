import Domain
import LecternTesting
import Persistence
import Postgres
import Testing

struct AttemptStoreTests {
    private func counter(_ kind: AttemptKind, _ byte: UInt8 = 1) -> AttemptCounter {
        AttemptCounter(kind: kind, key: [UInt8](repeating: byte, count: 32))
    }

    /// Ages the tenant's counters.
    private func age(_ tenant: Tenant, by seconds: Int64, _ test: TestDatabase) async throws {
        _ = try await test.superuser.write([
            """
            update app.attempts set last_at = last_at - \(seconds) * interval '1 second',
                next_at = next_at - \(seconds) * interval '1 second'
            where tenant_id = \(.uuid(tenant.id.rawValue))
            """
        ])
    }

    /// The seconds that a refused attempt is told to wait; nil for one that is admitted.
    private func wait(for counters: [AttemptCounter], _ tenant: Tenant, _ test: TestDatabase) async -> Int? {
        do {
            _ = try await test.attempts.reserve(counters, in: tenant.id)
            return nil
        } catch {
            guard case .throttled(let seconds) = error else { return nil }
            return seconds
        }
    }

    @Test func `three hundred attempts side by side over two processes are admitted five times`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        // Each store has connections of its own, as another process has.
        let configuration = try TestDatabase.configuration(test.name)
        let other = Database(configuration: configuration, reactors: [Reactor()])
        let stores = [test.attempts, AttemptStore(TenantDatabase(other))]
        let admitted = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<300 {
                group.addTask {
                    let counter = AttemptCounter(kind: .code, key: [UInt8](repeating: 7, count: 32))
                    return (try? await stores[index % 2].reserve([counter], in: tenant.id)) != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        other.close()
        #expect(admitted == 5)
    }

    @Test func `the wait doubles with each attempt, up to a bound, and is told`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        for number in 1...5 {
            #expect(try await test.attempts.reserve([counter(.code)], in: tenant.id) == [Int64(number)])
        }
        for (number, seconds) in [(6, 60), (7, 120), (8, 240), (9, 480), (10, 960), (11, 1920), (12, 3600), (13, 3600)]
        {
            let told = try #require(await wait(for: [counter(.code)], tenant, test))
            let whole = try await test.superuser.read([
                """
                select extract(epoch from a.next_at - a.last_at)::bigint from app.attempts a
                where a.tenant_id = \(.uuid(tenant.id.rawValue))
                """
            ])
            #expect(try whole[0][0].bigint(0) == Int64(seconds))
            // A slow machine takes its time between the attempt and the question.
            #expect((1...Int(seconds)).contains(told))
            try await age(tenant, by: Int64(seconds), test)
            #expect(try await test.attempts.reserve([counter(.code)], in: tenant.id) == [Int64(number)])
        }
    }

    @Test func `attempts are forgotten after a day, and counted from one again`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        for _ in 1...5 { _ = try await test.attempts.reserve([counter(.code)], in: tenant.id) }
        try await age(tenant, by: AttemptKind.code.rule.memory + 60, test)
        #expect(try await test.attempts.reserve([counter(.code)], in: tenant.id) == [1])
        #expect(try await test.attempts.reserve([counter(.code)], in: tenant.id) == [2])
        try await age(tenant, by: AttemptKind.code.rule.memory + 60, test)
        try await test.attempts.forgetOld(of: tenant.id)
        let left = try await test.superuser.read([
            "select count(*) from app.attempts where tenant_id = \(.uuid(tenant.id.rawValue))"
        ])[0][0]
        #expect(try left.bigint(0) == 0)
    }

    @Test func `a counter that admits nothing keeps those behind it from counting`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        let network = counter(.passwordNetwork)
        for account in UInt8(1)...30 {
            _ = try await test.attempts.reserve([network, counter(.password, account)], in: tenant.id)
        }
        #expect(await wait(for: [network, counter(.password, 31)], tenant, test) != nil)
        // The account is tried for the first time from elsewhere.
        let elsewhere = counter(.passwordNetwork, 2)
        #expect(try await test.attempts.reserve([elsewhere, counter(.password, 31)], in: tenant.id) == [1, 1])
    }

    @Test func `a success begins the account anew and is given back to the network`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        let both = [counter(.codeNetwork), counter(.code)]
        for number in Int64(1)...4 {
            #expect(try await test.attempts.reserve(both, in: tenant.id) == [number, number])
        }
        try await test.attempts.succeed(both, in: tenant.id)
        #expect(try await test.attempts.reserve(both, in: tenant.id) == [4, 1])
        // An account that signs in thirty times and more costs the network nothing.
        for _ in 0..<40 {
            try await test.attempts.succeed(both, in: tenant.id)
            #expect(try await test.attempts.reserve(both, in: tenant.id)[1] == 1)
        }
    }

    @Test func `counters of one tenant are not those of another`() async throws {
        let test = try await TestDatabase.shared()
        let (one, other) = (try await test.makeTenant(), try await test.makeTenant())
        for _ in 1...5 { _ = try await test.attempts.reserve([counter(.code)], in: one.id) }
        #expect(try await test.attempts.reserve([counter(.code)], in: other.id) == [1])
    }
}
