package import Domain
import Postgres
import StrictJSON

/// The last sign-ins of connections.
extension SAMLStore {
    package func keep(_ signIn: SAMLSignIn, in tenant: TenantID) async throws(DomainError) {
        _ = try await database.write(Self.scope(tenant), Self.keeping(signIn, tenant))
    }

    static func keeping(_ signIn: SAMLSignIn, _ tenant: TenantID) -> [PostgresQuery] {
        let most = signIn.failedRule == nil ? SAMLSignIn.mostKept : SAMLSignIn.mostKeptOfRule
        let forget: PostgresQuery = """
            delete from app.saml_sign_ins where tenant_id = \(tenant) and id = any(array(
                select s.id from app.saml_sign_ins s where s.tenant_id = \(tenant) and s.plugin_id = \(signIn.plugin)
                    and s.failed_rule is not distinct from \(signIn.failedRule)
                order by s.at desc, s.id desc offset \(most)))
            """
        // Counting costs more than keeping; a few more than are promised hurt nobody.
        let isTime = signIn.failedRule != nil || signIn.id.rawValue % 256 == 0
        return isTime ? [insert(signIn, tenant), forget] : [insert(signIn, tenant)]
    }

    package func noteRepeats(
        _ count: Int64, of signIn: SAMLSignInID, in tenant: TenantID
    ) async throws(DomainError) {
        let note: PostgresQuery = """
            update app.saml_sign_ins set repeats = repeats + \(count), last_at = now()
            where tenant_id = \(tenant) and id = \(signIn)
            """
        _ = try await database.write(Self.scope(tenant), [note])
    }

    /// Whether sign-in `s` is young enough for what the tenant has set.
    private static let isKept: PostgresFragment = """
        s.at >= now() - (select n.log_retention_days from app.tenants n where n.id = s.tenant_id) * interval '1 day'
        """

    package func forgetOld(of tenant: TenantID) async throws(DomainError) {
        let queries: [PostgresQuery] = [
            "delete from app.saml_sign_ins s where s.tenant_id = \(tenant) and not \(Self.isKept)",
            "delete from app.saml_requests where tenant_id = \(tenant) and expires_at < now()",
            "delete from app.saml_assertions where tenant_id = \(tenant) and expires_at < now()",
            "delete from app.saml_logouts where tenant_id = \(tenant) and expires_at < now()",
        ]
        _ = try await database.write(Self.scope(tenant), queries)
    }

    private static func insert(_ signIn: SAMLSignIn, _ tenant: TenantID) -> PostgresQuery {
        """
        insert into app.saml_sign_ins
            (tenant_id, id, plugin_id, purpose, failed_rule, user_id, name_id, address, report)
        values (\(tenant), \(signIn.id), \(signIn.plugin), \(signIn.purpose.rawValue), \(signIn.failedRule),
            \(signIn.user), \(signIn.nameID), \(signIn.address), \(.jsonb(JSON.object(signIn.report).utf8)))
        """
    }

    private static let selectSignIn: PostgresFragment = """
        select s.id, s.plugin_id, s.at, s.purpose, s.failed_rule, s.user_id, u.user_name, s.name_id, s.address, s.report,
            s.repeats, s.last_at
        from app.saml_sign_ins s
        left join app.users u on u.tenant_id = s.tenant_id and u.id = s.user_id and u.deleted_at is null
        """

    package func signIns(
        of plugin: PluginID, before: SAMLSignInID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [SAMLSignIn] {
        let tenant = scope.tenant
        let older: PostgresFragment =
            before.map {
                """
                and (s.at, s.id) < (select b.at, b.id from app.saml_sign_ins b
                    where b.tenant_id = \(tenant) and b.id = \($0))
                """
            } ?? ""
        let query: PostgresQuery = """
            \(Self.selectSignIn) where s.tenant_id = \(tenant) and s.plugin_id = \(plugin) and \(Self.isKept) \(older)
            order by s.at desc, s.id desc limit \(Int64(limit))
            """
        let rows = try await database.read(scope, query)[0]
        return try decoding { () throws(PostgresError) in try rows.map(Self.signIn) }
    }

    package func signIn(_ id: SAMLSignInID, in scope: TenantScope) async throws(DomainError) -> SAMLSignIn {
        let query: PostgresQuery = """
            \(Self.selectSignIn) where s.tenant_id = \(scope.tenant) and s.id = \(id) and \(Self.isKept)
            """
        guard let row = try await database.read(scope, query)[0].first else { throw .notFound }
        return try decoding { () throws(PostgresError) in try Self.signIn(row) }
    }

    private static func signIn(_ row: PostgresRow) throws(PostgresError) -> SAMLSignIn {
        guard let purpose = SAMLRequest.Purpose(rawValue: try row.text(3)),
            let json = try? JSON.parse(try row.jsonb(9), limits: .stored), case .object(let report) = json
        else { throw .unexpectedResult("a sign-in of an unknown kind") }
        var signIn = SAMLSignIn(
            id: try row.identifier(0), plugin: try row.identifier(1), at: try row.time(2), purpose: purpose,
            failedRule: row.textOrNull(4), user: try row.uuidOrNull(5).map { UserID(rawValue: $0) },
            userName: row.textOrNull(6), nameID: row.textOrNull(7), address: try row.text(8), report: report)
        (signIn.repeats, signIn.lastAt) = (try row.bigint(10), try row.timeOrNull(11))
        return signIn
    }
}
