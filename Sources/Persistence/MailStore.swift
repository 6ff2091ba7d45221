package import Domain
import Postgres
import StrictJSON

/// Mail on its way, in PostgreSQL.
package struct MailStore: MailRepository {
    private let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    /// Seconds for which mail that somebody took is nobody else's.
    private static let claim: Int64 = 120
    /// Seconds within which one reset is enough.
    private static let resetPause: Int64 = 120
    private static let daysKept: Int64 = 90
    private static let listLength: Int64 = 20
    /// Days without use after which a secret that has a successor is nobody's worry.
    private static let daysOfDisuse: Int64 = 7

    private static func scope(_ tenant: TenantID) -> TenantScope { TenantScope(tenant: tenant, admission: .operator) }

    // MARK: Adding

    /// The statement that adds mail, where `condition` holds.
    static func add(
        _ kind: Mail.Kind, to user: UserID, _ tenant: TenantID, if condition: PostgresFragment = "true"
    ) -> PostgresQuery {
        """
        insert into app.mails (tenant_id, kind, user_id)
        select u.tenant_id, \(kind.rawValue), u.id from app.users u
        where u.tenant_id = \(tenant) and u.id = \(user) and u.active and u.deleted_at is null and \(condition)
        returning id
        """
    }

    package func add(_ kind: Mail.Kind, to user: UserID, in scope: TenantScope) async throws(DomainError) {
        if try await database.write(scope, [Self.add(kind, to: user, scope.tenant)])[0].count == 0 { throw .notFound }
    }

    package func addReset(for name: String, in tenant: TenantID) async throws(DomainError) {
        let key = FoldedKey(name: name)
        let isAddress = MailAddress(key.description) != nil
        // Requests at the same moment see nothing of each other; the topic, which is unique, lets one of them through.
        let add: PostgresQuery = """
            insert into app.mails (tenant_id, kind, user_id, topic)
            select u.tenant_id, \(Mail.Kind.reset.rawValue), u.id,
                'reset ' || extract(epoch from now())::bigint / \(Self.resetPause)
            from app.users u
            where u.tenant_id = \(tenant) and u.active and u.deleted_at is null
                and u.id = coalesce(
                    (select n.id from app.users n
                    where n.tenant_id = \(tenant) and n.user_name_key = \(key) and n.deleted_at is null),
                    (select (array_agg(e.user_id))[1] from app.user_emails e
                    where e.tenant_id = \(tenant) and e.address_key = \(key) and \(isAddress) having count(*) = 1))
                and (\(UserStore.isOwner("u.id", tenant)) or not exists (select from app.tenants t
                    where t.id = \(tenant) and t.sign_in = \(Tenant.SignInMethod.saml.rawValue)))
                and not exists (select from app.mails m where m.tenant_id = u.tenant_id and m.user_id = u.id
                    and m.kind = \(Mail.Kind.reset.rawValue)
                    and m.created_at > now() - \(Self.resetPause) * interval '1 second')
            on conflict do nothing
            """
        _ = try await database.write(Self.scope(tenant), [add])
    }

    package func addNotices(now: Timestamp, in tenant: TenantID) async throws(DomainError) {
        let now: PostgresFragment = "\(.timestamp(now.microseconds))::timestamptz"
        let horizon = Mail.noticeDays.last ?? 0
        let days = JSON.array(Mail.noticeDays.map { .integer($0) }).utf8
        // A secret that has a longer-lived successor matters only while it is still used.
        let add: PostgresQuery = """
            with ends (id, plugin, prefix, created_at, expires_at) as (
                select t.id, p.name, t.prefix, t.created_at, t.expires_at
                from app.scim_tokens t join app.plugins p on p.tenant_id = t.tenant_id and p.id = t.plugin_id
                where t.tenant_id = \(tenant) and p.enabled and t.client_id is null and t.revoked_at is null
                    and t.expires_at > \(now) and t.expires_at <= \(now) + \(horizon) * interval '1 day'
                    and (t.last_used_at > \(now) - \(Self.daysOfDisuse) * interval '1 day' or not exists (
                        select from app.scim_tokens o
                        where o.tenant_id = t.tenant_id and o.plugin_id = t.plugin_id and o.client_id is null
                            and o.revoked_at is null
                            and (o.expires_at is null
                                or o.expires_at > greatest(t.expires_at, \(now) + \(horizon) * interval '1 day'))))
                union all
                select s.id, p.name, s.prefix, s.created_at, s.expires_at
                from app.client_secrets s
                join app.oauth_clients c on c.tenant_id = s.tenant_id and c.id = s.client_id
                join app.plugins p on p.tenant_id = c.tenant_id and p.id = c.plugin_id
                where s.tenant_id = \(tenant) and p.enabled and c.revoked_at is null and s.revoked_at is null
                    and s.expires_at > \(now) and s.expires_at <= \(now) + \(horizon) * interval '1 day'
                    and (s.last_used_at > \(now) - \(Self.daysOfDisuse) * interval '1 day' or not exists (
                        select from app.client_secrets o
                        where o.tenant_id = s.tenant_id and o.client_id = s.client_id and o.revoked_at is null
                            and o.expires_at > greatest(s.expires_at, \(now) + \(horizon) * interval '1 day')))),
            notices as (
                select e.*, (select min(d::int) from jsonb_array_elements_text(\(.jsonb(days))) d
                    where e.expires_at <= \(now) + d::int * interval '1 day'
                        and e.expires_at - e.created_at > d::int * interval '1 day') as days
                from ends e),
            responsible as (\(Self.responsible(tenant)))
            insert into app.mails (tenant_id, kind, user_id, topic, details)
            select \(tenant), \(Mail.Kind.secretEnds.rawValue), a.id, 'secret ' || n.id || ' ' || n.days,
                jsonb_build_object('plugin', n.plugin, 'prefix', n.prefix,
                    'expiresAt', (extract(epoch from n.expires_at) * 1000000)::bigint)
            from notices n cross join responsible a where n.days is not null
            on conflict do nothing
            """
        _ = try await database.write(Self.scope(tenant), [add, Self.certificateNotices(now, tenant)])
    }

    /// The people who can do something about a connection.
    private static func responsible(_ tenant: TenantID) -> PostgresFragment {
        """
        select distinct u.id from app.users u
        join app.user_roles r on r.tenant_id = u.tenant_id and r.user_id = u.id
        where u.tenant_id = \(tenant) and u.active and u.deleted_at is null
            and r.role = any(\(.textArray(Role.with(.manageIntegration).map(\.rawValue))))
        """
    }

    /// Of the last certificate of each provider: while there is a later one, the end of another changes nothing.
    private static func certificateNotices(_ now: PostgresFragment, _ tenant: TenantID) -> PostgresQuery {
        let days = JSON.array(Mail.certificateNoticeDays.map { .integer($0) }).utf8
        return """
            with notices as (
                select c.plugin_id, p.name as plugin, c.certificates_end,
                    (select min(d::int) from jsonb_array_elements_text(\(.jsonb(days))) d
                        where c.certificates_end <= \(now) + d::int * interval '1 day') as days
                from app.saml_connections c join app.plugins p on p.tenant_id = c.tenant_id and p.id = c.plugin_id
                where c.tenant_id = \(tenant) and p.enabled and c.certificates_end > \(now)),
            responsible as (\(responsible(tenant)))
            insert into app.mails (tenant_id, kind, user_id, topic, details)
            select \(tenant), \(Mail.Kind.certificateEnds.rawValue), a.id,
                'certificate ' || n.plugin_id || ' ' || extract(epoch from n.certificates_end)::bigint || ' ' || n.days,
                jsonb_build_object('plugin', n.plugin,
                    'expiresAt', (extract(epoch from n.certificates_end) * 1000000)::bigint)
            from notices n cross join responsible a where n.days is not null
            on conflict do nothing
            """
    }

    // MARK: Sending

    package func claim(limit: Int, now: Timestamp, in tenant: TenantID) async throws(DomainError) -> [Mail] {
        let claim: PostgresQuery = """
            with due as (
                select m.id from app.mails m
                where m.tenant_id = \(tenant) and m.state = 'waiting' and m.next_try_at <= \(now)
                order by m.next_try_at limit \(Int64(limit)) for update skip locked)
            update app.mails m set attempts = m.attempts + 1,
                next_try_at = \(.timestamp(now.adding(seconds: Self.claim).microseconds))
            from due, app.users u
            where m.tenant_id = \(tenant) and m.id = due.id and u.tenant_id = m.tenant_id and u.id = m.user_id
            returning m.id, m.kind, m.user_id, u.active and u.deleted_at is null, u.attributes, m.details,
                m.attempts::bigint, \(UserStore.isOwner("u.id", tenant))
            """
        let rows = try await database.write(Self.scope(tenant), [claim])[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                guard let kind = Mail.Kind(rawValue: try row.text(1)) else {
                    throw .unexpectedResult("mail of a kind that this program does not know")
                }
                return Mail(
                    id: try row.identifier(0), kind: kind,
                    recipient: Mail.Recipient(
                        user: try row.identifier(2), isActive: try row.boolean(3), isOwner: try row.boolean(7),
                        attributes: try Self.object(row, 4)),
                    details: try Self.object(row, 5), attempts: Int(try row.bigint(6)))
            }
        }
    }

    private static func object(_ row: PostgresRow, _ column: Int32) throws(PostgresError) -> JSONObject {
        guard let json = try? JSON.parse(try row.jsonb(column), limits: .stored), case .object(let object) = json else {
            throw .unexpectedResult("a document that is no object")
        }
        return object
    }

    package func settle(
        _ id: MailID, as state: MailRecord.State, problem: String?, tryAgainAt: Timestamp?, in tenant: TenantID
    ) async throws(DomainError) {
        let settle: PostgresQuery = """
            update app.mails set state = \(state.rawValue), problem = \(problem),
                sent_at = case when \(state == .sent) then now() end,
                next_try_at = coalesce(\(tryAgainAt), next_try_at)
            where tenant_id = \(tenant) and id = \(id)
            """
        _ = try await database.write(Self.scope(tenant), [settle])
    }

    package func waiting(in tenant: TenantID) async throws(DomainError) -> Int {
        let query: PostgresQuery = """
            select count(*) from app.mails where tenant_id = \(tenant) and state = \(MailRecord.State.waiting.rawValue)
            """
        let rows = try await database.read(Self.scope(tenant), query)[0]
        return try decoding { () throws(PostgresError) in Int(try rows[0].bigint(0)) }
    }

    package func discardWaiting(in tenant: TenantID) async throws(DomainError) {
        let discard: PostgresQuery = """
            update app.mails set state = \(MailRecord.State.failed.rawValue), problem = \(MailRecord.discarded)
            where tenant_id = \(tenant) and state = \(MailRecord.State.waiting.rawValue)
            """
        _ = try await database.write(Self.scope(tenant), mayTakeLong: true, [discard])
    }

    package func forgetOld(of tenant: TenantID) async throws(DomainError) {
        let forget: PostgresQuery = """
            delete from app.mails
            where tenant_id = \(tenant) and created_at < now() - \(Self.daysKept) * interval '1 day'
            """
        _ = try await database.write(Self.scope(tenant), [forget])
    }

    // MARK: Looking

    package func mails(to user: UserID, in scope: TenantScope) async throws(DomainError) -> [MailRecord] {
        let query: PostgresQuery = """
            select m.kind, m.created_at, m.sent_at, m.state, m.problem from app.mails m
            where m.tenant_id = \(scope.tenant) and m.user_id = \(user)
            order by m.created_at desc limit \(Self.listLength)
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                guard let kind = Mail.Kind(rawValue: try row.text(0)),
                    let state = MailRecord.State(rawValue: try row.text(3))
                else { throw .unexpectedResult("mail of a kind that this program does not know") }
                return MailRecord(
                    kind: kind, createdAt: try row.time(1), sentAt: try row.timeOrNull(2), state: state,
                    problem: row.textOrNull(4))
            }
        }
    }
}
