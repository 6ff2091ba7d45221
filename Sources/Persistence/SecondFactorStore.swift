package import Domain
import Postgres

/// Second factors in PostgreSQL.
package struct SecondFactorStore: SecondFactorRepository {
    private let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    private static func scope(_ tenant: TenantID) -> TenantScope { TenantScope(tenant: tenant, admission: .signIn) }

    package func secondFactor(of user: UserID, in tenant: TenantID) async throws(DomainError) -> SecondFactor? {
        let query: PostgresQuery = """
            select f.secret, f.confirmed_at is not null, (select count(*) from app.recovery_codes c
                where c.tenant_id = f.tenant_id and c.user_id = f.user_id)
            from app.second_factors f where f.tenant_id = \(tenant) and f.user_id = \(user)
            """
        guard let row = try await database.read(Self.scope(tenant), query)[0].first else { return nil }
        return try decoding { () throws(PostgresError) in
            SecondFactor(
                sealedSecret: try row.text(0), isConfirmed: try row.boolean(1),
                recoveryCodesLeft: Int(try row.bigint(2)))
        }
    }

    package func begin(_ sealedSecret: String, of user: UserID, in tenant: TenantID) async throws(DomainError) {
        let begin: PostgresQuery = """
            insert into app.second_factors (tenant_id, user_id, secret) values (\(tenant), \(user), \(sealedSecret))
            on conflict (tenant_id, user_id) do update set secret = excluded.secret
                where second_factors.confirmed_at is null
            returning user_id
            """
        if try await database.write(Self.scope(tenant), [begin])[0].count == 0 { throw .conflict(key: "second factor") }
    }

    package func confirm(
        of user: UserID, step: Int64, recoveryCodes: [TokenDigest], keeping session: SessionID?, change: Change,
        in tenant: TenantID
    ) async throws(DomainError) {
        let confirm: PostgresQuery = """
            update app.second_factors set confirmed_at = now(), last_step = \(step)
            where tenant_id = \(tenant) and user_id = \(user) and confirmed_at is null returning user_id
            """
        let isConfirmed: PostgresFragment = """
            exists (select from app.second_factors f
                where f.tenant_id = \(tenant) and f.user_id = \(user) and f.confirmed_at = now())
            """
        let queries =
            [confirm] + Self.replacing(recoveryCodes, of: user, tenant, if: isConfirmed)
            + [
                change.insert(tenant: tenant, if: isConfirmed),
                Self.endingSessions(of: user, except: session, tenant, if: isConfirmed),
            ]
        if try await database.write(Self.scope(tenant), queries)[0].count == 0 { throw .notFound }
    }

    private static func replacing(
        _ codes: [TokenDigest], of user: UserID, _ tenant: TenantID, if condition: PostgresFragment
    ) -> [PostgresQuery] {
        [
            "delete from app.recovery_codes where tenant_id = \(tenant) and user_id = \(user) and \(condition)"
        ]
            + codes.map { code in
                """
                insert into app.recovery_codes (tenant_id, user_id, digest)
                select \(tenant), \(user), \(code.bytes) where \(condition)
                """
            }
    }

    private static func endingSessions(
        of user: UserID, except session: SessionID?, _ tenant: TenantID, if condition: PostgresFragment
    ) -> PostgresQuery {
        """
        delete from app.sessions where tenant_id = \(tenant) and user_id = \(user)
            and id is distinct from \(session) and \(condition)
        """
    }

    package func use(step: Int64, of user: UserID, in tenant: TenantID) async throws(DomainError) -> Bool {
        let use: PostgresQuery = """
            update app.second_factors set last_step = \(step)
            where tenant_id = \(tenant) and user_id = \(user) and confirmed_at is not null and last_step < \(step)
            returning user_id
            """
        return try await database.write(Self.scope(tenant), [use])[0].count == 1
    }

    package func use(
        recoveryCode: TokenDigest, of user: UserID, in tenant: TenantID
    ) async throws(DomainError) -> Bool {
        let use: PostgresQuery = """
            delete from app.recovery_codes
            where tenant_id = \(tenant) and user_id = \(user) and digest = \(recoveryCode.bytes) returning user_id
            """
        return try await database.write(Self.scope(tenant), [use])[0].count == 1
    }

    package func replace(
        recoveryCodes: [TokenDigest], of user: UserID, keeping session: SessionID?, change: Change,
        in tenant: TenantID
    ) async throws(DomainError) {
        let has: PostgresFragment = """
            exists (select from app.second_factors f
                where f.tenant_id = \(tenant) and f.user_id = \(user) and f.confirmed_at is not null)
            """
        let queries =
            Self.replacing(recoveryCodes, of: user, tenant, if: has) + [
                change.insert(tenant: tenant, if: has),
                Self.endingSessions(of: user, except: session, tenant, if: has),
            ]
        _ = try await database.write(Self.scope(tenant), queries)
    }

    package func remove(
        of user: UserID, keeping session: SessionID?, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let tenant = scope.tenant
        let remove: PostgresQuery = """
            with gone as (
                delete from app.second_factors where tenant_id = \(tenant) and user_id = \(user) returning user_id)
            \(change.insert(tenant: tenant, if: "exists (select from gone)").fragment) returning id
            """
        let codes: PostgresQuery = """
            delete from app.recovery_codes where tenant_id = \(tenant) and user_id = \(user)
            """
        let has: PostgresFragment = """
            exists (select from app.second_factors f where f.tenant_id = \(tenant) and f.user_id = \(user))
            """
        let queries = [Self.endingSessions(of: user, except: session, tenant, if: has), remove, codes]
        if try await database.write(scope, queries)[1].count == 0 { throw .notFound }
    }
}
