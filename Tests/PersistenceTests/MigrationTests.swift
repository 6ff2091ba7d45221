import Foundation
import LecternTesting
import Migrations
@testable import Persistence
import Postgres
import Testing

struct MigrationTests {
    @Test func `migrations run once, and again without effect`() async throws {
        let database = try await TestDatabase.empty()
        let names = Migration.all.map(\.name)
        #expect(try await Migrator(database).run() == names)
        #expect(try await Migrator(database).run() == [])
        #expect(try await Migrator(database).pending().isEmpty)
        database.close()
    }

    @Test func `two runners at once apply each migration once`() async throws {
        let database = try await TestDatabase.empty()
        async let first = Migrator(database).run()
        async let second = Migrator(database).run()
        let applied = try await first + second
        #expect(applied.sorted() == Migration.all.map(\.name))
        database.close()
    }

    @Test func `a migration that was changed afterwards is refused`() async throws {
        let database = try await TestDatabase.empty()
        let original = [Migration(name: "0001_roles", sql: Array("create table a (n int);".utf8))]
        _ = try await Migrator(database, migrations: original).run()
        let changed = [Migration(name: "0001_roles", sql: Array("create table a (n bigint);".utf8))]
        await #expect(throws: Migrator.Failure.self) { try await Migrator(database, migrations: changed).run() }
        database.close()
    }

    @Test func `a database that is ahead of the program is refused`() async throws {
        let database = try await TestDatabase.empty()
        let both = ["0001_roles", "0002_more"].map { Migration(name: $0, sql: Array("select 1;".utf8)) }
        _ = try await Migrator(database, migrations: [both[0]]).run()
        _ = try await database.write([
            "insert into lectern_migrations.applied (name, checksum) values ('9999_new', 'x')"
        ])
        await #expect(throws: Migrator.Failure.self) { try await Migrator(database, migrations: both).run() }
        database.close()
    }

    @Test func `a migration that fails leaves nothing of itself`() async throws {
        let database = try await TestDatabase.empty()
        let broken = [Migration(name: "0001_roles", sql: Array("create table a (n int); select no_such;".utf8))]
        await #expect(throws: Migrator.Failure.self) { try await Migrator(database, migrations: broken).run() }
        #expect(try await database.read(["select to_regclass('a') is null"])[0][0].boolean(0))
        #expect(try await Migrator(database, migrations: broken).pending().count == 1)
        database.close()
    }

    @Test func `a migration that meets one of another database is tried again`() async throws {
        let database = try await TestDatabase.empty()
        // A sequence remembers across the ends of transactions.
        _ = try await database.write(["create sequence tries"])
        let unlucky = """
            do $$ begin
                if nextval('tries') < 3 then
                    raise exception using errcode = 'XX000', message = 'tuple concurrently updated';
                end if;
            end $$;
            """
        let migrations = [Migration(name: "0001_roles", sql: Array(unlucky.utf8))]
        #expect(try await Migrator(database, migrations: migrations).run() == ["0001_roles"])
        #expect(try await database.read(["select last_value from tries"])[0][0].bigint(0) == 3)
        database.close()
    }

    @Test func `connections that took AES-CBC by default go on, and new ones do not take it`() async throws {
        let database = try await TestDatabase.empty()
        _ = try await Migrator(database, migrations: Migration.all.filter { $0.name < "0041" }).run()
        let tenant = "00000000-0000-7000-8000-000000000001"
        func add(_ plugins: [String]) async throws {
            for id in plugins {
                _ = try await database.write([
                    PostgresQuery(
                        unsafeSQL: """
                            insert into app.plugins (tenant_id, id, kind, name, name_key, change_id)
                            values ('\(tenant)', md5('\(id)')::uuid, 'saml', '\(id)', '\(id)', gen_random_uuid())
                            """)
                ])
            }
        }
        func describe(_ id: String) async throws {
            _ = try await database.write([
                PostgresQuery(
                    unsafeSQL:
                        "insert into app.saml_connections (tenant_id, plugin_id) values ('\(tenant)', md5('\(id)')::uuid)"
                )
            ])
        }
        _ = try await database.write([
            PostgresQuery(
                unsafeSQL: """
                    insert into app.tenants (id, slug, name, plan, entitlements, default_language)
                    values ('\(tenant)', 'tt', 'T', 'enterprise', '{saml}', 'en')
                    """)
        ])
        try await add(["bare", "described"])
        try await describe("described")
        _ = try await Migrator(database).run()
        try await add(["new"])
        try await describe("new")
        let rows = try await database.read([
            """
            select p.name, c.allows_cbc from app.plugins p
            join app.saml_connections c on c.tenant_id = p.tenant_id and c.plugin_id = p.id order by p.name
            """
        ])[0]
        #expect(try rows.map { try $0.text(0) } == ["bare", "described", "new"])
        #expect(try rows.map { try $0.boolean(1) } == [true, true, false])
        database.close()
    }

