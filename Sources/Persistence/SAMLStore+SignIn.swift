package import Domain
import Postgres
import StrictJSON

/// Requests, assertions, identities, and the sessions that follow from them.
extension SAMLStore {
    // MARK: Requests

    package func begin(
        _ request: SAMLRequest, browser: TokenDigest, network: String, in tenant: TenantID
    ) async throws(DomainError) {
        let plugin = request.plugin
        let begin: PostgresQuery = """
            insert into app.saml_requests (tenant_id, id, plugin_id, browser, network, purpose, target, session_id,
                user_id, message, expires_at)
            values (\(tenant), \(request.id), \(plugin), \(browser.bytes), \(network), \(request.purpose.rawValue),
                \(request.target), \(request.session), \(request.user), \(request.message),
                now() + \(SAMLRequest.lifetime) * interval '1 second')
            """
        var queries: [PostgresQuery] = [
            "delete from app.saml_requests where tenant_id = \(tenant) and expires_at < now()",
            Self.forget(plugin, "r.browser = \(browser.bytes)", beyond: SAMLRequest.mostPending - 1, tenant),
            Self.forget(plugin, "r.network = \(network)", beyond: SAMLRequest.mostOfNetwork - 1, tenant),
            begin,
        ]
        // Counting them all takes longer than keeping one.
        if browser.bytes[0] % 32 == 0 {
            queries.append(Self.forget(plugin, "true", beyond: SAMLRequest.mostWaiting, tenant))
        }
        _ = try await database.write(Self.scope(tenant), queries)
    }

    /// Forgets the oldest of these requests.
    private static func forget(
        _ plugin: PluginID, _ condition: PostgresFragment, beyond count: Int64, _ tenant: TenantID
    ) -> PostgresQuery {
        """
        delete from app.saml_requests where tenant_id = \(tenant) and id = any(array(
            select r.id from app.saml_requests r
            where r.tenant_id = \(tenant) and r.plugin_id = \(plugin) and \(condition)
            order by r.created_at desc offset \(count)))
        """
    }

    static func selectPending(of browser: TokenDigest?, _ connection: SAMLConnectionID) -> PostgresQuery {
        """
        select r.id, r.purpose, r.target, r.session_id, r.user_id, r.created_at, r.message
        from app.saml_requests r
        where r.tenant_id = \(connection.tenant) and r.plugin_id = \(connection.plugin)
            and r.browser = \(browser.map { .bytes($0.bytes) } ?? .null(.bytea)) and r.expires_at > now()
        """
    }

    static func request(_ row: PostgresRow, _ plugin: PluginID) throws(PostgresError) -> SAMLRequest {
        guard let purpose = SAMLRequest.Purpose(rawValue: try row.text(1)) else {
            throw .unexpectedResult("a request for an unknown purpose")
        }
        var request = SAMLRequest(
            id: try row.text(0), plugin: plugin, purpose: purpose, target: try row.text(2),
            session: try row.uuidOrNull(3).map { SessionID(rawValue: $0) },
            user: try row.uuidOrNull(4).map { UserID(rawValue: $0) }, createdAt: try row.time(5))
        request.message = row.textOrNull(6)
        return request
    }

    // MARK: Who it is

