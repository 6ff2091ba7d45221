import Domain
package import Postgres

/// PostgreSQL with a tenant opened: the only way from the repositories to a tenant's rows.
///
/// A transaction begins with `SET LOCAL app.tenant`, which row-level security compares with the `tenant_id` of each
/// row, and with the admission of the scope. Both travel with the statements in one round trip.
package struct TenantDatabase: Sendable {
    package let database: Database

    package init(_ database: Database) { self.database = database }

    /// Runs queries that change nothing; gives the rows of each.
    ///
    /// - Parameter mayTakeLong: the number of rows they look at has no small bound.
    func read(
        _ scope: TenantScope, mayTakeLong: Bool = false, _ queries: PostgresQuery...
    ) async throws(DomainError) -> [PostgresRows] {
        let opening = opening(scope, readOnly: true)
        let statements = opening + queries + [.commit]
        var attempt = 0
        while true {
            attempt += 1
            do throws(PostgresError) {
                return Array(
                    try await database.read(statements, mayTakeLong: mayTakeLong)[opening.count..<statements.count - 1])
            } catch {
                if !Self.mayTryAgain(error, attempt) { throw error.domainError() }
            }
        }
    }

    /// Runs a transaction; gives the rows of each of its queries.
    ///
    /// - Parameters:
    ///   - conflict: the attribute that a unique violation in it is about.
    ///   - mayTakeLong: the number of rows it changes has no small bound.
    func write(
        _ scope: TenantScope, conflict: String? = nil, mayTakeLong: Bool = false, _ queries: [PostgresQuery]
    ) async throws(DomainError) -> [PostgresRows] {
        try await write(scope, conflict: conflict, mayTakeLong: mayTakeLong, queries, ending: .commit)
    }

    private func write(
        _ scope: TenantScope, conflict: String?, mayTakeLong: Bool, _ queries: [PostgresQuery], ending: PostgresQuery
    ) async throws(DomainError) -> [PostgresRows] {
        let opening = opening(scope, readOnly: false) + (mayTakeLong ? [.mayTakeLong] : [])
        let statements = opening + queries + [ending]
        var attempt = 0
        while true {
            attempt += 1
            do throws(PostgresError) {
                return Array(
                    try await database.write(statements, mayTakeLong: mayTakeLong)[opening.count..<statements.count - 1]
                )
            } catch {
                if !Self.mayTryAgain(error, attempt) { throw error.domainError(conflict: conflict) }
            }
        }
    }

    /// Runs queries that write, gives the rows of each, and takes back what they wrote.
    ///
    /// - Parameter conflict: the attribute that a unique violation in it is about.
    func rehearse(
        _ scope: TenantScope, conflict: String? = nil, _ queries: [PostgresQuery]
    ) async throws(DomainError) -> [PostgresRows] {
        try await write(scope, conflict: conflict, mayTakeLong: true, queries, ending: .rollback)
    }

    /// A transaction that lost a race inside PostgreSQL did nothing, so it can be run again.
    private static func mayTryAgain(_ error: PostgresError, _ attempt: Int) -> Bool {
        error.sqlState?.isLostRace == true && attempt < attempts
    }

    private static let attempts = 4

    private func opening(_ scope: TenantScope, readOnly: Bool) -> [PostgresQuery] {
        // SET takes no parameters; the text is the canonical form of a UUID that has been parsed.
        let open = PostgresQuery(unsafeSQL: "set local app.tenant = '\(scope.tenant)'", preparation: .whileRoom)
        let begin = readOnly ? PostgresQuery.beginReadOnly : .begin
        switch scope.admission {
        case .operator, .signIn: return [begin, open]
        case .session(let session, let permission):
            return [begin, open, Self.admit(session, permission, of: scope.tenant)]
        case .work(let user, let permission): return [begin, open, Self.admit(user, permission, of: scope.tenant)]
        case .token(let token, let terms): return [begin, open, Self.admit(token, terms, of: scope.tenant)]
        }
    }

    private static func admit(
        _ session: SessionID, _ permission: Permission, of tenant: TenantID
    ) -> PostgresQuery {
        """
        select app.admit(exists (
            select from app.sessions s
            join app.users u on u.tenant_id = s.tenant_id and u.id = s.user_id
            join app.user_roles r on r.tenant_id = u.tenant_id and r.user_id = u.id
            join app.tenants n on n.id = s.tenant_id and n.status = 'active'
            where s.tenant_id = \(tenant) and s.id = \(session) and \(SignInStore.isRunning)
                and r.role = any(\(.textArray(Role.with(permission).map(\.rawValue))))))
        """
    }

    private static func admit(_ user: UserID, _ permission: Permission, of tenant: TenantID) -> PostgresQuery {
        """
        select app.admit(exists (
            select from app.users u
            join app.user_roles r on r.tenant_id = u.tenant_id and r.user_id = u.id
            join app.tenants n on n.id = u.tenant_id and n.status = 'active'
            where u.tenant_id = \(tenant) and u.id = \(user) and u.active and u.deleted_at is null
                and r.role = any(\(.textArray(Role.with(permission).map(\.rawValue))))))
        """
    }

    private static func admit(_ token: TokenID, _ terms: TokenTerms, of tenant: TenantID) -> PostgresQuery {
        let mayGrant: PostgresFragment =
            terms.removesOnly ? "" : "and not p.paused and n.status = 'active' and 'scim' = any(n.entitlements)"
        let isCurrent: PostgresFragment = terms.settings.map { "and p.version + p.settings_version = \($0)" } ?? ""
        return """
            select app.admit(count(*) = 1)
            from app.scim_tokens t
            join app.plugins p on p.tenant_id = t.tenant_id and p.id = t.plugin_id
            join app.tenants n on n.id = t.tenant_id
            where t.tenant_id = \(tenant) and t.id = \(token)
                and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
                and p.enabled \(mayGrant) \(isCurrent)
            """
    }
}

extension PostgresFragment.Interpolation {
    mutating func appendInterpolation<Entity>(_ identifier: Identifier<Entity>) {
        appendInterpolation(.uuid(identifier.rawValue))
    }

    mutating func appendInterpolation<Entity>(_ identifier: Identifier<Entity>?) {
        appendInterpolation(identifier.map { .uuid($0.rawValue) } ?? .null(.uuid))
    }

    mutating func appendInterpolation(_ time: Timestamp?) {
        appendInterpolation(time.map { .timestamp($0.microseconds) } ?? .null(.timestamptz))
    }

    mutating func appendInterpolation(_ key: FoldedKey) { appendInterpolation(.text(key.description)) }
}

extension PostgresRow {
    func identifier<Entity>(_ column: Int32) throws(PostgresError) -> Identifier<Entity> {
        Identifier(rawValue: try uuid(column))
    }

    func time(_ column: Int32) throws(PostgresError) -> Timestamp {
        Timestamp(microseconds: try timestamp(column))
    }

    func timeOrNull(_ column: Int32) throws(PostgresError) -> Timestamp? {
        try timestampOrNull(column).map { Timestamp(microseconds: $0) }
    }
}
