package import Postgres

/// Whether the sessions of a database have the settings that the server relies on.
///
/// The client asks for them when it connects; a pooler in between drops what is asked for then.
package struct SessionCheck: Sendable {
    private let database: Database

    package init(_ database: Database) { self.database = database }

    package struct Difference: Sendable, Hashable {
        package let name: String
        package let found: String
        package let wanted: String
    }

    package func differences() async throws(PostgresError) -> [Difference] {
        // The encoding is the database's own: no session can ask for another one.
        let settings =
            database.configuration.sessionSettings.map { ($0.name, $0.value) } + [("server_encoding", "UTF8")]
        let rows = try await database.read([
            """
            select w.name, coalesce(s.setting, 'unknown'), w.value
            from unnest(\(.textArray(settings.map(\.0))), \(.textArray(settings.map(\.1)))) w(name, value)
            left join pg_settings s on s.name = w.name
            where s.setting is distinct from w.value order by 1
            """
        ])[0]
        return try rows.map { row throws(PostgresError) in
            Difference(name: try row.text(0), found: try row.text(1), wanted: try row.text(2))
        }
    }
}