    package func find(
        _ person: ClaimedPerson, of connection: SAMLConnectionID
    ) async throws(DomainError) -> SAMLFinding {
        let tenant = connection.tenant
        let names = person.stableNames.map(\.key.description)
        let address = person.stableEmail?.key.description
        let managing = PostgresBind.textArray(Role.with(.manageUsers).map(\.rawValue))
        let query: PostgresQuery = """
            select c.reason, u.id, u.user_name, u.active, u.deleted_at is not null, u.plugin_id,
                exists (select from app.user_roles r
                    where r.tenant_id = u.tenant_id and r.user_id = u.id and r.origin in ('admin', 'operator')
                        and r.role = any(\(managing))),
                exists (select from app.user_roles r
                    where r.tenant_id = u.tenant_id and r.user_id = u.id and r.role = any(\(managing))),
                case when c.reason = 'email' then array(
                    select e.entry ->> 'value' from jsonb_path_query(u.attributes, 'lax $.emails[*]') as e (entry)
                    where e.entry ->> 'value' is not null) else '{}' end
            from (
                select 'identity' as reason, i.user_id from app.saml_identities i
                where i.tenant_id = \(tenant) and i.plugin_id = \(connection.plugin)
                    and i.name_id = \(person.lastingNameID)
                union all
                select 'external-id', e.id from app.users e
                where e.tenant_id = \(tenant) and e.external_id = \(person.first(.externalID))
                    and e.plugin_id is not null and e.deleted_at is null
                union all
                select 'external-id', g.id from app.users g
                where g.tenant_id = \(tenant) and g.external_id = \(person.first(.externalID))
                    and g.plugin_id is not null and g.deleted_at is not null
                union all
                select 'user-name', n.id from app.users n
                where n.tenant_id = \(tenant) and n.user_name_key = any(\(.textArray(names))) and n.deleted_at is null
                union all
                select 'email', m.user_id from app.user_emails m
                join app.users o on o.tenant_id = m.tenant_id and o.id = m.user_id and o.deleted_at is null
                where m.tenant_id = \(tenant) and m.address_key = \(address)) c
            join app.users u on u.tenant_id = \(tenant) and u.id = c.user_id
            """
        let domains = PostgresBind.textArray(person.domains.map(\.description))
        let others: PostgresFragment = """
            app.plugins p where p.tenant_id = \(tenant) and p.kind = 'saml' and p.enabled
                and p.id <> \(connection.plugin)
            """
        let isOlder: PostgresFragment = """
            (p.created_at, p.id) < (select q.created_at, q.id from app.plugins q
                where q.tenant_id = \(tenant) and q.id = \(connection.plugin))
            """
        let proof: PostgresQuery = """
            select array(select d.domain from app.tenant_domains d where d.tenant_id = \(tenant)
                    and d.domain = any(\(domains)) and d.verified_at is not null),
                not exists (select from \(others)), not exists (select from \(others) and \(isOlder))
            """
        let rows = try await database.read(Self.scope(tenant), query, proof)
        return try decoding { () throws(PostgresError) in
            let candidates = try rows[0].map { row throws(PostgresError) in
                guard let reason = SAMLCandidate.Reason(rawValue: try row.text(0)) else {
                    throw .unexpectedResult("an unknown reason")
                }
                var candidate = SAMLCandidate(
                    reason: reason, user: try row.identifier(1), userName: try row.text(2),
                    isActive: try row.boolean(3), isDeleted: try row.boolean(4),
                    source: try row.uuidOrNull(5).map { PluginID(rawValue: $0) }, isPrivileged: try row.boolean(6))
                candidate.isPrivilegedByRule = try row.boolean(7)
                candidate.addresses = try row.textArray(8)
                return candidate
            }
            return SAMLFinding(
                candidates, provedDomains: Set(try rows[1][0].textArray(0).compactMap { MailDomain($0) }),
                isOnlyProvider: try rows[1][0].boolean(1), isFirstProvider: try rows[1][0].boolean(2))
        }
    }

    // MARK: Coming in

    package func complete(_ completion: SAMLCompletion, in tenant: TenantID) async throws(DomainError) {
        var queries = Self.using(completion, tenant)
        if let user = completion.newUser {
            let creation = UserStore.creation(of: user, tenant)
            queries += creation.statements + [creation.groupRoles]
        }
        if let new = completion.session {
            queries += SignInStore.beginning(new.session, new.digest, new.provider, tenant)
            queries.append(Self.refusing(unlessRunning: new.session.id, of: new.session.user, tenant))
            queries.append(Self.ending(new, tenant))
        }
        if let holder = completion.holder, let user = completion.signIn.user {
            queries.append(Self.refusing(unlessRunning: holder, of: user, tenant))
        }
        if let confirmed = completion.confirmed, let user = completion.signIn.user {
            queries.append(
                """
                update app.sessions set digest = \(confirmed.digest.bytes), authenticated_at = now(),
                    last_seen_at = now()
                where tenant_id = \(tenant) and id = \(confirmed.session) and user_id = \(user)
                """)
        }
        if let name = completion.lastingNameID, let user = completion.signIn.user {
            queries += Self.linking(name, to: user, completion, tenant)
        }
        // A test that would have created a user has not signed anybody in.
        if completion.signIn.purpose == .trial, completion.signIn.user != nil {
            queries.append(
                """
                update app.saml_connections set tested_at = now()
                where tenant_id = \(tenant) and plugin_id = \(completion.connection.plugin)
                """)
        }
        queries += Self.keeping(completion.signIn, tenant)
        _ = try await database.write(Self.scope(tenant), conflict: "userName", queries)
    }

