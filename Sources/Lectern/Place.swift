import Crypto
import Domain
import Edge
import Foundation
import Persistence
import Postgres

/// The place in which a database is served: the cluster, the servers that the URL names, and the database in it. On the
/// machine itself the machine belongs to it. A copy or a restored backup is served in another place.
struct Place {
    let name: String

    init(systemIdentifier: String, _ configuration: PostgresConfiguration, machine: String) {
        let parts = [systemIdentifier, configuration.isOnThisMachine ? machine : "", configuration.databaseName]
        name = SHA256.hash(data: Data((parts + configuration.serverNames).joined(separator: "\n").utf8))
            .prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 0xF, radix: 16) }.joined()
    }

    static var thisMachine: String {
        (try? String(contentsOfFile: "/etc/machine-id", encoding: .utf8)) ?? ProcessInfo.processInfo.hostName
    }
}

/// Finds out whether a database is the one that has been served before, or a copy of it or an older state.
///
/// The database holds the places in which it was served and the time at which that was noted last. The server keeps that
/// time in its data directory as well: a database that was put back to an earlier state is behind it.
struct PlaceCheck {
    private let services: Services
    private var store: InstallationStore { InstallationStore(services.database) }

    /// The most that a database may be behind: more than a failover to an asynchronous standby loses.
    private static let tolerance: Int64 = 300

    init(_ services: Services) { self.services = services }

    /// The reason why the server should not act by itself; nil when it may.
    ///
    /// - Parameter adopting: a database that has never been served is from now on.
    func reasonToHold(adopting: Bool) async throws(PostgresError) -> String? {
        let place = try await place()
        let known = try await store.places()
        if known.isEmpty, adopting { try await store.add(place: place.name) }
        if !known.isEmpty, !known.contains(place.name) {
            return "the database was served in another place before, so it may be a copy or a restored backup"
        }
        if let seen = lastSeen(place), (try await store.lastServed() ?? 0) + Self.tolerance < seen {
            return "the database is older than this server has seen it, so it was restored from a backup"
        }
        return nil
    }

    /// From now on the database is served here.
    func adopt() async throws(PostgresError) {
        try await store.add(place: try await place().name)
        try await noteServed()
    }

    func noteServed() async throws(PostgresError) {
        let now = services.environment.now().microseconds / 1_000_000
        try await store.noteServed(at: now)
        let file = file(try await place())
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        // A directory that nothing can be written to only costs the second of the two checks.
        try? Data("\(now)\n".utf8).write(to: file, options: .atomic)
    }

    private func lastSeen(_ place: Place) -> Int64? {
        (try? String(contentsOf: file(place), encoding: .utf8)).flatMap {
            Int64($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    private func file(_ place: Place) -> URL {
        services.configuration.dataDirectory.appendingPathComponent("served-\(place.name)")
    }

    private func place() async throws(PostgresError) -> Place {
        var system = ""
        do throws(PostgresError) { system = try await store.systemIdentifier() } catch {
            // Some providers keep the function to themselves; what else makes the place has to do.
            if DatabaseOutage(error, services.configuration.database) != nil { throw error }
        }
        return Place(systemIdentifier: system, services.configuration.database, machine: Place.thisMachine)
    }
}