    /// Until then a suspension and a provider's statement were one flag.
    @Test func `what administrators had suspended is a suspension afterwards, what providers had disabled is not`()
        async throws
    {
        let database = try await TestDatabase.empty()
        _ = try await Migrator(database, migrations: Migration.all.filter { $0.name < "0032" }).run()
        let tenant = PostgresQuery(
            unsafeSQL: """
                insert into app.tenants (id, slug, name, plan, entitlements, default_language)
                values ('00000000-0000-7000-8000-000000000001', 'tt', 'T', 'enterprise', '{scim}', 'en')
                """)
        let users = PostgresQuery(
            unsafeSQL: """
                insert into app.users (tenant_id, id, user_name, user_name_key, active, attributes, change_id)
                select '00000000-0000-7000-8000-000000000001', md5(u.name)::uuid, u.name, u.name, u.name = 'active',
                    jsonb_build_object('active', u.name = 'active'), gen_random_uuid()
                from unnest(array['active', 'byAdmin', 'byProvider']) u(name)
                """)
        let changes = PostgresQuery(
            unsafeSQL: """
                insert into app.changes (tenant_id, id, actor, actor_id, action, subject, subject_id, difference, request_id)
                select '00000000-0000-7000-8000-000000000001', c.id::uuid, c.actor, md5(c.actor)::uuid, 'disable', 'user',
                    md5(c.name)::uuid, c.difference::jsonb, 'r'
                from (values
                    ('00000000-0000-7000-8000-000000000001', 'token', 'byAdmin', '{"active": [true, false]}'),
                    ('00000000-0000-7000-8000-000000000002', 'admin', 'byAdmin', '{"active": [true, false]}'),
                    ('00000000-0000-7000-8000-000000000003', 'token', 'byAdmin', '{"title": [null, "Dr."]}'),
                    ('00000000-0000-7000-8000-000000000004', 'admin', 'byProvider', '{"active": [true, false]}'),
                    ('00000000-0000-7000-8000-000000000005', 'token', 'byProvider', '{"active": [true, false]}'))
                    c(id, actor, name, difference)
                """)
        _ = try await database.write([tenant, users, changes])
        _ = try await Migrator(database).run()
        let rows = try await database.read([
            "select active, stated_active, suspended_at is not null, suspended_by is not null from app.users order by user_name"
        ])[0]
        let facts = try rows.map { row in try (Int32(0)..<4).map { try row.boolean($0) } }
        #expect(facts == [[true, true, false, false], [false, true, true, true], [false, false, false, false]])
        database.close()
    }

    @Test func `the list of migrations is the directory`() throws {
        let directory = repository.appendingPathComponent("migrations/sql")
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
            .filter { $0.hasSuffix(".sql") }.sorted()
        #expect(files == Migration.all.map { $0.name + ".sql" })
        for migration in Migration.all {
            let file = directory.appendingPathComponent(migration.name + ".sql")
            #expect(try Array(Data(contentsOf: file)) == migration.sql)
        }
    }

    /// The schema after all migrations, in a form that can be compared line by line. `script/test` with
    /// `LECTERN_UPDATE_GOLDEN=1` writes it anew.
    @Test func `the schema is the one in schema.sql`() async throws {
        let name = try await TestDatabase.shared().name
        let dump = try schemaDump(of: name)
        let file = repository.appendingPathComponent("migrations/schema.sql")
        if ProcessInfo.processInfo.environment["LECTERN_UPDATE_GOLDEN"] != nil {
            try dump.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == dump)
    }

