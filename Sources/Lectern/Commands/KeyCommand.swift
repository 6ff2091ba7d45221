import ArgumentParser
import Edge
import Persistence
import Postgres
import StrictJSON

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "The key of secrets at rest, and exchanging it while servers run.",
        discussion: """
            Each step is followed by a restart of every server: add a key, use it, rotate (seal again what the former key \
            has sealed), remove the former key. The runbook tells the whole.
            """,
        subcommands: [Show.self, Add.self, Use.self, Rotate.self, Remove.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the fingerprints of the keys in the file.")
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let key = try SecretKey(file: services.configuration.secretKeyFile, creating: false)
            try await services.requireFitting(key)
            output.list(
                key.fingerprints.enumerated().map { index, fingerprint in
                    [("fingerprint", .string(fingerprint)), ("seals", .bool(index == 0))]
                }, empty: "")
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a new key to the file. It opens what it has sealed; the former key goes on sealing.")
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let key = try await services.keyToChange(having: 1)
            let new = key.adding(services.environment.secretBytes())
            try new.write(to: services.configuration.secretKeyFile)
            output.show([("added", .string(new.fingerprints[1]))])
        }
    }

    struct Use: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Seal with the key that was added, once every server can open what it seals.")
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let key = try await services.keyToChange(having: 2)
            guard try await services.sealingKeyOfDatabase() == key.fingerprints[0] else {
                throw CommandFailure("The new key seals already; go on with `lectern key rotate`.")
            }
            try key.usingLast().write(to: services.configuration.secretKeyFile)
            output.show([("seals", .string(key.fingerprints[1]))])
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Seal with the new key what the former one has sealed, once every server uses the new one.")
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let key = try await services.keyToChange(having: 2)
            if try await services.sealingKeyOfDatabase() == key.fingerprints[0], try await services.isSealing(key) {
                return output.show([("resealed", 0)])
            }
            let tally = try await SecretResealing(services, key).run(writing: true)
            if tally.unreadable > 0 {
                throw CommandFailure(
                    "\(tally.unreadable) secrets can be opened with neither key; the former one stays.")
            }
            do throws(PostgresError) {
                try await InstallationStore(services.database).replace("secret-key", with: key.fingerprints[0])
            } catch { throw CommandFailure(DatabaseReadiness(database: services.database).sentence(error)) }
            output.show([("resealed", .integer(Int64(tally.resealed)))])
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep only the key that seals, once nothing in the database is sealed with the other.")
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let key = try await services.keyToChange(having: 2)
            guard try await services.sealingKeyOfDatabase() == key.fingerprints[0], try await services.isSealing(key)
            else { throw CommandFailure("The former key has sealed something; run `lectern key rotate` first.") }
            try key.keepingFirst().write(to: services.configuration.secretKeyFile)
            output.show([("removed", .string(key.fingerprints[1]))])
        }
    }
}

extension Services {
    /// The keys in the file, if there are as many as a step of the exchange begins with.
    fileprivate func keyToChange(having count: Int) async throws -> SecretKey {
        let key = try SecretKey(file: configuration.secretKeyFile, creating: false)
        try await requireFitting(key)
        guard key.fingerprints.count == count else {
            throw CommandFailure(
                count == 1
                    ? "An exchange is under way: the file holds more than one key."
                    : "The file holds one key; begin with `lectern key add`.")
        }
        return key
    }

    /// The fingerprint of the key with which everything in the database is known to be sealed.
    fileprivate func sealingKeyOfDatabase() async throws -> String {
        do throws(PostgresError) {
            return try await InstallationStore(database).remember("secret-key", value: "")
        } catch { throw CommandFailure(DatabaseReadiness(database: database).sentence(error)) }
    }

    /// Whether nothing is sealed with another key than the first.
    fileprivate func isSealing(_ key: SecretKey) async throws -> Bool {
        let tally = try await SecretResealing(self, key).run(writing: false)
        return tally.resealed == 0 && tally.unreadable == 0
    }
}
