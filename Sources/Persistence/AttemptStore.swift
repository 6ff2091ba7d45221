package import Domain
import Postgres

/// Counters of attempts in PostgreSQL.
package struct AttemptStore: AttemptRepository {
    private let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    private static func scope(_ tenant: TenantID) -> TenantScope { TenantScope(tenant: tenant, admission: .signIn) }

    /// Counters that one transaction deletes at most.
    private static let deletedAtOnce: Int64 = 1000

    package func reserve(
        _ counters: [AttemptCounter], in tenant: TenantID
    ) async throws(DomainError) -> [Int64] {
        let rows = try await database.write(
            Self.scope(tenant), [Self.reserving(counters, tenant), Self.waiting(counters, tenant)])
        let (numbers, wait) = try decoding { () throws(PostgresError) in
            (try rows[0].map { row throws(PostgresError) in try row.bigint(1) }, try rows[1][0].bigint(0))
        }
        if numbers.count < counters.count { throw .throttled(retryAfter: Int(max(wait, 1))) }
        return numbers
    }

    /// A row with its place and the number of the attempt for each counter that admits it, up to the first that does not.
    private static func reserving(_ counters: [AttemptCounter], _ tenant: TenantID) -> PostgresQuery {
        var parts: PostgresFragment = ""
        var results: PostgresFragment = ""
        for (place, counter) in counters.enumerated() {
            let name = names[place]
            let condition: PostgresFragment = place == 0 ? "" : "from \(names[place - 1])"
            let reserved = reserving(counter, tenant, condition)
            parts = place == 0 ? "\(name) as (\(reserved))" : "\(parts), \(name) as (\(reserved))"
            let result: PostgresFragment = "select \(Int64(place)) as place, r.count from \(name) r"
            results = place == 0 ? result : "\(results) union all \(result)"
        }
        return "with \(parts) \(results) order by place"
    }

    private static let names: [PostgresFragment] = ["first", "second", "third"]

    /// One atomic statement: of any number of transactions only those that the limit admits get a row.
    private static func reserving(
        _ counter: AttemptCounter, _ tenant: TenantID, _ condition: PostgresFragment
    ) -> PostgresFragment {
        let rule = counter.kind.rule
        let number: PostgresFragment = """
            (case when a.last_at < now() - \(rule.memory) * interval '1 second' then 1 else a.count + 1 end)
            """
        return """
            insert into app.attempts as a (tenant_id, kind, key, count, last_at, next_at)
            select \(tenant), \(counter.kind.rawValue), \(counter.key), 1, now(), \(end(of: "1", rule)) \(condition)
            on conflict (tenant_id, kind, key) do update set count = \(number), last_at = now(),
                next_at = \(end(of: number, rule))
            where a.next_at is null or a.next_at <= now()
            returning a.count
            """
    }

    /// When the wait after the attempt of this number ends; null while attempts are free.
    private static func end(of number: PostgresFragment, _ rule: AttemptRule) -> PostgresFragment {
        """
        case when \(number) >= \(rule.free) then now() + interval '1 second' * least(
            \(rule.firstWait)::float8 * power(2, least(\(number) - \(rule.free), 30)), \(rule.longestWait)) end
        """
    }

    /// Seconds until all counters admit an attempt.
    private static func waiting(_ counters: [AttemptCounter], _ tenant: TenantID) -> PostgresQuery {
        """
        select coalesce(ceil(extract(epoch from max(a.next_at) - now())), 0)::bigint from app.attempts a
        where a.tenant_id = \(tenant) and (\(any(of: counters)))
        """
    }

    private static func any(of counters: [AttemptCounter]) -> PostgresFragment {
        counters.reduce("false") { "\($0) or kind = \($1.kind.rawValue) and key = \($1.key)" }
    }

    package func succeed(_ counters: [AttemptCounter], in tenant: TenantID) async throws(DomainError) {
        let (shared, own) = (counters.filter(\.kind.isShared), counters.filter { !$0.kind.isShared })
        var queries = shared.map { counter -> PostgresQuery in
            """
            update app.attempts set count = greatest(count - 1, 0),
                next_at = case when count > \(counter.kind.rule.free) then next_at end
            where tenant_id = \(tenant) and kind = \(counter.kind.rawValue) and key = \(counter.key)
            """
        }
        queries.append("delete from app.attempts where tenant_id = \(tenant) and (\(Self.any(of: own)))")
        _ = try await database.write(Self.scope(tenant), queries)
    }

    package func forgetOld(of tenant: TenantID) async throws(DomainError) {
        let memory = AttemptKind.allCases.map(\.rule.memory).max() ?? 0
        let forget: PostgresQuery = """
            delete from app.attempts d using (
                select a.kind, a.key from app.attempts a
                where a.tenant_id = \(tenant) and a.last_at < now() - \(memory) * interval '1 second'
                order by a.last_at limit \(Self.deletedAtOnce)) old
            where d.tenant_id = \(tenant) and d.kind = old.kind and d.key = old.key
            """
        _ = try await database.write(Self.scope(tenant), [forget])
    }
}
