package import Postgres

/// PostgreSQL's planner statistics: the size and content of tables.
package struct PlannerStatistics: Sendable {
    private let database: Database

    package init(_ database: Database) { self.database = database }

    /// Takes statistics of every table that has doubled since the last ones, or has none.
    ///
    /// Sessions make new plans for such a table, also for statements that they have prepared.
    ///
    /// - Returns: the number of these tables.
    package func renew() async throws(PostgresError) -> Int {
        let rows = try await database.write(
            [.begin, .mayTakeLong, "select app.analyze_grown_tables()", .commit], mayTakeLong: true)
        return Int(try rows[2][0].bigint(0))
    }
}
