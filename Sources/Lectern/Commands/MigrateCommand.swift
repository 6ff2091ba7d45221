import ArgumentParser
import Persistence
import Postgres
import StrictJSON

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database's schema up to date.")

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let configuration = try LecternConfiguration(SettingSource())
        let database = Database(configuration: configuration.migrationDatabase.forMigrations, reactors: [Reactor()])
        let applied: [String]
        do throws(Migrator.Failure) { applied = try await Migrator(database).run() } catch {
            if case .database(let cause) = error {
                throw CommandFailure(DatabaseReadiness.sentence(cause, configuration.migrationDatabase))
            }
            throw error
        }
        if output.json { return output.printJSON(.object(["applied": .array(applied.map { .string($0) })])) }
        print(applied.isEmpty ? "The schema is up to date." : "Applied \(applied.joined(separator: ", ")).")
    }
}

extension PostgresConfiguration {
    /// One connection, whoever logs in, and the time that building an index takes.
    var forMigrations: PostgresConfiguration {
        var configuration = forTools
        configuration.role = nil
        configuration.exchangeTimeout = .seconds(900)
        configuration.statementTimeout = .seconds(600)
        configuration.preparesStatements = false
        return configuration
    }

    /// A command needs one connection of each kind.
    var forTools: PostgresConfiguration {
        var configuration = self
        configuration.applicationName = "lectern-cli"
        configuration.readConnections = 1
        configuration.scanConnections = 1
        configuration.writeConnections = 1
        configuration.queueWait = .seconds(3)
        return configuration
    }
}
