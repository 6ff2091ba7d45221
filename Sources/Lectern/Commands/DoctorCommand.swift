import ArgumentParser
import Domain
import Edge
import Foundation
import Migrations
import Persistence
import Postgres
import StrictJSON

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the database, its schema and isolation, the secret key, the clock and the disk.")

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let configuration = try LecternConfiguration(SettingSource())
        let services = Services(configuration, connection: configuration.database.forTools)
        let findings = await Examination(services).findings()
        if output.json {
            output.printJSON(
                .array(
                    findings.map {
                        .object(["check": .string($0.check), "good": .bool($0.isGood), "detail": .string($0.detail)])
                    }))
        } else {
            for finding in findings {
                print("\(finding.isGood ? "ok  " : "FAIL")  \(finding.check): \(finding.detail)")
            }
        }
        if findings.contains(where: { !$0.isGood }) { throw ExitCode.failure }
    }
}

/// The checks of `lectern doctor`.
struct Examination {
    struct Finding {
        let check: String
        let isGood: Bool
        let detail: String
    }

    private let services: Services
    private var configuration: LecternConfiguration { services.configuration }

    init(_ services: Services) { self.services = services }

    func findings() async -> [Finding] {
        var findings = [secretKeyFile(), disk()]
        do throws(PostgresError) {
            let row = try await services.database.read(["select version(), now()"])[0][0]
            let version = try row.text(0).split(separator: " ").prefix(2).joined(separator: " ")
            findings.append(
                Finding(check: "database", isGood: true, detail: "\(configuration.database.target), \(version)"))
            findings.append(clock(databaseTime: Timestamp(microseconds: try row.timestamp(1))))
            findings.append(await migrations())
            findings.append(await role())
            findings.append(await session())
            findings.append(await isolation())
            findings.append(await secretKeyOfDatabase())
            findings.append(await place())
        } catch {
            findings.append(
                Finding(
                    check: "database", isGood: false,
                    detail: DatabaseReadiness(database: services.database).sentence(error)))
        }
        return findings
    }

    private func secretKeyFile() -> Finding {
        do throws(ConfigurationError) {
            _ = try SecretKey(file: configuration.secretKeyFile, creating: false)
            return Finding(check: "secret key", isGood: true, detail: configuration.secretKeyFile.path)
        } catch { return Finding(check: "secret key", isGood: false, detail: error.description) }
    }

    private func secretKeyOfDatabase() async -> Finding {
        do {
            let key = try SecretKey(file: configuration.secretKeyFile, creating: false)
            let isTheSame = try await Installation(services.database).fits(key)
            return Finding(
                check: "secret key of this database", isGood: isTheSame,
                detail: isTheSame ? "it is this one" : Installation.mismatch(configuration.secretKeyFile.path))
        } catch { return Finding(check: "secret key of this database", isGood: false, detail: "\(error)") }
    }

    private func disk() -> Finding {
        let path = configuration.dataDirectory.path
        let attributes = try? FileManager.default.attributesOfFileSystem(
            forPath: FileManager.default.fileExists(atPath: path) ? path : ".")
        guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value else {
            return Finding(check: "disk", isGood: false, detail: "the free space of \(path) cannot be read")
        }
        return Finding(check: "disk", isGood: free >= 1 << 30, detail: "\(free >> 20) MB free at \(path), 1024 wanted")
    }

    private func clock(databaseTime: Timestamp) -> Finding {
        let skew = abs(services.environment.now().microseconds - databaseTime.microseconds) / 1_000_000
        return Finding(check: "clock", isGood: skew < 5, detail: "\(skew) s apart from the database's")
    }

    private func migrations() async -> Finding {
        do throws(Migrator.Failure) {
            let pending = try await Migrator(services.database).pending()
            let detail = pending.isEmpty ? "up to date" : "missing \(pending.map(\.name).joined(separator: ", "))"
            return Finding(check: "migrations", isGood: pending.isEmpty, detail: detail)
        } catch { return Finding(check: "migrations", isGood: false, detail: error.description) }
    }

    private func role() async -> Finding {
        do {
            try await DatabaseReadiness(database: services.database).checkRole()
            return Finding(check: "role", isGood: true, detail: "cannot bypass row-level security")
        } catch { return Finding(check: "role", isGood: false, detail: "\(error)") }
    }

    /// Through a pooler a session has the settings of its role, not those that the server asks for.
    private func session() async -> Finding {
        do throws(PostgresError) {
            let differences = try await SessionCheck(services.database).differences()
            let list = differences.map { "\($0.name) is \($0.found), not \($0.wanted)" }.joined(separator: "; ")
            return Finding(
                check: "session settings", isGood: differences.isEmpty,
                detail: differences.isEmpty
                    ? "as the server asks for them" : "\(list). Give them to the login's role (deploy/roles.sql)")
        } catch {
            return Finding(
                check: "session settings", isGood: false,
                detail: DatabaseReadiness.sentence(error, configuration.database))
        }
    }

    /// A restored or copied database is served, but the server does nothing by itself.
    private func place() async -> Finding {
        do throws(PostgresError) {
            let reason = try await PlaceCheck(services).reasonToHold(adopting: false)
            return Finding(
                check: "place", isGood: reason == nil,
                detail: reason.map { "\($0); the server does nothing by itself until `lectern resume`" }
                    ?? "the server may send mail, ask providers and resume imports")
        } catch {
            return Finding(
                check: "place", isGood: false, detail: DatabaseReadiness.sentence(error, configuration.database))
        }
    }

    /// Not what the catalogue says but what the role sees: without a tenant, nothing.
    private func isolation() async -> Finding {
        do throws(PostgresError) {
            let open = try await IsolationCheck(services.database).openTables()
            return Finding(
                check: "row-level security", isGood: open.isEmpty,
                detail: open.isEmpty
                    ? "on, forced, and in effect on every table of tenants"
                    : "not in effect on \(open.joined(separator: ", "))")
        } catch {
            return Finding(
                check: "row-level security", isGood: false,
                detail: DatabaseReadiness.sentence(error, configuration.database))
        }
    }
}
