import Domain
import LecternTesting
import Persistence
import Postgres
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

    @Test func `an export holds each row once, also of a table with more rows than are read at once`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        let id = PostgresBind.uuid(tenant.id.rawValue)
        _ = try await test.superuser.write([
            """
            insert into app.changes (tenant_id, id, subject, subject_id, action, actor, request_id, difference)
            select \(id)::uuid, gen_random_uuid(), 'tenant', \(id)::uuid, 'update', 'operator', 'r', '{}'::jsonb
            from generate_series(1, 1200)
            """
        ])
        let stored = try await test.superuser.read(["select count(*) from app.changes where tenant_id = \(id)"])
        let rows = try await lines(of: tenant, test).filter { $0["table"] == "changes" }
        #expect(try stored[0][0].bigint(0) == Int64(rows.count))
        #expect(Set(rows.map(\.text)).count == rows.count)
    }
}
