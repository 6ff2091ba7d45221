import ArgumentParser
import Domain
import Manage
import Persistence
import StrictJSON

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "What identity providers did and were refused, latest first.")

    private static let most = 1000

    @Option(help: "The tenant's slug.") var tenant: String
    @Flag(help: "Only what was refused.") var refused = false
    @Option(help: "Only requests with this token, revoked or not: its id, name or prefix, from `token list`.")
    var token: String?
    @Flag(help: "Sign-ins, wrong credentials and rejected requests in place of what identity providers did.")
    var security = false
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
        let scope = TenantScope(tenant: tenant.id, admission: .operator)
        if security {
            if refused { throw CommandFailure("--refused and --security do not go together.") }
            if token != nil { throw CommandFailure("--token and --security do not go together.") }
            let events = try await services.securityEvents.events(
                SecurityEventFilter(), before: start.map { SecurityEventID(rawValue: $0.rawValue) }, limit: limit,
                in: scope)
            return output.list(events.map(\.fields), empty: "Nothing has happened yet.")
        }
        var filter = ProvisioningLogFilter(outcome: refused ? .refused : .all)
        if let token { filter.token = try await services.token(token, in: scope) }
        let entries = try await services.provisioningLog.entries(filter, before: start, limit: limit, in: scope)
        let words = try ConsoleWords()
        output.list(entries.map { $0.fields(words) }, empty: "Nothing has happened yet.")
    }
}

extension SecurityEventRecord {
    fileprivate var fields: [(String, JSON)] {
        var subject: (user: JSON, connection: JSON, client: JSON) = (.null, .null, .null)
        switch event.subject {
        case .unknown, .claimed: break
        case .user(let id): subject.user = .string(id.description)
        case .plugin(let id): subject.connection = .string(pluginName ?? id.description)
        case .client(let id): subject = (.null, pluginName.map { .string($0) } ?? .null, .string(id.description))
        }
        return [
            ("id", .string(id.description)), ("at", event.at.json), ("kind", .string(event.kind.rawValue)),
            ("count", .integer(count)), ("last_at", lastAt.json), ("user_id", subject.user),
            ("user_name", userName.map { .string($0) } ?? .null), ("connection", subject.connection),
            ("client_id", subject.client), ("address", .string(event.address)), ("reason", .string(event.reason)),
            ("request_id", .string(event.requestID)),
        ]
    }
}

extension ProvisioningLogEntry {
    fileprivate func fields(_ words: ConsoleWords) -> [(String, JSON)] {
        [
            ("id", .string(id.description)), ("at", at.json), ("plugin", .string(pluginName)),
            ("subject", .string(subject)), ("subject_id", .string(subjectID)),
            ("subject_name", subjectName.map { .string($0) } ?? .null), ("action", .string(action)),
            ("reason", reason.map { .string($0) } ?? .null),
            ("next_step", remedy.map { .string(words.nextStep(for: $0)) } ?? .null),
            ("request_id", .string(requestID)),
        ]
    }
}