    private var repository: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    private func schemaDump(of database: String) throws -> String {
        let outcome = try ChildProcess.run(
            "pg_dump",
            [
                "--schema-only", "--schema=app", "--no-comments", "--dbname",
                try TestDatabase.connectionString(database),
            ], environment: ProcessInfo.processInfo.environment)
        #expect(outcome.status == 0, "\(outcome.errors)")
        // Settings, comments and the tool's own versions are not the schema.
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: true)
            .filter { !$0.hasPrefix("--") && !$0.hasPrefix("SET ") && !$0.hasPrefix("SELECT ") && !$0.hasPrefix("\\") }
        return lines.joined(separator: "\n") + "\n"
    }
}

struct SQLStatementsTests {
    @Test func `statements end at semicolons outside quotes and comments`() {
        let sql = """
            -- a comment; with a semicolon
            create table a (t text default ';', "x;y" int);
            do $body$ begin perform 1; end $body$;
            select $1; select 'it''s; fine'
            """
        let statements = SQLStatements.split(Array(sql.utf8))
        #expect(statements.count == 4)
        #expect(statements[1].contains("perform 1; end"))
        #expect(statements[3].contains("it''s; fine"))
    }

    @Test func `comments and blanks alone are no statement`() {
        #expect(SQLStatements.split(Array(" \n-- nothing\n;\n".utf8)).isEmpty)
    }
}

struct DataMigrationTests {
    /// A database as a version of the program left it, and what that had written.
    private func database(before migration: String, _ rows: PostgresQuery...) async throws -> Database {
        let database = try await TestDatabase.empty()
        let earlier = Array(Migration.all.prefix { $0.name < migration })
        _ = try await Migrator(database, migrations: earlier).run()
        _ = try await database.write([.begin] + rows + [.commit])
        _ = try await Migrator(database).run()
        return database
    }

    @Test func `mappings from groups get the groups that their names mean`() async throws {
        let ids: PostgresFragment = """
            (values ('00000000-0000-7000-8000-000000000001'::uuid, '00000000-0000-7000-8000-000000000002'::uuid,
                '00000000-0000-7000-8000-000000000003'::uuid)) t(tenant, own, other)
            """
        let database = try await database(
            before: "0035",
            """
            insert into app.tenants (id, slug, name, plan, entitlements)
            select tenant, 'acme', 'Acme', 'enterprise', '{scim}' from \(ids)
            """,
            """
            insert into app.plugins (tenant_id, id, kind, name, name_key, change_id)
            select tenant, p.id, 'scim', p.name, p.name, own
            from \(ids), lateral (values (own, 'a'), (other, 'b')) p(id, name)
            """,
            """
            insert into app.groups (tenant_id, id, plugin_id, display_name, display_name_key, attributes, change_id)
            select tenant, gen_random_uuid(), g.plugin, g.name, lower(g.name), '{}', own
            from \(ids), lateral (values (own, 'Teachers'), (other, 'Admins'), (null, 'Made here')) g(plugin, name)
            """,
            """
            insert into app.role_mappings (tenant_id, plugin_id, origin, value, value_key, role)
            select tenant, own, m.origin, m.value, lower(m.value), 'editor' from \(ids), lateral (values
                ('group', 'TEACHERS'), ('group', 'Admins'), ('group', 'Made here'), ('group', 'Later'),
                ('app-role', 'Teachers')) m(origin, value)
            """)
        let rows = try await database.read([
            """
            select m.origin || ' ' || m.value || ' ' || coalesce(g.display_name, '-') from app.role_mappings m
            left join app.groups g on g.tenant_id = m.tenant_id and g.id = m.group_id order by 1
            """
        ])[0]
        #expect(
            try rows.map { try $0.text(0) } == [
                "app-role Teachers -", "group Admins -", "group Later -", "group Made here Made here",
                "group Teachers Teachers",
            ])
        database.close()
    }
}
