package import Domain
import Postgres
import StrictJSON

/// The provisioning log in PostgreSQL: what identity providers changed, and what was refused them.
package struct ProvisioningLogStore: ProvisioningLogRepository {
    let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    package func add(_ refused: [RefusedRequest], of tenant: TenantID) async throws(DomainError) {
        // One statement whatever their number: a list of objects that PostgreSQL takes apart.
        let list = JSON.array(
            refused.map { one in
                [
                    "id": .string(one.id.description), "at": .integer(one.at.microseconds),
                    "plugin_id": .string(one.plugin.description), "token_id": .string(one.token.description),
                    "method": .string(one.method), "resource_type": one.resourceType.map { .string($0) } ?? .null,
                    "resource_id": one.resourceID.map { .string($0) } ?? .null,
                    "name": one.name.map { .string($0) } ?? .null, "status": .integer(Int64(one.status)),
                    "scim_type": one.scimType.map { .string($0) } ?? .null, "reason": .string(one.reason),
                    "request_id": .string(one.requestID),
                ]
            })
        let insert: PostgresQuery = """
            insert into app.refused_requests (tenant_id, id, at, plugin_id, token_id, method, resource_type,
                resource_id, name, status, scim_type, reason, request_id)
            select \(tenant), r.id, 'epoch'::timestamptz + r.at * interval '1 microsecond', r.plugin_id, r.token_id,
                r.method, r.resource_type, r.resource_id, r.name, r.status, r.scim_type, r.reason, r.request_id
            from jsonb_to_recordset(\(.jsonb(list.utf8))) r(id uuid, at bigint, plugin_id uuid, token_id uuid,
                method text, resource_type text, resource_id text, name text, status integer, scim_type text,
                reason text, request_id text)
            """
        _ = try await database.write(TenantScope(tenant: tenant, admission: .operator), [insert])
    }

    package func note(_ strangers: [Stranger], at tenant: TenantID) async throws(DomainError) {
        let notes = strangers.map { stranger -> PostgresQuery in
            """
            insert into app.strangers (tenant_id, kind, at, address)
            values (\(tenant), \(stranger.kind.rawValue), \(.timestamp(stranger.at.microseconds)), \(stranger.address))
            on conflict (tenant_id, kind) do update set at = excluded.at, address = excluded.address
                where strangers.at < excluded.at
            """
        }
        _ = try await database.write(TenantScope(tenant: tenant, admission: .operator), notes)
    }

    package func lastStranger(in scope: TenantScope) async throws(DomainError) -> Stranger? {
        let query: PostgresQuery = """
            select s.kind, s.at, s.address from app.strangers s
            where s.tenant_id = \(scope.tenant) order by s.at desc limit 1
            """
        guard let row = try await database.read(scope, query)[0].first else { return nil }
        return try decoding { () throws(PostgresError) in
            Stranger(
                kind: Stranger.Kind(rawValue: try row.text(0)) ?? .unknown, at: try row.time(1),
                address: try row.text(2))
        }
    }

    package func noteThrottling(
        of plugin: PluginID, at time: Timestamp, in tenant: TenantID
    ) async throws(DomainError) {
        let update: PostgresQuery = """
            update app.plugins set throttled_at = \(time)
            where tenant_id = \(tenant) and id = \(plugin) and (throttled_at is null or throttled_at < \(time))
            """
        _ = try await database.write(TenantScope(tenant: tenant, admission: .operator), [update])
    }

    package func forgetOld(of tenant: TenantID) async throws(DomainError) {
        let delete: PostgresQuery = """
            delete from app.refused_requests r where r.tenant_id = \(tenant) and r.at <
                now() - (select n.log_retention_days from app.tenants n where n.id = \(tenant)) * interval '1 day'
            """
        let ignored: PostgresQuery = """
            delete from app.ignored_attributes i where i.tenant_id = \(tenant) and i.last_at <
                now() - (select n.log_retention_days from app.tenants n where n.id = \(tenant)) * interval '1 day'
            """
        _ = try await database.write(TenantScope(tenant: tenant, admission: .operator), [delete, ignored])
    }

    package func entries(
        _ filter: ProvisioningLogFilter, before: ChangeID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [ProvisioningLogEntry] {
        var query = Self.query(filter, before: before, limit: limit, of: scope.tenant)
        // A plan that serves every value may read the whole log for a connection or a token that is quiet.
        query.preparation = .never
        let rows = try await database.read(scope, mayTakeLong: true, query)[0]
        return try decoding { () throws(PostgresError) in try rows.map(Self.decode) }
    }

    static func query(
        _ filter: ProvisioningLogFilter, before: ChangeID?, limit: Int, of tenant: TenantID
    ) -> PostgresQuery {
        let (refused, done) = (filter.onRefused(before: before), filter.onDone(before: before))
        // Each part is cut before the two are put together, so that the length of the log does not matter.
        return """
            select x.id, x.at, coalesce(p.name, ''), x.subject, x.subject_id, x.action, x.fields, x.method, x.status, x.scim_type,
                x.reason, x.request_id, coalesce(u.user_name, g.display_name, x.name),
                coalesce(u.deleted_at, g.deleted_at) is not null, x.members
            from (
                (select r.id, r.at, r.plugin_id, lower(coalesce(r.resource_type, '')) as subject,
                    coalesce(r.resource_id, '') as subject_id,
                    case when r.resource_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then r.resource_id::uuid end as thing,
                    null as action, null as fields, r.name, r.method,
                    r.status::bigint as status, r.scim_type, r.reason, r.request_id, null as members
                from app.refused_requests r
                where r.tenant_id = \(tenant) and not \(filter.outcome == .done) \(refused)
                order by r.id desc limit \(Int64(limit)))
                union all
                (select c.id, c.at, c.plugin_id, c.subject, c.subject_id::text, c.subject_id, c.action,
                    array(select jsonb_object_keys(c.difference) order by 1), null, null, null, null, null, c.request_id,
                    \(MemberStep.column)
                from app.changes c
                where c.tenant_id = \(tenant) and c.plugin_id is not null and not \(filter.outcome == .refused) \(done)
                order by c.id desc limit \(Int64(limit)))
            ) x left join app.plugins p on p.tenant_id = \(tenant) and p.id = x.plugin_id
            left join app.users u on u.tenant_id = \(tenant) and u.id = x.thing
            left join app.groups g on g.tenant_id = \(tenant) and g.id = x.thing
            order by x.id desc limit \(Int64(limit))
            """
    }

    private static func decode(_ row: PostgresRow) throws(PostgresError) -> ProvisioningLogEntry {
        let outcome: ProvisioningLogEntry.Outcome =
            if let action = row.textOrNull(5) {
                .done(action: action, fields: try row.textArray(6))
            } else {
                .refused(
                    method: try row.text(7), status: Int(try row.bigint(8)), scimType: row.textOrNull(9),
                    reason: try row.text(10))
            }
        return ProvisioningLogEntry(
            id: try row.identifier(0), at: try row.time(1), pluginName: try row.text(2), subject: try row.text(3),
            subjectID: try row.text(4), subjectName: row.textOrNull(12), isSubjectDeleted: try row.boolean(13),
            outcome: outcome, members: try MemberStep.list(row.jsonbOrNull(14)), requestID: try row.text(11))
    }
}
