import ArgumentParser
import Domain
import Persistence
import StrictJSON

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "What identity providers did and were refused, latest first.")

    private static let most = 1000

    @Option(help: "The tenant's slug.") var tenant: String
    @Flag(help: "Only what was refused.") var refused = false
    @Option(help: "How many lines, at most 1000.") var limit = 50
    @Option(help: "Only lines older than the one of this id.") var before: String?
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard (1...Self.most).contains(limit) else { throw CommandFailure("--limit is from 1 to \(Self.most).") }
        let services = try Services.forTools()
        let tenant = try await services.tenant(tenant)
        let start = try before.map { text in
            guard let id = ChangeID(text) else { throw CommandFailure("“\(text)” is no id of a line.") }
            return id
        }
        let entries = try await services.provisioningLog.entries(
            ProvisioningLogFilter(outcome: refused ? .refused : .all), before: start, limit: limit,
            in: TenantScope(tenant: tenant.id, admission: .operator))
        output.list(entries.map(\.fields), empty: "Nothing has happened yet.")
    }
}

extension ProvisioningLogEntry {
    fileprivate var fields: [(String, JSON)] {
        [
            ("id", .string(id.description)), ("at", at.json), ("plugin", .string(pluginName)),
            ("subject", .string(subject)), ("subject_id", .string(subjectID)), ("action", .string(action)),
            ("reason", reason.map { .string($0) } ?? .null), ("next_step", nextStep.map { .string($0) } ?? .null),
            ("request_id", .string(requestID)),
        ]
    }
}
