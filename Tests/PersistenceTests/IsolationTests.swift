import Domain
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

/// Tenants apart from each other, table by table, as the catalogue lists them: a new table is tested by being there.
struct IsolationTests {
    private struct Table {
        let name: String
        let isGlobal: Bool
        let hasPolicy: Bool
    }

    private func tables(_ database: Database) async throws -> [Table] {
        try await database.read([
            """
            select c.relname::text, coalesce(obj_description(c.oid, 'pg_class') like 'global: %', false),
                c.relrowsecurity and c.relforcerowsecurity and exists (select from pg_policy p
                    where p.polrelid = c.oid and p.polcmd = '*'
                        and pg_get_expr(p.polqual, p.polrelid) like '%app.tenant%')
            from pg_class c where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p') order by 1
            """
        ])[0].map { Table(name: try $0.text(0), isGlobal: try $0.boolean(1), hasPolicy: try $0.boolean(2)) }
    }

    /// A tenant with at least one row in every table.
    private func furnished(_ test: TestDatabase) async throws -> TenantID {
        let tenant = try await test.makeTenant()
        let client = try await test.makeClient(
            of: tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 7, count: 32)))
        let scope = TenantScope(client)
        let user = UserID(rawValue: TestDatabase.identifiers.next())
        _ = try await test.users.create(
            NewUser(
                id: user, source: client.plugin, attributes: .named("a@x.example", emails: ["a@x.example"]),
                role: .trainee,
                change: TestDatabase.change(.create, .user(user)), mapsGroups: false), in: scope)
        let local = UserID(rawValue: TestDatabase.identifiers.next())
        _ = try await test.users.create(
            NewUser(
                id: local, source: nil, attributes: .named("local@x.example"), role: .trainee,
                change: TestDatabase.change(.create, .user(local)), mapsGroups: false), in: scope)
        #expect(
            try await test.users.ask(.init(.update), for: local, beyond: .own(client.plugin), in: scope) == .waiting)
        let session = Session(
            id: SessionID(rawValue: TestDatabase.identifiers.next()), user: local,
            createdAt: Timestamp(microseconds: 0),
            lastSeenAt: Timestamp(microseconds: 0), authenticatedAt: Timestamp(microseconds: 0), address: "",
            userAgent: "")
        try await test.signIn.setPassword(
            "hash", of: local, change: TestDatabase.change(.setPassword, .user(local)), in: scope)
        let digest = TokenDigest(bytes: [UInt8](repeating: 9, count: 32))
        try await test.signIn.begin(session, digest: digest, in: tenant.id)
        try await test.signIn.create(
            digest, .invitation, for: local, change: TestDatabase.change(.makePasswordLink, .user(local)), in: scope)
        try await test.provisioningLog.add(
            [
                RefusedRequest(
                    id: ChangeID(rawValue: TestDatabase.identifiers.next()), at: Timestamp(microseconds: 0),
                    plugin: client.plugin, token: client.token, method: "POST", resourceType: "User", resourceID: nil,
                    status: 409, scimType: nil, reason: "", requestID: "r")
            ], of: tenant.id)
        try await test.customAttributes.create(
            CustomAttribute(name: "floor", kind: .integer)!,
            change: TestDatabase.change(.update, .tenant(tenant.id)), in: scope)
        _ = try await test.addDomain("x.example", of: tenant)
        try await test.integration.set(
            RoleMapping(origin: .group, value: "G", role: .editor), isPresent: true, of: client.plugin,
            change: TestDatabase.change(.update, .plugin(client.plugin)), in: scope)
        let group = GroupID(rawValue: TestDatabase.identifiers.next())
        _ = try await test.groups.create(
            NewGroup(
                id: group, source: nil,
                attributes: GroupAttributes(displayName: "G", externalID: nil, document: ["displayName": "G"]),
                members: MemberNames(ids: [user.rawValue], others: ["later"]),
                change: TestDatabase.change(.create, .group(group)), unknownMembers: .keep), in: scope)
        try await test.groups.setSupervisor(
            local, isOne: true, of: group, change: TestDatabase.change(.update, .group(group)),
            in: TenantScope(tenant: tenant.id, admission: .operator))
        try await test.secondFactors.begin("sealed", of: local, in: tenant.id)
        try await test.secondFactors.confirm(
            of: local, step: 1, recoveryCodes: [digest], keeping: session.id,
            change: TestDatabase.change(.setSecondFactor, .user(local)), in: tenant.id)
        try await test.provisioningLog.note(
            [Stranger(kind: .absent, at: Timestamp(microseconds: 0), address: "")], at: tenant.id)
        try await test.provisioningLog.note(
            [IgnoredAttribute(name: "otherMails", lastAt: Timestamp(microseconds: 0))], of: client.plugin,
            in: tenant.id)
        try await test.mails.add(
            .invitation, to: local, in: TenantScope(tenant: tenant.id, admission: .operator))
        let row = ImportRow(line: 2, user: UserID(rawValue: TestDatabase.identifiers.next()), values: [:], role: nil)
        try await test.imports.create(
            UserImport(
                id: UserImportID(rawValue: TestDatabase.identifiers.next()), madeBy: local, fileName: "", mode: .create,
                isTrial: true, state: .running, ignoredColumns: [], createdAt: Timestamp(microseconds: 0), rowCount: 1),
            rows: [row], results: [], in: TenantScope(tenant: tenant.id, admission: .operator))
        let oauth = OAuthClient(
            id: OAuthClientID(rawValue: TestDatabase.identifiers.next()), plugin: client.plugin, pluginName: "",
            tokenLifetime: .standard, federation: nil, createdAt: Timestamp(microseconds: 0), revokedAt: nil)
        let secret = ClientSecret(
            id: ClientSecretID(rawValue: TestDatabase.identifiers.next()), client: oauth.id, prefix: "",
            createdAt: Timestamp(microseconds: 0), expiresAt: Timestamp(microseconds: 0), revokedAt: nil)
        try await test.clients.create(
            oauth, secret: secret, digest: TokenDigest(bytes: [UInt8](repeating: 7, count: 32)),
            changes: [TestDatabase.change(.create, .client(oauth.id))],
            in: TenantScope(tenant: tenant.id, admission: .operator))
        _ = try await test.clients.issue(
            AccessTokenGrant(
                client: oauth.id, secret: nil,
                assertion: AssertionUse(digest: digest, expiresAt: Timestamp(microseconds: 1_900_000_000_000_000)),
                token: TokenID(rawValue: TestDatabase.identifiers.next()), digest: digest, prefix: "", address: ""),
            in: tenant.id)
        try await guardSignIn(of: local, digest, tenant.id, test)
        try await signIn(local, tenant.id, test)
        return tenant.id
    }

    /// Leaves the traces of an attempt to sign in.
    private func guardSignIn(
        of user: UserID, _ digest: TokenDigest, _ tenant: TenantID, _ test: TestDatabase
    ) async throws {
        _ = try await test.attempts.reserve([AttemptCounter(kind: .code, key: digest.bytes)], in: tenant)
        try await test.signInSteps.begin(SignInStep(digest: digest, browser: digest), of: user, in: tenant)
        let event = SecurityEvent(
            .wrongCode, .user(user), from: "", requestID: "r", at: Timestamp(microseconds: 0))
        try await test.securityEvents.add(
            [
                FoldedSecurityEvent(
                    record: SecurityEventRecord(
                        id: SecurityEventID(rawValue: TestDatabase.identifiers.next()), event: event, count: 1,
                        lastAt: event.at), minute: event.at, fold: digest.bytes)
            ], of: tenant)
    }

    /// A connection to sign in by, with all that signing in by it leaves.
    private func signIn(_ user: UserID, _ tenant: TenantID, _ test: TestDatabase) async throws {
        let scope = TenantScope(tenant: tenant, admission: .operator)
        let plugin = try await IntegrationChanges(
            integration: test.integration, identifiers: TestDatabase.identifiers,
            origin: ChangeOrigin(actor: .operator, requestID: "r")
        ).create(.saml, name: "SAML", in: scope)
        let id = SAMLConnectionID(tenant: tenant, plugin: plugin.id)
        let now = Timestamp(microseconds: 1_900_000_000_000_000)
        _ = try await test.saml.add(
            SAMLKey(
                id: SAMLKeyID(rawValue: TestDatabase.identifiers.next()), state: .current, certificate: [1],
                sealedKey: "sealed", createdAt: now, expiresAt: now.adding(seconds: 600)), to: id)
        let browser = TokenDigest(bytes: [UInt8](repeating: 8, count: 32))
        for name in ["one", "two"] {
            try await test.saml.begin(
                SAMLRequest(id: name, plugin: plugin.id, purpose: .signIn, target: "manage", createdAt: now),
                browser: browser, network: "4 192.0.2", in: tenant)
        }
        var completion = SAMLCompletion(
            connection: id, request: "one", browser: browser, assertionDigest: browser,
            assertionEnd: now.adding(seconds: 600),
            signIn: SAMLSignIn(
                id: SAMLSignInID(rawValue: TestDatabase.identifiers.next()), plugin: plugin.id, at: now,
                purpose: .signIn, failedRule: nil, user: user, nameID: "a", address: "", report: [:]))
        completion.lastingNameID = "a"
        try await test.saml.complete(completion, in: tenant)
        let logout = SAMLLogout(digest: browser, end: now.adding(seconds: 600), nameID: "b", indexes: [])
        _ = try await test.saml.endSessions(logout, with: id)
    }

    @Test func `every table belongs to tenants under a forced policy, or says why it does not`() async throws {
        let tables = try await tables(try await TestDatabase.shared().superuser)
        #expect(tables.count >= 9)
        for table in tables { #expect(table.isGlobal || table.hasPolicy, "\(table.name)") }
    }

    @Test func `with one tenant open no row of another can be seen, changed, removed or added`() async throws {
        let test = try await TestDatabase.shared()
        let (mine, theirs) = (try await furnished(test), try await furnished(test))
        for table in try await tables(test.superuser) where !table.isGlobal {
            #expect(try await count(table, of: mine, open: mine, test) > 0, "\(table.name) has nothing to test with")
            #expect(try await count(table, of: theirs, open: mine, test) == 0, "\(table.name)")
            #expect(try await count(table, of: theirs, open: nil, test) == 0, "\(table.name)")
            for verb in ["delete from app.\(table.name)", "update app.\(table.name) set tenant_id = tenant_id"] {
                let affected = try? await test.app.write([
                    .begin, open(mine),
                    statement("\(verb) where tenant_id = $1 returning 1", theirs), .commit,
                ])
                #expect(affected?[2].count ?? 0 == 0, "\(verb)")
            }
            #expect(try await count(table, of: theirs, open: theirs, test) > 0, "\(table.name)")
            let copy: [PostgresQuery] = [
                .begin, open(theirs),
                statement("create temp table copy on commit drop as select * from app.\(table.name)"),
                open(mine), statement("insert into app.\(table.name) select * from copy"), .commit,
            ]
            await #expect(throws: PostgresError.self, "\(table.name)") { try await test.app.write(copy) }
        }
    }

    private func open(_ tenant: TenantID?) -> PostgresQuery {
        statement("set local app.tenant = '\(tenant?.description ?? "")'")
    }

    private func statement(_ sql: String, _ tenant: TenantID? = nil) -> PostgresQuery {
        PostgresQuery(unsafeSQL: sql, binds: tenant.map { [.uuid($0.rawValue)] } ?? [])
    }

    private func count(
        _ table: Table, of tenant: TenantID, open: TenantID?, _ test: TestDatabase
    ) async throws -> Int64 {
        let rows = try await test.app.read([
            .begin, self.open(open), statement("select count(*) from app.\(table.name) where tenant_id = $1", tenant),
            .commit,
        ])
        return try rows[2][0].bigint(0)
    }

    @Test func `the check of the operator's tool finds nothing, and finds what is open`() async throws {
        let test = try await TestDatabase.shared()
        #expect(try await IsolationCheck(test.app).openTables() == [])
        let database = try await TestDatabase.empty()
        _ = try await Migrator(database).run()
        _ = try await database.write(["create table app.forgotten (tenant_id uuid)"])
        #expect(try await IsolationCheck(database).openTables().contains("forgotten"))
        database.close()
    }

    @Test func `the change log can be added to and nothing else`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await furnished(test)
        for sql in ["delete from app.changes", "update app.changes set action = 'x'", "truncate app.changes"] {
            let statements: [PostgresQuery] = [.begin, open(tenant), statement(sql), .commit]
            let error = await #expect(throws: PostgresError.self) { try await test.app.write(statements) }
            #expect(error?.sqlState?.rawValue == "42501", "\(sql)")
        }
    }
}
