package import Domain
import Postgres
import StrictJSON

/// Passwords, sessions and links to set a password, in PostgreSQL.
package struct SignInStore: SignInRepository {
    private let database: TenantDatabase

    package init(_ database: TenantDatabase) { self.database = database }

    /// Is session `s` of user `u` good? Its user was not disabled or deleted, which by itself ends it.
    static let isRunning: PostgresFragment = """
        u.active and u.deleted_at is null
            and s.last_seen_at > now() - \(Session.idleLimit) * interval '1 second'
            and s.created_at > now() - \(Session.lifetime) * interval '1 second'
            and (s.ends_at is null or s.ends_at > now())
        """

    private static func scope(_ tenant: TenantID) -> TenantScope { TenantScope(tenant: tenant, admission: .signIn) }

    // MARK: Passwords

    package func passwordHolder(_ name: String, in tenant: TenantID) async throws(DomainError) -> PasswordHolder? {
        let key = FoldedKey(name: name)
        let isAddress = MailAddress(key.description) != nil
        // A user name is one person's; an address counts when it is. Who has no password takes no name from who has one.
        return try await holder(
            """
            select u.id, p.hash from app.users u join app.passwords p on p.tenant_id = u.tenant_id and p.user_id = u.id
            where u.tenant_id = \(tenant) and u.active and u.deleted_at is null and u.id = coalesce(
                (select n.id from app.users n
                join app.passwords h on h.tenant_id = n.tenant_id and h.user_id = n.id
                where n.tenant_id = \(tenant) and n.user_name_key = \(key) and n.deleted_at is null),
                (select (array_agg(e.user_id))[1] from app.user_emails e
                join app.passwords h on h.tenant_id = e.tenant_id and h.user_id = e.user_id
                where e.tenant_id = \(tenant) and e.address_key = \(key) and \(isAddress) having count(*) = 1))
            """, in: tenant)
    }

    package func passwordHolder(_ user: UserID, in tenant: TenantID) async throws(DomainError) -> PasswordHolder? {
        try await holder(
            """
            select u.id, p.hash from app.users u join app.passwords p on p.tenant_id = u.tenant_id and p.user_id = u.id
            where u.tenant_id = \(tenant) and u.id = \(user) and u.active and u.deleted_at is null
            """, in: tenant)
    }

    package func user(named name: String, in tenant: TenantID) async throws(DomainError) -> UserID? {
        let key = FoldedKey(name: name)
        let isAddress = MailAddress(key.description) != nil
        let query: PostgresQuery = """
            select u.id from app.users u where u.tenant_id = \(tenant) and u.deleted_at is null and u.id = coalesce(
                (select n.id from app.users n
                where n.tenant_id = \(tenant) and n.user_name_key = \(key) and n.deleted_at is null),
                (select (array_agg(e.user_id))[1] from app.user_emails e
                where e.tenant_id = \(tenant) and e.address_key = \(key) and \(isAddress) having count(*) = 1))
            """
        guard let row = try await database.read(Self.scope(tenant), query)[0].first else { return nil }
        return try decoding { () throws(PostgresError) in try row.identifier(0) }
    }

    private func holder(_ query: PostgresQuery, in tenant: TenantID) async throws(DomainError) -> PasswordHolder? {
        guard let row = try await database.read(Self.scope(tenant), query)[0].first else { return nil }
        return try decoding { () throws(PostgresError) in
            PasswordHolder(user: try row.identifier(0), hash: try row.text(1))
        }
    }

    package func setPassword(
        _ hash: String, of user: UserID, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let tenant = scope.tenant
        let set: PostgresQuery = """
            with moved as (
                insert into app.passwords (tenant_id, user_id, hash)
                select \(tenant), u.id, \(hash) from app.users u
                where u.tenant_id = \(tenant) and u.id = \(user) and u.deleted_at is null
                on conflict (tenant_id, user_id) do update set hash = excluded.hash, changed_at = now()
                returning user_id)
            \(change.insert(tenant: tenant, if: "exists (select from moved)").fragment) returning id
            """
        let queries = [set] + Self.signOut(user, tenant)
        if try await database.write(scope, queries)[0].count == 0 { throw .notFound }
    }

    /// Ends what lets somebody in without a password: sessions, links, and the step between password and code.
    static func signOut(
        _ user: UserID, _ tenant: TenantID, if condition: PostgresFragment = "true"
    ) -> [PostgresQuery] {
        [
            "delete from app.sessions where tenant_id = \(tenant) and user_id = \(user) and \(condition)",
            "delete from app.password_links where tenant_id = \(tenant) and user_id = \(user) and \(condition)",
            "delete from app.sign_in_steps where tenant_id = \(tenant) and user_id = \(user) and \(condition)",
        ]
    }

    // MARK: Sessions

    package func begin(_ session: Session, digest: TokenDigest, in tenant: TenantID) async throws(DomainError) {
        let queries = Self.beginning(session, digest, nil, tenant)
        if try await database.write(Self.scope(tenant), queries)[1].count == 0 { throw .notFound }
    }

    /// The queries that begin a session; the second of them gives a row if it does.
    ///
    /// - Parameter provider: that vouches for it.
    static func beginning(
        _ session: Session, _ digest: TokenDigest, _ provider: ProviderSession?, _ tenant: TenantID
    ) -> [PostgresQuery] {
        let begin: PostgresQuery = """
            insert into app.sessions (tenant_id, id, user_id, digest, address, user_agent, roles, plugin_id, name_id,
                name_format, name_qualifier, sp_name_qualifier, session_index, ends_at, authenticated_at)
            select u.tenant_id, \(session.id), u.id, \(digest.bytes), \(session.address), \(session.userAgent),
                \(Self.roles), \(provider?.plugin), \(provider?.name.value), \(provider?.name.format),
                \(provider?.name.qualifier), \(provider?.name.spQualifier), \(provider?.index), \(provider?.endsAt),
                least(now(), coalesce(\(provider?.authenticatedAt), now()))
            from app.users u
            where u.tenant_id = \(tenant) and u.id = \(session.user) and u.active and u.deleted_at is null
            returning id
            """
        let tidy: PostgresQuery = """
            delete from app.sessions where tenant_id = \(tenant) and user_id = \(session.user)
                and (last_seen_at < now() - \(Session.idleLimit) * interval '1 second'
                    or created_at < now() - \(Session.lifetime) * interval '1 second')
            """
        // A user whose connection has a policy for invitations is welcomed once.
        let welcome: PostgresQuery = """
            with first as (
                update app.users set first_signed_in_at = now()
                where tenant_id = \(tenant) and id = \(session.user) and first_signed_in_at is null
                returning id, plugin_id)
            insert into app.mails (tenant_id, kind, user_id)
            select \(tenant), \(Mail.Kind.welcome.rawValue), f.id from first f
            join app.plugins p on p.tenant_id = \(tenant) and p.id = f.plugin_id
            where p.invites = \(ProvisioningPolicy.Invites.firstSignIn.rawValue)
            """
        let end: PostgresQuery = """
            delete from app.sessions s where s.tenant_id = \(tenant) and s.user_id = \(session.user) and s.id not in (
                select k.id from app.sessions k where k.tenant_id = \(tenant) and k.user_id = \(session.user)
                order by k.created_at desc, k.id desc limit \(Session.mostOfUser))
            """
        return [tidy, begin, welcome, end]
    }

    package func signedInUser(
        _ digest: TokenDigest, isUse: Bool, in tenant: TenantID
    ) async throws(DomainError) -> SignedInUser? {
        let query: PostgresQuery = """
            select s.id, s.user_id, s.created_at, s.last_seen_at, s.authenticated_at, s.address, s.user_agent,
                u.user_name, jsonb_build_object('displayName', u.attributes->'displayName',
                    'name', u.attributes->'name', 'userName', u.attributes->'userName'),
                \(Self.roles), s.last_seen_at < now() - interval '1 minute', s.roles <> \(Self.roles),
                exists (select from app.users r
                    where r.tenant_id = u.tenant_id and r.manager_id = u.id and r.deleted_at is null)
                or exists (select from app.group_supervisors s join app.groups g
                    on g.tenant_id = s.tenant_id and g.id = s.group_id and g.deleted_at is null
                    where s.tenant_id = u.tenant_id and s.user_id = u.id)
            from app.sessions s join app.users u on u.tenant_id = s.tenant_id and u.id = s.user_id
            where s.tenant_id = \(tenant) and s.digest = \(digest.bytes) and \(Self.isRunning)
            """
        guard let row = try await database.read(Self.scope(tenant), query)[0].first else { return nil }
        let (found, isStale) = try decoding { () throws(PostgresError) in
            let user: UserID = try row.identifier(1)
            return (
                SignedInUser(
                    tenant: tenant, user: user, session: try Self.session(row), name: try Self.name(row),
                    userName: try row.text(7), roles: Set(try row.textArray(9).compactMap { Role(rawValue: $0) }),
                    isSupervisor: try row.boolean(12), needsNewSecret: try row.boolean(11)),
                try row.boolean(10)
            )
        }
        if isStale, isUse {
            let touch: PostgresQuery = """
                update app.sessions set last_seen_at = now()
                where tenant_id = \(tenant) and id = \(found.session.id)
                """
            _ = try await database.write(Self.scope(tenant), [touch])
        }
        return found
    }

    private static func name(_ row: PostgresRow) throws(PostgresError) -> String {
        guard let json = try? JSON.parse(try row.jsonb(8), limits: .stored), case .object(let document) = json else {
            throw .unexpectedResult("a name that is no object")
        }
        return UserAttributes.personName(in: document)
    }

    /// The roles of user `u`, each once.
    private static let roles: PostgresFragment = """
        array(select distinct r.role from app.user_roles r
            where r.tenant_id = u.tenant_id and r.user_id = u.id order by 1)
        """

    private static func session(_ row: PostgresRow) throws(PostgresError) -> Session {
        Session(
            id: try row.identifier(0), user: try row.identifier(1), createdAt: try row.time(2),
            lastSeenAt: try row.time(3), authenticatedAt: try row.time(4), address: try row.text(5),
            userAgent: try row.text(6))
    }

    package func renew(
        _ session: SessionID, digest: TokenDigest, isProven: Bool, in tenant: TenantID
    ) async throws(DomainError) -> Bool {
        let renew: PostgresQuery = """
            update app.sessions s set digest = \(digest.bytes), roles = \(Self.roles), last_seen_at = now(),
                authenticated_at = case when \(isProven) then now() else s.authenticated_at end
            from app.users u
            where s.tenant_id = \(tenant) and s.id = \(session) and u.tenant_id = s.tenant_id and u.id = s.user_id
                and (\(isProven) or s.roles <> \(Self.roles))
            returning s.id
            """
        return try await database.write(Self.scope(tenant), [renew])[0].count == 1
    }

    package func end(_ session: SessionID, of user: UserID, in tenant: TenantID) async throws(DomainError) {
        let end: PostgresQuery = """
            delete from app.sessions where tenant_id = \(tenant) and id = \(session) and user_id = \(user)
            """
        _ = try await database.write(Self.scope(tenant), [end])
    }

    package func sessions(of user: UserID, in tenant: TenantID) async throws(DomainError) -> [Session] {
        let query: PostgresQuery = """
            select s.id, s.user_id, s.created_at, s.last_seen_at, s.authenticated_at, s.address, s.user_agent
            from app.sessions s join app.users u on u.tenant_id = s.tenant_id and u.id = s.user_id
            where s.tenant_id = \(tenant) and s.user_id = \(user) and \(Self.isRunning)
            order by s.last_seen_at desc, s.id
            """
        let rows = try await database.read(Self.scope(tenant), query)[0]
        return try decoding { () throws(PostgresError) in try rows.map(Self.session) }
    }

    package func endAll(of user: UserID, except: SessionID?, in tenant: TenantID) async throws(DomainError) {
        let end: PostgresQuery = """
            delete from app.sessions
            where tenant_id = \(tenant) and user_id = \(user) and id is distinct from \(except)
            """
        _ = try await database.write(Self.scope(tenant), [end])
    }

    package func endSessions(
        of user: UserID, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let tenant = scope.tenant
        let end: PostgresQuery = """
            with gone as (
                delete from app.sessions where tenant_id = \(tenant) and user_id = \(user) returning id)
            \(change.insert(tenant: tenant, if: "exists (select from gone)").fragment) returning id
            """
        let steps: PostgresQuery = "delete from app.sign_in_steps where tenant_id = \(tenant) and user_id = \(user)"
        _ = try await database.write(scope, [end, steps])
    }

    // MARK: Links

    private static let linksKept: Int64 = 9

    package func create(
        _ digest: TokenDigest, _ purpose: PasswordLinkPurpose, for user: UserID, change: Change, in scope: TenantScope
    ) async throws(DomainError) {
        let tenant = scope.tenant
        // Others that the user has stay good, until one of them is used or they are too many.
        let forget: PostgresQuery = """
            delete from app.password_links l where l.tenant_id = \(tenant) and l.user_id = \(user)
                and (l.expires_at < now() or l.digest not in (
                    select k.digest from app.password_links k where k.tenant_id = \(tenant) and k.user_id = \(user)
                    order by k.created_at desc limit \(Self.linksKept)))
            """
        let create: PostgresQuery = """
            insert into app.password_links (tenant_id, digest, user_id, purpose, expires_at)
            select u.tenant_id, \(digest.bytes), u.id, \(purpose.rawValue),
                now() + \(purpose.lifetime) * interval '1 second'
            from app.users u where u.tenant_id = \(tenant) and u.id = \(user) and u.active and u.deleted_at is null
            returning user_id
            """
        let isMade: PostgresFragment = """
            exists (select from app.password_links where tenant_id = \(tenant) and digest = \(digest.bytes))
            """
        let queries = [forget, create, change.insert(tenant: tenant, if: isMade)]
        if try await database.write(scope, queries)[1].count == 0 { throw .notFound }
    }

    private static func holder(of digest: TokenDigest, _ tenant: TenantID) -> PostgresFragment {
        """
        select u.id, u.user_name, l.purpose, \(UserStore.isOwner("u.id", tenant)) from app.password_links l
        join app.users u on u.tenant_id = l.tenant_id and u.id = l.user_id
        where l.tenant_id = \(tenant) and l.digest = \(digest.bytes) and l.expires_at > now()
            and u.active and u.deleted_at is null
        """
    }

    package func linkHolder(
        _ digest: TokenDigest, in tenant: TenantID
    ) async throws(DomainError) -> PasswordLinkHolder? {
        let query = PostgresQuery(Self.holder(of: digest, tenant))
        guard let row = try await database.read(Self.scope(tenant), query)[0].first else { return nil }
        return try decoding { () throws(PostgresError) in
            PasswordLinkHolder(
                user: try row.identifier(0), userName: try row.text(1),
                purpose: PasswordLinkPurpose(rawValue: try row.text(2)) ?? .reset, isOwner: try row.boolean(3))
        }
    }

    package func setPassword(
        _ hash: String, byLink digest: TokenDigest, change: Change, in tenant: TenantID
    ) async throws(DomainError) -> Bool {
        guard case .user(let user) = change.subject else { throw .unexpected("a password that is not a user's") }
        // Two who use it at once wait for the row, and the second finds it gone.
        let use: PostgresQuery = """
            with used as (
                delete from app.password_links l using (\(Self.holder(of: digest, tenant))) h
                where l.tenant_id = \(tenant) and l.digest = \(digest.bytes) and h.id = \(user) returning l.user_id)
            insert into app.passwords (tenant_id, user_id, hash)
            select \(tenant), user_id, \(hash) from used
            on conflict (tenant_id, user_id) do update set hash = excluded.hash, changed_at = now()
            returning user_id
            """
        let isUsed: PostgresFragment = """
            exists (select from app.passwords where tenant_id = \(tenant) and user_id = \(user) and hash = \(hash))
            """
        let queries = [use, change.insert(tenant: tenant, if: isUsed)] + Self.signOut(user, tenant, if: isUsed)
        return try await database.write(Self.scope(tenant), queries)[0].count == 1
    }
}