    /// Ends the transaction unless the user has this session and may go on with it.
    private static func refusing(
        unlessRunning session: SessionID, of user: UserID, _ tenant: TenantID
    ) -> PostgresQuery {
        """
        select app.refuse(not exists (
            select from app.sessions s join app.users u on u.tenant_id = s.tenant_id and u.id = s.user_id
            where s.tenant_id = \(tenant) and s.id = \(session) and s.user_id = \(user) and \(SignInStore.isRunning)),
            \(PostgresError.Rule.userGone.rawValue))
        """
    }

    /// Ends what the browser had before: a session that somebody else planted is worth nothing.
    private static func ending(_ new: SAMLCompletion.NewSession, _ tenant: TenantID) -> PostgresQuery {
        """
        delete from app.sessions where tenant_id = \(tenant) and id <> \(new.session.id)
            and (digest = \(new.former.map { .bytes($0.bytes) } ?? .null(.bytea)) or id = \(new.formerSession))
        """
    }

    /// Uses up the request and the assertion, or ends the transaction.
    private static func using(_ completion: SAMLCompletion, _ tenant: TenantID) -> [PostgresQuery] {
        let plugin = completion.connection.plugin
        var queries: [PostgresQuery] = []
        if let request = completion.request {
            queries.append(
                """
                with used as (
                    delete from app.saml_requests
                    where tenant_id = \(tenant) and id = \(request) and plugin_id = \(plugin)
                        and browser = \(completion.browser.map { .bytes($0.bytes) } ?? .null(.bytea))
                        and expires_at > now()
                    returning id)
                select app.refuse(not exists (select from used), \(PostgresError.Rule.requestUsed.rawValue))
                """)
        }
        queries.append(
            """
            with new as (
                insert into app.saml_assertions (tenant_id, plugin_id, digest, expires_at)
                values (\(tenant), \(plugin), \(completion.assertionDigest.bytes), \(completion.assertionEnd))
                on conflict do nothing returning digest)
            select app.refuse(not exists (select from new), \(PostgresError.Rule.assertionUsed.rawValue))
            """)
        queries.append("delete from app.saml_assertions where tenant_id = \(tenant) and expires_at < now()")
        return queries
    }

    private static func linking(
        _ name: String, to user: UserID, _ completion: SAMLCompletion, _ tenant: TenantID
    ) -> [PostgresQuery] {
        let plugin = completion.connection.plugin
        // A user who links the identity themselves takes it from its former user.
        let takes: PostgresFragment =
            completion.signIn.purpose == .link
            ? "do update set user_id = excluded.user_id, linked_at = now()" : "do nothing"
        let link: PostgresQuery = """
            insert into app.saml_identities (tenant_id, plugin_id, name_id, user_id)
            select u.tenant_id, \(plugin), \(name), u.id from app.users u
            where u.tenant_id = \(tenant) and u.id = \(user) and u.active and u.deleted_at is null
            on conflict (tenant_id, plugin_id, name_id) \(takes)
            """
        guard let change = completion.linkChange else { return [link] }
        let isNew: PostgresFragment = """
            exists (select from app.saml_identities i where i.tenant_id = \(tenant) and i.plugin_id = \(plugin)
                and i.name_id = \(name) and i.user_id = \(user) and i.linked_at = now())
            """
        return [link, change.insert(tenant: tenant, if: isNew)]
    }
}
