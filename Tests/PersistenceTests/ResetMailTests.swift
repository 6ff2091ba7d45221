import Domain
import LecternTesting
import Persistence
import Testing

struct ResetMailTests {
    @Test func `requests for another password at the same moment make one mail`() async throws {
        let test = try await TestDatabase.shared()
        let scope = TenantScope(tenant: try await test.makeTenant().id, admission: .operator)
        let users = UserChanges(users: test.users, identifiers: TestDatabase.identifiers)
        let origin = ChangeOrigin(actor: .operator, requestID: "r1")
        for name in (0..<6).map({ "ann\($0)@x.example" }) {
            let user = try await users.create(
                .named(name, emails: [name]), role: .trainee, origin: origin, in: scope)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try await test.mails.addReset(for: name, in: scope.tenant) } }
                try await group.waitForAll()
            }
            #expect(try await test.mails.mails(to: user.id, in: scope).count == 1)
        }
    }

    @Test func `mail waits until it is sent`() async throws {
        let test = try await TestDatabase.shared()
        let scope = TenantScope(tenant: try await test.makeTenant().id, admission: .operator)
        let ann = try await UserChanges(users: test.users, identifiers: TestDatabase.identifiers).create(
            .named("ann@x.example", emails: ["ann@x.example"]), role: .trainee,
            origin: ChangeOrigin(actor: .operator, requestID: "r1"), in: scope)
        for _ in 0..<3 { try await test.mails.add(.invitation, to: ann.id, in: scope) }
        #expect(try await test.mails.waiting(in: scope.tenant) == 3)
        let later = Timestamp(microseconds: 4_000_000_000_000_000)
        let mail = try #require(try await test.mails.claim(limit: 1, now: later, in: scope.tenant).first)
        try await test.mails.settle(mail.id, as: .sent, problem: nil, tryAgainAt: nil, in: scope.tenant)
        #expect(try await test.mails.waiting(in: scope.tenant) == 2)
    }
}
