import Domain
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

struct DomainStoreTests {
    let test: TestDatabase
    let tenant: Tenant
    let scope: TenantScope
    let changes: DomainChanges

    init() async throws {
        test = try await TestDatabase.shared()
        tenant = try await test.makeTenant()
        scope = TenantScope(tenant: tenant.id, admission: .operator)
        changes = DomainChanges(
            domains: test.domains, identifiers: TestDatabase.identifiers,
            origin: ChangeOrigin(actor: .operator, requestID: "r"))
    }

    /// The change log of a domain, the oldest first.
    private func log(of name: MailDomain) async throws -> [JSON] {
        try await test.superuser.read([
            """
            select difference from app.changes where tenant_id = \(.uuid(tenant.id.rawValue)) and subject = 'tenant'
            order by at, id
            """
        ])[0].map { try JSON.parse(try $0.jsonb(0))["domains.\(name)"] }.compactMap { $0 }
    }

    private func only() async throws -> TenantDomain {
        let domains = try await test.domains.domains(in: scope)
        #expect(domains.count == 1)
        return try #require(domains.first)
    }

    @Test func `a domain waits until its own record is found, and is verified from then on`() async throws {
        let added = try await test.addDomain("x.example", of: tenant)
        #expect(try await only() == added && added.state == .waiting)
        let other = DomainChallenge(random: 0).text
        #expect(try await changes.check(added, in: scope) { _ in [] } == .missing)
        #expect(try await changes.check(added, in: scope) { _ in ["v=spf1", other] } == .different(["v=spf1", other]))
        #expect(try await changes.check(added, in: scope) { _ in throw DomainError.notFound } == .unanswered)
        let waiting = try await only()
        #expect(waiting.state == .waiting && waiting.checkedAt != nil)
        let record = added.challenge.text
        let check = try await changes.check(added, in: scope) { name in
            name == "_lectern-challenge.x.example" ? ["v=spf1", record] : []
        }
        #expect(check == .verified)
        let verified = try await only()
        #expect(verified.state == .verified && verified.verifiedAt == verified.checkedAt)
        // A check at the same time that finds the record changes nothing; a verified domain is not checked again.
        #expect(try await changes.check(added, in: scope) { _ in [record] } == .verified)
        #expect(try await changes.check(verified, in: scope) { _ in [] } == .verified)
        #expect(try await only().verifiedAt == verified.verifiedAt)
        #expect(try await log(of: added.name) == [[.null, "waiting"], ["waiting", "verified"]])
    }

    @Test func `the record of a domain that was removed and added again is another one`() async throws {
        let first = try await test.addDomain("x.example", of: tenant)
        try await changes.remove(first, in: scope)
        await #expect(throws: DomainError.notFound) { try await changes.remove(first, in: scope) }
        _ = try await test.addDomain("x.example", of: tenant)
        await #expect(throws: DomainError.notFound) {
            try await changes.check(first, in: scope) { _ in [first.challenge.text] }
        }
        #expect(try await only().state == .waiting)
        #expect(try await log(of: first.name) == [[.null, "waiting"], ["waiting", .null], [.null, "waiting"]])
    }

    @Test func `another tenant's proof of the same domain is not this one's`() async throws {
        let elsewhere = try await test.makeTenant()
        let (mine, theirs) = (
            try await test.addDomain("x.example", of: tenant), try await test.addDomain("x.example", of: elsewhere)
        )
        #expect(try await changes.check(mine, in: scope) { _ in [theirs.challenge.text] } != .verified)
        #expect(try await changes.check(mine, in: scope) { _ in [mine.challenge.text] } == .verified)
        let there = try await test.domains.domains(in: TenantScope(tenant: elsewhere.id, admission: .operator))
        #expect(there.map(\.state) == [.waiting])
    }

    @Test func `what the operator vouches for counts at once, except a public provider's`() async throws {
        _ = try await test.addDomain("x.example", of: tenant, isVouchedFor: true)
        #expect(try await only().state == .vouchedFor)
        let refused = await #expect(throws: DomainError.self) {
            try await test.addDomain("gmail.com", of: tenant, isVouchedFor: true)
        }
        if case .invalid(field: "domain", _) = refused {} else { Issue.record("\(refused as Any)") }
    }

    @Test func `a domain is there once, and not endlessly many are`() async throws {
        for number in 1...TenantDomain.limit { _ = try await test.addDomain("d\(number).example", of: tenant) }
        await #expect(throws: DomainError.conflict(key: "domain")) {
            try await test.addDomain("D1.example", of: tenant)
        }
        let refused = await #expect(throws: DomainError.self) { try await test.addDomain("more.example", of: tenant) }
        if case .refused = refused {} else { Issue.record("\(String(describing: refused))") }
        #expect(try await test.domains.domains(in: scope).count == TenantDomain.limit)
        #expect(try await log(of: MailDomain("more.example")!).isEmpty)
    }
}
