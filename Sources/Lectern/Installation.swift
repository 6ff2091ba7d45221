import Domain
import Foundation
import Migrations
import Persistence
import Postgres

/// The facts that this installation remembers about itself.
struct Installation: Sendable {
    private let database: Database

    init(_ database: Database) { self.database = database }

    static func mismatch(_ path: String) -> String {
        "The secret key in \(path) is not the one this database was set up with; put the right file back, or secrets stay sealed."
    }

    /// Whether secrets of this database were sealed with one of the keys; the first one that asks becomes the one.
    func fits(_ key: SecretKey) async throws(PostgresError) -> Bool {
        let known = try await InstallationStore(database).remember("secret-key", value: key.fingerprints[0])
        return key.fingerprints.contains(known)
    }
}

extension Services {
    func requireMigrated() async throws {
        let pending: [String]
        do throws(Migrator.Failure) { pending = try await Migrator(database).pending().map(\.name) } catch {
            if case .database(let cause) = error, let outage = DatabaseOutage(cause, configuration.database) {
                throw outage
            }
            throw CommandFailure("\(error.description) Run `lectern migrate` first.")
        }
        if !pending.isEmpty {
            throw CommandFailure("The database lacks \(pending.joined(separator: ", ")); run `lectern migrate` first.")
        }
    }

    func requireFitting(_ key: SecretKey) async throws {
        let fits: Bool
        do throws(PostgresError) { fits = try await Installation(database).fits(key) } catch {
            if let outage = DatabaseOutage(error, configuration.database) { throw outage }
            throw CommandFailure(DatabaseReadiness.sentence(error, configuration.database))
        }
        if !fits { throw CommandFailure(Installation.mismatch(configuration.secretKeyFile.path)) }
    }

    func adoptSecretKey() async throws -> SecretKey {
        let key = try SecretKey(file: configuration.secretKeyFile, creating: true)
        try await requireFitting(key)
        return key
    }
}
