import Domain
import Edge
import HTTPTypes
import StrictJSON

/// The security log: who signed in, what was tried and refused, from where.
struct SecurityLogController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private static let pageLength = 50

    func log(_ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> ConsoleAnswer {
        let form = SecurityLogForm(request.query, request.words)
        let before = request.query["before"].flatMap { SecurityEventID($0) }
        let events = try await events(form, before: before, limit: Self.pageLength + 1, user)
        return page(form, events, request)
    }

    /// The lines that the form asks for; none where it asks for nothing that can be looked for.
    private func events(
        _ form: SecurityLogForm, before: SecurityEventID?, limit: Int, _ user: SignedInUser
    ) async throws(DomainError) -> [SecurityEventRecord] {
        guard form.problem == nil, let filter = try await filter(form, user) else { return [] }
        return try await parts.security.events.events(
            filter, before: before, limit: limit, in: user.scope(.manageIntegration))
    }

    private func page(
        _ form: SecurityLogForm, _ events: [SecurityEventRecord], _ request: ConsoleRequest
    ) -> ConsoleAnswer {
        let shown = events.prefix(Self.pageLength)
        let path = "\(request.base)/\(PageFrame.Section.security.path)"
        var content = form.json
        content["rows"] = .array(shown.map { row($0, request) })
        content["isEmpty"] = .bool(shown.isEmpty && form.problem == nil)
        content["empty"] = .string(request.words[form.isNarrow ? "log.noneFound" : "security.empty"])
        if events.count > Self.pageLength, let last = shown.last {
            content["older"] = .string("\(path)?\(form.choice)&before=\(last.id)")
        }
        if !shown.isEmpty {
            content["limit"] = .string(request.words["log.exportLimit", ["n": request.words.number(LogFile.mostLines)]])
            content["csv"] = .string("\(path).csv?\(form.choice)")
            content["json"] = .string("\(path).json?\(form.choice)")
        }
        return .page(
            "security", title: request.words["security.title"], content, section: .security,
            status: form.problem == nil ? .ok : .unprocessableContent, isError: form.problem != nil)
    }

    func export(
        _ format: String, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws(DomainError) -> ConsoleAnswer {
        let form = SecurityLogForm(request.query, request.words)
        if form.problem != nil { return page(form, [], request) }
        let events = try await events(form, before: nil, limit: LogFile.mostLines, user)
        let lines = events.map { SecurityExportRow(record: $0, request: request).cells }
        return LogFile(name: "security-log", columns: SecurityExportRow.columns, lines: lines).answer(format)
    }

    /// The filter of the form with the person's id; nil when there is no such person.
    private func filter(
        _ form: SecurityLogForm, _ user: SignedInUser
    ) async throws(DomainError) -> SecurityEventFilter? {
        var filter = form.filter
        guard let person = form.person else { return filter }
        let found = try await parts.provisioningLog.subjects(named: person, in: user.scope(.manageIntegration))
        filter.user = found.lazy.compactMap { UserID($0) }.first ?? UserID(person.lowercased())
        return filter.user == nil ? nil : filter
    }

    private func row(_ record: SecurityEventRecord, _ request: ConsoleRequest) -> JSON {
        let (event, words) = (record.event, request.words)
        var object: JSONObject = [
            "kind": .string(words["securityKind.\(event.kind.rawValue)"]), "isBad": .bool(event.kind.isRefusal),
            "reason": event.reason(in: words).map { .string($0) } ?? .null,
            "code": event.reason.isEmpty ? .null : .string(event.reason), "at": request.moment(event.at),
            "source": event.address.isEmpty ? .null : .string(event.address), "times": .null, "lastAt": .null,
            "requestID": .string(event.requestID), "person": .null, "href": .null,
        ]
        if record.count > 1 {
            object["times"] = .string(words["security.times", ["n": "\(record.count)"]])
            object["lastAt"] = request.moment(record.lastAt)
        }
        switch event.subject {
        case .unknown: break
        case .user(let id):
            object["person"] = .string(record.userName ?? id.description)
            if record.userName != nil { object["href"] = .string("\(request.base)/manage/users/\(id)") }
        case .claimed(let hash):
            object["person"] = .string(words["security.claimed", ["hash": Self.digits(of: hash)]])
        case .plugin, .client: object["person"] = .string(record.pluginName ?? words["actor.deletedPlugin"])
        }
        return .object(object)
    }

    /// The beginning of a hash, by which equal names are told from others.
    fileprivate static func digits(of hash: [UInt8]) -> String {
        hash.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// A line of the security log as it is exported.
private struct SecurityExportRow {
    static let columns = [
        "at", "last_at", "count", "event", "subject_kind", "subject_id", "subject_name", "address", "reason",
        "request_id",
    ]

    let record: SecurityEventRecord
    let request: ConsoleRequest

    var cells: [String] {
        let (event, words, subject) = (record.event, request.words, self.subject)
        return [
            iso(event.at), iso(record.lastAt), "\(record.count)", words["securityKind.\(event.kind.rawValue)"],
            subject.kind, subject.id, subject.name, event.address,
            event.reason(in: words) ?? event.reason, event.requestID,
        ]
    }

    private func iso(_ time: Timestamp) -> String { Moment(time: time, now: request.now, words: request.words).iso }

    /// A name that no user has is exported as its hash.
    private var subject: (kind: String, id: String, name: String) {
        switch record.event.subject {
        case .unknown: ("", "", "")
        case .user(let id): ("user", id.description, record.userName ?? "")
        case .claimed(let hash): ("unknown", SecurityLogController.digits(of: hash), "")
        case .plugin(let id): ("plugin", id.description, record.pluginName ?? "")
        case .client(let id): ("client", id.description, record.pluginName ?? "")
        }
    }
}

extension SecurityEvent {
    /// The reason in words; nil for one that only its code tells. A refused sign-in names the SAML rule that failed.
    fileprivate func reason(in words: Catalogue) -> String? {
        kind == .signInRefused ? words.known("samlFailed.\(reason)") : words.known("securityReason.\(reason)")
    }
}

extension SecurityEvent.Kind {
    /// Whether something was wrong or refused.
    fileprivate var isRefusal: Bool {
        switch self {
        case .signInRefused, .wrongPassword, .wrongCode, .wrongConfirmation, .tokenRefused, .foreignForm, .forbidden,
            .throttled:
            true
        case .signedIn, .signedOut, .sessionsEnded, .passwordChanged, .passwordLinkSent, .secondFactorChanged: false
        }
    }
}

/// The form above the security log: which lines are wanted, and what is wrong with it.
private struct SecurityLogForm {
    private let query: Form
    private let words: Catalogue
    /// Without the person, whom only the tenant's users tell.
    let filter: SecurityEventFilter
    let problem: (field: String, key: String)?

    init(_ query: Form, _ words: Catalogue) {
        self.query = query
        self.words = words
        let days = ["from", "to"].map { field in query.text(field).map { (field: field, day: Day($0)) } }
        filter = SecurityEventFilter(
            kind: query.text("kind").flatMap { SecurityEvent.Kind(rawValue: $0) },
            address: query.text("address").map { NetworkAddress($0)?.description ?? $0 }, from: days[0]?.day?.start,
            until: days[1]?.day?.end)
        if query.text("kind") != nil, filter.kind == nil {
            problem = ("kind", "log.choiceProblem")
        } else if let broken = days.compactMap(\.self).first(where: { $0.day == nil }) {
            problem = (broken.field, "log.\(broken.field)Problem")
        } else if let from = filter.from, let until = filter.until, until <= from {
            problem = ("to", "log.orderProblem")
        } else {
            problem = nil
        }
    }

    /// A user name, an e-mail address or an id.
    var person: String? { query.text("person") }

    var isNarrow: Bool { person != nil || filter != SecurityEventFilter() }

    /// As links carry it to other pages.
    var choice: String {
        ["kind", "person", "address", "from", "to"].compactMap { field in
            query.text(field).map { "\(field)=\(PercentEncoding.encode($0))" }
        }.joined(separator: "&")
    }

    var json: JSONObject {
        [
            "kinds": .array(
                SecurityEvent.Kind.allCases.map { kind in
                    [
                        "value": .string(kind.rawValue), "text": .string(words["securityKind.\(kind.rawValue)"]),
                        "isChosen": .bool(kind == filter.kind),
                    ]
                }),
            "wanted": .string(person ?? ""), "address": .string(query["address"] ?? ""),
            "from": .string(query["from"] ?? ""), "to": .string(query["to"] ?? ""),
            "problem": problem.map { .string(words[$0.key]) } ?? .null,
            "problemField": problem.map { .string($0.field) } ?? .null,
        ]
    }
}
