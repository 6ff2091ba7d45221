import Domain
import LecternTesting
import Persistence
import Testing

struct IgnoredAttributeTests {
    let test: TestDatabase
    let client: ProvisioningClient
    let scope: TenantScope

    init() async throws {
        test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        client = try await test.makeClient(
            of: tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 1, count: 32)))
        scope = TenantScope(tenant: tenant.id, admission: .operator)
    }

    private func note(_ names: [String], at seconds: Int64) async throws {
        let time = Timestamp(microseconds: seconds * 1_000_000)
        try await test.provisioningLog.note(
            names.map { IgnoredAttribute(name: $0, lastAt: time) }, of: client.plugin, in: scope.tenant)
    }

    private func names() async throws -> [IgnoredAttribute] {
        try await test.provisioningLog.ignoredAttributes(of: client.plugin, in: scope)
    }

    @Test func `a name has one row with its last time`() async throws {
        try await note(["otherMails", "badge"], at: 100)
        try await note(["otherMails"], at: 300)
        try await note(["otherMails"], at: 200)
        #expect(try await names().map(\.name) == ["badge", "otherMails"])
        #expect(try await names().map { $0.lastAt.microseconds / 1_000_000 } == [100, 300])
    }

    @Test func `a connection has no more names than the limit, and those go on being noted`() async throws {
        try await note((0..<IgnoredAttribute.limit).map { "name\($0)" }, at: 100)
        try await note(["late", "name7"], at: 200)
        let names = try await names()
        #expect(names.count == IgnoredAttribute.limit)
        #expect(names.first { $0.name == "name7" }?.lastAt == Timestamp(microseconds: 200_000_000))
    }

    @Test func `another connection has its own, and what is old is forgotten`() async throws {
        try await note(["otherMails"], at: 100)
        let other = try await IgnoredAttributeTests()
        #expect(try await other.names().isEmpty)
        try await test.provisioningLog.forgetOld(of: scope.tenant)
        #expect(try await names().isEmpty)
    }
}
