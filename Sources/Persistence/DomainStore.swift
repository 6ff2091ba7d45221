package import Domain
import Postgres

/// The mail domains of tenants in PostgreSQL.
package struct DomainStore: DomainRepository {
    private let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    package func domains(in scope: TenantScope) async throws(DomainError) -> [TenantDomain] {
        let query: PostgresQuery = """
            select d.domain, d.challenge, d.added_at, d.verified_at, d.checked_at, d.vouched_for
            from app.tenant_domains d where d.tenant_id = \(scope.tenant) order by d.domain
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                guard let name = MailDomain(try row.text(0)) else {
                    throw .unexpectedResult("a domain that is none")
                }
                return TenantDomain(
                    name: name, challenge: DomainChallenge(text: try row.text(1)), addedAt: try row.time(2),
                    verifiedAt: try row.timeOrNull(3), checkedAt: try row.timeOrNull(4),
                    isVouchedFor: try row.boolean(5))
            }
        }
    }

    package func add(
        _ domain: TenantDomain, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let tenant = scope.tenant
        // Two who add the last one at the same time take turns.
        let lock: PostgresQuery = "select from app.tenants where id = \(tenant) for no key update"
        let insert: PostgresQuery = """
            insert into app.tenant_domains
                (tenant_id, domain, challenge, added_at, verified_at, checked_at, vouched_for)
            values (\(tenant), \(domain.name.description), \(domain.challenge.text), \(domain.addedAt),
                \(domain.verifiedAt), \(domain.checkedAt), \(domain.isVouchedFor))
            """
        let refuse: PostgresQuery = """
            select app.refuse((select count(*) from app.tenant_domains where tenant_id = \(tenant))
                > \(Int64(TenantDomain.limit)), \(PostgresError.Rule.tooManyDomains.rawValue))
            """
        let queries = [lock, insert, refuse, change.insert(tenant: tenant)]
        _ = try await database.write(scope, conflict: "domain", queries)
    }

    package func verify(
        _ name: MailDomain, by challenge: DomainChallenge, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let tenant = scope.tenant
        let update: PostgresQuery = """
            update app.tenant_domains set verified_at = coalesce(verified_at, now()), checked_at = now()
            where tenant_id = \(tenant) and domain = \(name.description) and challenge = \(challenge.text)
            returning domain
            """
        // Of two who find it at the same time the first has verified it.
        let isNew: PostgresFragment = """
            exists (select from app.tenant_domains d where d.tenant_id = \(tenant)
                and d.domain = \(name.description) and d.verified_at = now())
            """
        let queries = [update, change.insert(tenant: tenant, if: isNew)]
        if try await database.write(scope, queries)[0].count == 0 { throw .notFound }
    }

    package func noteCheck(of name: MailDomain, in scope: TenantScope) async throws(DomainError) {
        let update: PostgresQuery = """
            update app.tenant_domains set checked_at = now()
            where tenant_id = \(scope.tenant) and domain = \(name.description)
            """
        _ = try await database.write(scope, [update])
    }

    package func remove(
        _ name: MailDomain, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let tenant = scope.tenant
        // Of two who remove it at the same time the second finds nothing, and writes nothing.
        let lock: PostgresQuery = """
            select from app.tenant_domains where tenant_id = \(tenant) and domain = \(name.description) for update
            """
        let isThere: PostgresFragment = """
            exists (select from app.tenant_domains d where d.tenant_id = \(tenant) and d.domain = \(name.description))
            """
        let delete: PostgresQuery = """
            delete from app.tenant_domains where tenant_id = \(tenant) and domain = \(name.description)
            returning domain
            """
        let queries = [lock, change.insert(tenant: tenant, if: isThere), delete]
        if try await database.write(scope, queries)[2].count == 0 { throw .notFound }
    }
}
