import Domain
import Edge
import HTTPTypes
import Hummingbird
import LecternTesting
import Logging
import Manage
import NIOCore
import NIOEmbedded
import Persistence
import Postgres
import SAMLAdapter

/// A tenant of its own with an Owner, and a browser that keeps its cookie and sends forms.
final class Browser {
    struct Answer {
        let status: Int
        let headers: HTTPFields
        let text: String

        var location: String { headers[.location] ?? "" }

        /// The page is refused, and its problem leads to this field, which is there.
        func refuses(_ field: String) -> Bool {
            status == 422 && text.contains("<a href=\"#\(field)\">") && text.contains("id=\"\(field)\"")
        }

        /// The value of the first field of this name in the page.
        func field(_ name: String) -> String? {
            guard let start = text.firstRange(of: "name=\"\(name)\" value=\"")?.upperBound else { return nil }
            return String(text[start...].prefix { $0 != "\"" })
        }
    }

    static let password = "seven grey herons wade"
    static let origin = "https://lectern.example"

    let test: TestDatabase
    let tenant: Tenant
    var base: String { "/t/\(tenant.slug)" }
    var cookie: String?
    /// The cookie that binds the step between password and code to this browser.
    var stepCookie: String?
    /// Says yes to whatever is asked before it is done.
    var isSure = true
    /// A token that comes along, as identity providers send it.
    var bearer: String?
    /// The client's address, where it is not this machine's.
    var address: String?
    /// The name by which it asks.
    var host = "lectern.example"
    let courier: MailCourier
    let securityLog: SecurityLog
    let hasher: PasswordHasher
    /// As the console takes it.
    var now: Timestamp { clock() }
    private let clock: @Sendable () -> Timestamp
    private let responder: ManageResponder

