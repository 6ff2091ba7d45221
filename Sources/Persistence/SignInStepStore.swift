package import Domain
import Postgres

/// Steps between password and code in PostgreSQL.
package struct SignInStepStore: SignInStepRepository {
    private let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    private static func scope(_ tenant: TenantID) -> TenantScope { TenantScope(tenant: tenant, admission: .signIn) }

    /// Steps of one user; older ones end.
    private static let stepsKept: Int64 = 9

    package func begin(_ step: SignInStep, of user: UserID, in tenant: TenantID) async throws(DomainError) {
        let forget: PostgresQuery = """
            delete from app.sign_in_steps s where s.tenant_id = \(tenant) and s.user_id = \(user)
                and (s.expires_at < now() or s.digest not in (
                    select k.digest from app.sign_in_steps k where k.tenant_id = \(tenant) and k.user_id = \(user)
                    order by k.created_at desc limit \(Self.stepsKept)))
            """
        let begin: PostgresQuery = """
            insert into app.sign_in_steps (tenant_id, digest, browser, user_id, expires_at)
            values (\(tenant), \(step.digest.bytes), \(step.browser.bytes), \(user),
                now() + \(SignInStep.lifetime) * interval '1 second')
            """
        _ = try await database.write(Self.scope(tenant), [forget, begin])
    }

    /// Is `s` this step, in its browser and in time?
    private static func isOpen(_ step: SignInStep, _ tenant: TenantID) -> PostgresFragment {
        """
        s.tenant_id = \(tenant) and s.digest = \(step.digest.bytes) and s.browser = \(step.browser.bytes)
            and s.expires_at > now()
        """
    }

    package func user(of step: SignInStep, in tenant: TenantID) async throws(DomainError) -> UserID? {
        let query: PostgresQuery = """
            select s.user_id from app.sign_in_steps s
            where \(Self.isOpen(step, tenant)) and s.attempts < \(SignInStep.codes)
            """
        guard let row = try await database.read(Self.scope(tenant), query)[0].first else { return nil }
        return try decoding { () throws(PostgresError) in try row.identifier(0) }
    }

    package func countCode(of step: SignInStep, in tenant: TenantID) async throws(DomainError) -> Bool {
        let count: PostgresQuery = """
            update app.sign_in_steps s set attempts = s.attempts + 1
            where \(Self.isOpen(step, tenant)) and s.attempts < \(SignInStep.codes) returning s.user_id
            """
        return try await database.write(Self.scope(tenant), [count])[0].count == 1
    }

    package func finish(_ step: SignInStep, in tenant: TenantID) async throws(DomainError) -> Bool {
        let finish: PostgresQuery = """
            delete from app.sign_in_steps s where \(Self.isOpen(step, tenant)) returning s.user_id
            """
        return try await database.write(Self.scope(tenant), [finish])[0].count == 1
    }
}
