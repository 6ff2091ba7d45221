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
        output.list(entries.map(\.fields), empty: "Nothing has happened yet.")
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
    fileprivate var fields: [(String, JSON)] {
        [
            ("id", .string(id.description)), ("at", at.json), ("plugin", .string(pluginName)),
            ("subject", .string(subject)), ("subject_id", .string(subjectID)),
            ("subject_name", subjectName.map { .string($0) } ?? .null), ("action", .string(action)),
            ("reason", reason.map { .string($0) } ?? .null),
            ("next_step", remedy.map { .string($0.sentence) } ?? .null),
            ("request_id", .string(requestID)),
        ]
    }
}

extension ProvisioningLogEntry.Remedy {
    fileprivate var sentence: String {
        switch self {
        case .credentials: "Make a token and paste it into the identity provider."
        case .connection: "Do what the reason names; until then the identity provider gets nothing done."
        case .taken:
            "Look for the user or group that has this value already, and link it or change the value on either side."
        case .conflict: "Resolve what the reason names; the identity provider will try again."
        case .filter: "Choose another matching attribute in the identity provider."
        case .readOnly: "Take this attribute out of the identity provider's mapping; it cannot be written."
        case .value: "Correct the value, or its mapping, in the identity provider."
        case .forbidden:
            "Approve the link if the reason says that it waits (`review`), change the policy of the connection, or give "
                + "the user back to its source."
        case .gone: "It was deleted here; restart provisioning for it in the identity provider."
        case .stale: "Nothing: somebody else was faster, and the identity provider will try again."
        case .large: "Let the identity provider send fewer or smaller things at once."
        case .other: "Nothing here; if it happens again, quote the request id to support."
        }
    }
}
