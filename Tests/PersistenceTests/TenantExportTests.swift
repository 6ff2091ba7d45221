import Domain
import LecternTesting
import Persistence
import StrictJSON
import Testing

/// The lines in which everything of a tenant is written.
struct TenantExportTests {
    private func lines(of tenant: Tenant, _ test: TestDatabase) async throws -> [JSON] {
        var lines: [JSON] = []
        try await TenantExport(test.app).write(tenant.id) { lines.append((try? JSON.parse($0)) ?? .null) }
        return lines
    }

    @Test func `an export begins with the tenant's own row, without any secret`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        let lines = try await lines(of: tenant, test)
        #expect(lines.first?["table"] == "tenants")
        let row = try #require(lines.first?["row"]?.objectValue)
        #expect(row["id"] == .string(tenant.id.description) && row["slug"] == .string(tenant.slug.description))
        #expect(row["name"] == "Test" && row["plan"] == "enterprise" && row["log_retention_days"] == 90)
        for word in ["secret", "password", "digest", "hash", "sealed", "key"] {
            #expect(!row.keys.contains { $0.contains(word) }, "\(word)")
        }
    }

    @Test func `an export holds the tenant's former names, and nothing of another tenant`() async throws {
        let test = try await TestDatabase.shared()
        let (tenant, other) = (try await test.makeTenant(), try await test.makeTenant())
        let lines = try await lines(of: tenant, test)
        let tables = lines.compactMap { $0["table"]?.stringValue }
        #expect(tables.filter { $0 == "tenants" }.count == 1 && tables.filter { $0 == "tenant_slugs" }.count == 1)
        #expect(tables.contains("changes") && !tables.contains("installation"))
        let text = JSON.array(lines).text
        #expect(!text.contains(other.id.description) && !text.contains("\"\(other.slug)\""))
    }
}