    /// - Parameters:
    ///   - clockStands: time passes for nobody, so that a slow machine changes nothing.
    ///   - metadata: what addresses of metadata answer.
    ///   - txtRecords: what DNS answers.
    init(
        tenant: Tenant? = nil, secondsAhead: Int64 = 0, clockStands: Bool = false,
        transport: (any MailTransport)? = nil,
        metadata: @escaping ConsoleParts.MetadataFetch = { _ throws(DownloadProblem) in throw .noAnswer },
        txtRecords: @escaping DomainChanges.TXTRecords = { _ in [] }
    ) async throws {
        test = try await TestDatabase.shared()
        if let tenant { self.tenant = tenant } else { self.tenant = try await test.makeTenant() }
        var environment = Edge.Environment.system
        let start = Edge.Environment.system.now()
        clock = { (clockStands ? start : Edge.Environment.system.now()).adding(seconds: secondsAhead) }
        environment.now = clock
        let address = TenantAddress(publicURL: Self.origin, baseDomain: nil)
        courier = try MailCourier(
            mails: test.mails, tenants: test.tenants, signIn: test.signIn, transport: transport ?? Mailbox(),
            address: address, environment: environment,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        securityLog = SecurityLog(
            repository: test.securityEvents, attempts: test.attempts, environment: environment,
            metrics: PrometheusRegistry(), logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        hasher = PasswordHasher(environment: environment)
        responder = try ManageResponder(
            ConsoleParts(
                tenants: test.tenants, integration: test.integration, clients: test.clients, users: test.users,
                groups: test.groups,
                linkReviews: test.linkReviews, signIn: test.signIn, provisioningLog: test.provisioningLog,
                roles: test.users, history: test.history, imports: test.imports,
                secondFactors: test.secondFactors, mails: test.mails, saml: test.saml, metadata: MetadataReader(),
                fetchMetadata: metadata,
                publishNextKey: { [test] connection in
                    let key = try await ConnectionKeys.make(
                        .next, for: connection, sealer: Sealer(key: [UInt8](repeating: 6, count: 32)),
                        environment: .system)
                    _ = try await test.saml.add(key, to: connection)
                }, courier: courier,
                domains: test.domains, txtRecords: txtRecords, address: address,
                hasher: hasher,
                security: ConsoleSecurity(
                    attempts: test.attempts, steps: test.signInSteps, log: securityLog, events: test.securityEvents,
                    names: KeyedHash(key: [UInt8](repeating: 7, count: 32))),
                formToken: FormToken(key: [UInt8](repeating: 3, count: 32)),
                sealer: Sealer(key: [UInt8](repeating: 4, count: 32)),
                ticketSealer: Sealer(key: [UInt8](repeating: 5, count: 32)),
                environment: environment, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
    }

    /// A page of signing in by a company.
    func text(of page: SAMLPage) async throws -> String {
        let request = Request(
            head: HTTPRequest(method: .get, scheme: nil, authority: "lectern.example", path: "/"),
            body: .init(buffer: ByteBuffer()))
        return try await Self.text(responder.page(page, of: tenant, for: request))
    }

    /// Requests that may be as large as a file of users.
    var uploads: LargeBodies { responder.uploads(HTTPLimits()) }

    func resumeImports() async { await responder.resumeImports(of: [tenant]) }

    /// A user with the role, and a password.
    func makeUser(_ name: String, _ role: Role) async throws -> UserID {
        let id = UserID(rawValue: TestDatabase.identifiers.next())
        _ = try await test.users.create(
            NewUser(
                id: id, source: nil, attributes: .named(name, emails: [name]), role: role,
                change: TestDatabase.change(.create, .user(id)), mapsGroups: false),
            in: TenantScope(tenant: tenant.id, admission: .operator))
        try await test.signIn.setPassword(
            try await PasswordHasher(environment: .system).hash(Self.password), of: id,
            change: TestDatabase.change(.setPassword, .user(id)),
            in: TenantScope(tenant: tenant.id, admission: .operator))
        return id
    }

    func signedIn(as name: String = "owner@x.example", _ role: Role = .owner) async throws -> UserID {
        let id = try await makeUser(name, role)
        let answer = await signIn(name)
        precondition(answer.status == 303, "sign-in failed: \(answer.status)")
        return id
    }

    @discardableResult
    func signIn(_ name: String, _ password: String = Browser.password, next: String? = nil) async -> Answer {
        var fields = ["name": name, "password": password]
        fields["next"] = next
        return await post("login", fields, token: nil)
    }

    func get(_ path: String, headers: HTTPFields = [:]) async -> Answer { await send(.get, path, nil, headers) }

    /// Sends a form as our pages do; with the form token of the session unless told otherwise.
    func post(
        _ path: String, _ fields: [String: String] = [:], token: String? = "session", origin: String? = Browser.origin
    ) async -> Answer {
        var fields = fields
        if isSure { fields["confirmed"] = "on" }
        if token == "session" {
            fields["form_token"] = await get("manage/account").field("form_token")
        } else {
            fields["form_token"] = token
        }
        let body = fields.map { "\(PercentEncoding.encode($0))=\(PercentEncoding.encode($1))" }.joined(separator: "&")
        var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        headers[.origin] = origin
        return await send(.post, path, body, headers)
    }

    /// Sends a form with a file, as browsers do.
    func upload(_ path: String, _ fields: [String: String] = [:], file: String, name: String = "people.csv") async
        -> Answer
    {
        var fields = fields
        fields["form_token"] = await get("manage/account").field("form_token")
        var body = ""
        for (key, value) in fields {
            body += "--b0undary\r\nContent-Disposition: form-data; name=\"\(key)\"\r\n\r\n\(value)\r\n"
        }
        body += "--b0undary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n"
        body += "Content-Type: text/csv\r\n\r\n\(file)\r\n--b0undary--\r\n"
        return await send(
            .post, path, body, [.contentType: "multipart/form-data; boundary=b0undary", .origin: Self.origin])
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, _ headers: HTTPFields = [:]
    ) async -> Answer {
        let (request, parts, context) = request(method, path, body, headers)
        let response = await responder.respond(
            to: request, slug: Substring("\(tenant.slug)"), path: parts, context: context)
        if let set = response.headers[.setCookie] {
            let pair = String(set.prefix { $0 != ";" })
            if pair.hasPrefix("__Host-lectern_step-") {
                stepCookie = pair
            } else {
                cookie = pair.hasSuffix("=") ? nil : pair
            }
        }
        let text = (try? await Self.text(response)) ?? ""
        return Answer(status: response.status.code, headers: response.headers, text: text)
    }

    /// Sends the same form many times side by side, by turns to this console and to those of other processes.
    func postTogether(
        _ times: Int, _ path: String, _ fields: [String: String], and others: [Browser] = []
    ) async -> [Int] {
        let body = fields.map { "\(PercentEncoding.encode($0))=\(PercentEncoding.encode($1))" }.joined(separator: "&")
        let headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .origin: Self.origin]
        let responders = [responder] + others.map(\.responder)
        let slug = Substring("\(tenant.slug)")
        return await withTaskGroup(of: Int.self) { group in
            for index in 0..<times {
                let (request, parts, context) = request(.post, path, body, headers)
                group.addTask {
                    await responders[index % responders.count].respond(
                        to: request, slug: slug, path: parts, context: context
                    ).status.code
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// The events of the security log, the oldest first.
    func securityEvents(_ kind: SecurityEvent.Kind? = nil) async throws -> [SecurityEventRecord] {
        await securityLog.write()
        return try await test.securityEvents.events(
            SecurityEventFilter(kind: kind), before: nil, limit: 1000,
            in: TenantScope(tenant: tenant.id, admission: .operator)
        ).reversed()
    }

    private func request(
        _ method: HTTPRequest.Method, _ path: String, _ body: String?, _ headers: HTTPFields
    ) -> (Request, [String], EdgeContext) {
        let path = path.hasPrefix("/") ? String(path.dropFirst(base.count + 1)) : path
        var head = HTTPRequest(method: method, scheme: nil, authority: host, path: "\(base)/\(path)")
        head.headerFields = headers
        let cookies = [cookie, stepCookie].compactMap(\.self)
        if !cookies.isEmpty { head.headerFields[.cookie] = cookies.joined(separator: "; ") }
        if let bearer { head.headerFields[.authorization] = "Bearer \(bearer)" }
        let channel = NIOAsyncTestingChannel()
        var context = EdgeContext(
            source: .init(channel: channel, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
        if let address { context.clientAddress = address }
        let request = Request(head: head, body: .init(buffer: ByteBuffer(string: body ?? "")))
        return (request, path.split(separator: "?")[0].split(separator: "/").map(String.init), context)
    }

    private static func text(_ response: Response) async throws -> String {
        let writer = CollectingWriter()
        try await response.body.write(writer)
        return writer.text
    }
}

private final class CollectingWriter: ResponseBodyWriter, @unchecked Sendable {
    var text = ""
    func write(_ buffer: ByteBuffer) async throws { text += String(buffer: buffer) }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

extension Browser {
    /// Ages the tenant's counters of attempts.
    func passTime(_ seconds: Int64) async throws {
        _ = try await test.superuser.write([
            """
            update app.attempts set last_at = last_at - \(seconds) * interval '1 second',
                next_at = next_at - \(seconds) * interval '1 second'
            where tenant_id = \(.uuid(tenant.id.rawValue))
            """
        ])
    }
}
