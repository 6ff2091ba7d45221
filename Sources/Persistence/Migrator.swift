import Crypto
package import Migrations
package import Postgres

/// Brings the schema up to date: forward only, one migration a transaction, never two runners at once.
package struct Migrator: Sendable {
    private let database: Database
    private let migrations: [Migration]

    package init(_ database: Database, migrations: [Migration] = Migration.all) {
        self.database = database
        self.migrations = migrations
    }

    package enum Failure: Error, Sendable, CustomStringConvertible {
        /// A file was changed after it had been applied here.
        case changed(String)
        /// The database is ahead of this program.
        case unknown(String)
        case failed(String, PostgresError)
        case database(PostgresError)

        package var description: String {
            switch self {
            case .changed(let name): "Migration \(name) differs from the one that was applied to this database."
            case .unknown(let name):
                "The database has migration \(name), which this program does not know; it is older."
            case .failed(let name, .server(let state, let message, let statement)):
                "Migration \(name) failed at its statement \(statement): \(message) (\(state.rawValue))."
            case .failed(let name, let error): "Migration \(name) failed: \(error)."
            case .database(.server(let state, let message, _)): "PostgreSQL refused: \(message) (\(state.rawValue))."
            case .database(.unavailable(let reason)): "The database cannot be reached: \(reason)."
            case .database(let error): "The database failed: \(error)."
            }
        }
    }

    /// The names of the migrations that were applied now.
    package func run() async throws(Failure) -> [String] {
        try await prepare()
        var applied: [String] = []
        // Each round looks again under the lock: another runner may have been faster.
        while let next = try await pending().first {
            if try await apply(next) { applied.append(next.name) }
        }
        return applied
    }

    /// The migrations that this database does not have yet, in order.
    package func pending() async throws(Failure) -> [Migration] {
        let done = try await applied()
        for migration in migrations {
            if let checksum = done[migration.name], checksum != migration.checksum { throw .changed(migration.name) }
        }
        let known = Set(migrations.map(\.name))
        if let unknown = done.keys.sorted().first(where: { !known.contains($0) }) { throw .unknown(unknown) }
        return migrations.filter { done[$0.name] == nil }
    }

    /// One runner at a time; the number is ours alone. It is let go with the transaction.
    private static let lock: PostgresQuery = "select pg_advisory_xact_lock(7238461095)"

    /// The record of what was applied lives outside the schema that the first migrations create.
    private func prepare() async throws(Failure) {
        do throws(PostgresError) {
            _ = try await database.write([
                .begin,
                "set local client_min_messages = warning",
                Self.lock,
                "create schema if not exists lectern_migrations",
                """
                create table if not exists lectern_migrations.applied (
                    name text collate "C" not null primary key,
                    checksum text not null,
                    applied_at timestamptz not null default now()
                )
                """,
                // Names and checksums, for the server to see whether the schema is the one it knows.
                "grant usage on schema lectern_migrations to public",
                "grant select on lectern_migrations.applied to public",
                .commit,
            ])
        } catch {
            // A login without the right to create a schema finds it there: what counts is that it can be read.
            _ = try await applied()
        }
    }

    private func applied() async throws(Failure) -> [String: String] {
        do throws(PostgresError) {
            let rows = try await database.read(["select name, checksum from lectern_migrations.applied"])[0]
            var applied: [String: String] = [:]
            for index in 0..<rows.count { applied[try rows[index].text(0)] = try rows[index].text(1) }
            return applied
        } catch { throw .database(error) }
    }

    /// False when another runner has applied it meanwhile.
    private func apply(_ migration: Migration) async throws(Failure) -> Bool {
        let statements = SQLStatements.split(migration.sql).map { PostgresQuery(unsafeSQL: $0) }
        // The second holder of the lock fails on the primary key and leaves everything as the first one made it.
        let opening: [PostgresQuery] =
            [
                .begin,
                "set local lock_timeout = '10s'",
                "set local statement_timeout = '10min'",
                Self.lock,
                "insert into lectern_migrations.applied (name, checksum) values (\(migration.name), \(migration.checksum))",
            ] + (migration.name == Migration.roles ? [] : ["set local role lectern_owner"])
        do throws(PostgresError) {
            try await write(opening + statements + [.commit])
            return true
        } catch {
            if error.sqlState == .uniqueViolation { return false }
            if case .server(let state, let message, let statement) = error {
                throw .failed(
                    migration.name, .server(state, message: message, statement: statement - opening.count + 1))
            }
            throw .failed(migration.name, error)
        }
    }

    /// How often a migration is tried that others get in the way of.
    private static let attempts = 30

    /// Roles belong to the whole cluster, the lock to one database: runners of two databases at once can meet there,
    /// and one of them begins again.
    private func write(_ transaction: [PostgresQuery]) async throws(PostgresError) {
        for _ in 1..<Self.attempts {
            do throws(PostgresError) {
                _ = try await database.write(transaction)
                return
            } catch {
                if !Self.hasLostRace(error) { throw error }
            }
            // One of those that met has been applied, so each pause brings one of them further.
            try? await Task.sleep(for: .milliseconds(20))
        }
        _ = try await database.write(transaction)
    }

    private static func hasLostRace(_ error: PostgresError) -> Bool {
        guard case .server(let state, let message, _) = error else { return false }
        // PostgreSQL has no state of its own for rows of its catalogs that two change at once.
        return state.conditionClass == "40" || state == "XX000" && message.contains("tuple concurrently updated")
    }
}

extension Migration {
    /// Makes the roles, so it alone runs as whoever logs in; the others belong to `lectern_owner`.
    static let roles = "0001_roles"

    /// SHA-256 of the file, in hexadecimal.
    var checksum: String {
        SHA256.hash(data: sql).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }
}
