import Persistence
import Postgres

/// The conditions for the server's start, and for its readiness while it runs.
struct DatabaseReadiness: Sendable {
    let database: Database

    /// The role of our sessions must not be able to see past row-level security.
    ///
    /// - Throws: `DatabaseOutage` when the database cannot be asked, `ConfigurationError` when the role is not fit.
    func checkRole() async throws {
        do throws(PostgresError) {
            let row = try await database.read([
                """
                select current_user::text, r.rolsuper or r.rolbypassrls,
                    exists (select from pg_class c where c.relowner = r.oid and c.relnamespace = to_regnamespace('app'))
                from pg_roles r where r.rolname = current_user
                """
            ])[0][0]
            let role = try row.text(0)
            if try row.boolean(1) {
                throw PostgresError.unexpectedResult("The database role \(role) bypasses row-level security")
            }
            if try row.boolean(2) {
                throw PostgresError.unexpectedResult("The database role \(role) owns tables of the schema")
            }
        } catch {
            if case .unexpectedResult(let reason) = error {
                throw ConfigurationError("\(reason), so tenants would not be kept apart; use the role lectern_app.")
            }
            if let outage = DatabaseOutage(error, database.configuration) { throw outage }
            throw ConfigurationError(Self.sentence(error, database.configuration))
        }
    }

    /// The reason why no server lets the login in, and what has to be corrected.
    static func sentence(_ refusal: LoginRefusal, _ configuration: PostgresConfiguration) -> String {
        let url = Setting.databaseURL.name
        let correction =
            switch refusal.cause {
            case .password: "correct the user or the password in \(url)"
            case .noPassword: "add the password to \(url)"
            case .user: "correct the user in \(url), or allow it to log in (alter role, pg_hba.conf)"
            case .database: "create the database, or correct its name in \(url)"
            case .privilege: "grant the user in \(url) what deploy/roles.sql grants"
            case .session: "run `lectern migrate`, or correct \(Setting.databaseRole.name) or the options in \(url)"
            }
        return "The \(configuration.target) refuses the login (\(refusal.message)): \(correction)."
    }

    /// The reason why the database gave no answer; where no server lets the login in, with what has to be corrected.
    func sentence(_ error: PostgresError) -> String {
        database.loginRefusal.map { Self.sentence($0, database.configuration) }
            ?? Self.sentence(error, database.configuration)
    }

    static func sentence(_ error: PostgresError, _ configuration: PostgresConfiguration) -> String {
        switch error {
        case .unavailable(let reason), .connectionLost(let reason):
            "The \(configuration.target) cannot be reached: \(reason)"
        case .server(let state, let message, _): "The \(configuration.target) refused: \(message) (\(state.rawValue))."
        case .rolledBack, .unexpectedResult, .closed: "The \(configuration.target) gave no usable answer: \(error)."
        }
    }
}
