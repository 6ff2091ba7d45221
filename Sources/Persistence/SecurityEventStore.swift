package import Domain
import Postgres
import StrictJSON

/// Security events in PostgreSQL.
package struct SecurityEventStore: SecurityEventRepository {
    private let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    package func add(_ records: [FoldedSecurityEvent], of tenant: TenantID) async throws(DomainError) {
        // One statement whatever their number: a list of objects that PostgreSQL takes apart.
        let list = JSON.array(records.map(Self.json))
        let insert: PostgresQuery = """
            insert into app.security_events as e (tenant_id, id, minute, kind, fold, count, at, last_at, user_id,
                plugin_id, client_id, claimed, address, reason, request_id)
            select \(tenant), r.id, \(Self.time("r.minute")), r.kind, decode(r.fold, 'hex'), r.count,
                \(Self.time("r.at")), \(Self.time("r.last_at")), r.user_id, r.plugin_id, r.client_id,
                decode(r.claimed, 'hex'), left(r.address, 100), left(r.reason, 200), left(r.request_id, 100)
            from jsonb_to_recordset(\(.jsonb(list.utf8))) r(id uuid, minute bigint, kind text, fold text, count bigint,
                at bigint, last_at bigint, user_id uuid, plugin_id uuid, client_id uuid, claimed text, address text,
                reason text, request_id text)
            on conflict (tenant_id, minute, kind, fold) do update set count = e.count + excluded.count,
                last_at = greatest(e.last_at, excluded.last_at)
            """
        _ = try await database.write(TenantScope(tenant: tenant, admission: .operator), [insert])
    }

    private static func time(_ column: PostgresFragment) -> PostgresFragment {
        "'epoch'::timestamptz + \(column) * interval '1 microsecond'"
    }

    private static func json(_ folded: FoldedSecurityEvent) -> JSON {
        let (record, event) = (folded.record, folded.record.event)
        var object: JSONObject = [
            "id": .string(record.id.description), "minute": .integer(folded.minute.microseconds),
            "kind": .string(event.kind.rawValue), "fold": .string(hex(folded.fold)), "count": .integer(record.count),
            "at": .integer(event.at.microseconds), "last_at": .integer(record.lastAt.microseconds),
            "address": .string(event.address), "reason": .string(event.reason), "request_id": .string(event.requestID),
        ]
        switch event.subject {
        case .unknown: break
        case .user(let id): object["user_id"] = .string(id.description)
        case .claimed(let hash): object["claimed"] = .string(hex(hash))
        case .plugin(let id): object["plugin_id"] = .string(id.description)
        case .client(let id): object["client_id"] = .string(id.description)
        }
        return .object(object)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 0xF, radix: 16) }.joined()
    }

    package func events(
        _ filter: SecurityEventFilter, before: SecurityEventID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [SecurityEventRecord] {
        let tenant = scope.tenant
        var conditions: PostgresFragment = "e.tenant_id = \(tenant)"
        if let kind = filter.kind { conditions = "\(conditions) and e.kind = \(kind.rawValue)" }
        if let user = filter.user { conditions = "\(conditions) and e.user_id = \(user)" }
        if let address = filter.address { conditions = "\(conditions) and e.address = \(address)" }
        if let from = filter.from { conditions = "\(conditions) and e.last_at >= \(from)" }
        if let until = filter.until { conditions = "\(conditions) and e.at < \(until)" }
        if let before { conditions = "\(conditions) and e.id < \(before)" }
        let query: PostgresQuery = """
            select e.id, e.kind, e.at, e.user_id, e.plugin_id, e.client_id, e.claimed, e.address, e.reason,
                e.request_id, e.count, e.last_at, u.user_name, p.name
            from app.security_events e
            left join app.users u on u.tenant_id = \(tenant) and u.id = e.user_id
            left join app.oauth_clients c on c.tenant_id = \(tenant) and c.id = e.client_id
            left join app.plugins p on p.tenant_id = \(tenant) and p.id = coalesce(e.plugin_id, c.plugin_id)
            where \(conditions) order by e.id desc limit \(Int64(limit))
            """
        let rows = try await database.read(scope, mayTakeLong: true, query)[0]
        return try decoding { () throws(PostgresError) in try rows.map(Self.decode) }
    }

    private static func decode(_ row: PostgresRow) throws(PostgresError) -> SecurityEventRecord {
        guard let kind = SecurityEvent.Kind(rawValue: try row.text(1)) else {
            throw .unexpectedResult("a security event of a kind that this program does not know")
        }
        let event = SecurityEvent(
            kind, try subject(row), from: try row.text(7), reason: try row.text(8), requestID: try row.text(9),
            at: try row.time(2))
        return SecurityEventRecord(
            id: try row.identifier(0), event: event, count: try row.bigint(10), lastAt: try row.time(11),
            userName: row.textOrNull(12), pluginName: row.textOrNull(13))
    }

    private static func subject(_ row: PostgresRow) throws(PostgresError) -> SecurityEvent.Subject {
        if let user = try row.uuidOrNull(3) { return .user(UserID(rawValue: user)) }
        if let plugin = try row.uuidOrNull(4) { return .plugin(PluginID(rawValue: plugin)) }
        if let client = try row.uuidOrNull(5) { return .client(OAuthClientID(rawValue: client)) }
        return row.isNull(6) ? .unknown : .claimed(try row.bytes(6))
    }

    package func forgetOld(of tenant: TenantID) async throws(DomainError) {
        let forget: PostgresQuery = """
            delete from app.security_events d using (
                select e.id from app.security_events e where e.tenant_id = \(tenant) and e.last_at <
                    now() - (select n.log_retention_days from app.tenants n where n.id = \(tenant)) * interval '1 day'
                order by e.id limit \(Self.deletedAtOnce)) old
            where d.tenant_id = \(tenant) and d.id = old.id
            """
        _ = try await database.write(TenantScope(tenant: tenant, admission: .operator), [forget])
    }

    /// Rows that one transaction deletes at most.
    private static let deletedAtOnce: Int64 = 10_000
}
