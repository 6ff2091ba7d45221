package import Postgres

/// Facts about the installation.
package struct InstallationStore: Sendable {
    private let database: Database

    package init(_ database: Database) { self.database = database }

    /// What is remembered under the name: the value given now if there was none.
    package func remember(_ name: String, value: String) async throws(PostgresError) -> String {
        let rows = try await database.write([
            .begin,
            "insert into app.installation (name, value) values (\(name), \(value)) on conflict do nothing",
            "select value from app.installation where name = \(name)",
            .commit,
        ])
        return try rows[2][0].text(0)
    }
}
