package import Postgres

/// Facts about the installation.
package struct InstallationStore: Sendable {
    private let database: Database

    package init(_ database: Database) { self.database = database }

    /// The value that is remembered under the name: the one given now if there was none.
    package func remember(_ name: String, value: String) async throws(PostgresError) -> String {
        let rows = try await database.write([
            .begin,
            "insert into app.installation (name, value) values (\(name), \(value)) on conflict do nothing",
            "select value from app.installation where name = \(name)",
            .commit,
        ])
        return try rows[2][0].text(0)
    }

    package func replace(_ name: String, with value: String) async throws(PostgresError) {
        _ = try await database.write([
            .begin, "update app.installation set value = \(value) where name = \(name)", .commit,
        ])
    }

    /// PostgreSQL's system identifier of the cluster; the same for a standby, a physical copy and a restored backup.
    package func systemIdentifier() async throws(PostgresError) -> String {
        try await database.read(["select system_identifier::text from pg_control_system()"])[0][0].text(0)
    }

    // MARK: Places

    /// The places in which this database has been served.
    package func places() async throws(PostgresError) -> Set<String> {
        let rows = try await database.read(["select value from app.installation where name like 'place %'"])[0]
        return Set(try rows.map { row throws(PostgresError) in try row.text(0) })
    }

    package func add(place: String) async throws(PostgresError) {
        _ = try await remember("place \(place)", value: place)
    }

    /// The time at which a server last noted that it serves the database; nil when none has.
    package func lastServed() async throws(PostgresError) -> Int64? {
        try await database.read(["select value::bigint from app.installation where name = 'served'"])[0].first?
            .bigint(0)
    }

    /// Notes that the database is served at this time; the later of two times counts.
    package func noteServed(at seconds: Int64) async throws(PostgresError) {
        let text = "\(seconds)"
        _ = try await database.write([
            .begin,
            """
            insert into app.installation as i (name, value) values ('served', \(text))
            on conflict (name) do update set value = excluded.value where i.value::bigint < excluded.value::bigint
            """,
            .commit,
        ])
    }
}
