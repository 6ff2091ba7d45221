import Domain
import Edge
import Foundation
import HTTPTypes
import Hummingbird
import LecternTesting
import Logging
import Manage
import NIOCore
import NIOEmbedded
import Persistence
import SAMLAdapter
import Synchronization

/// The console and the endpoints of connections, as one server answers for all tenants.
struct Site {
    static let origin = "https://lectern.example"

    let test: TestDatabase
    let clock: Clock
    let address: TenantAddress
    let events = Events()
    let ticketSealer = Sealer(key: [UInt8](repeating: 5, count: 32))
    private let console: ManageResponder
    private let saml: SAMLResponder

    /// The recorded security events of tenants.
    final class Events: SecurityEventRecorder {
        private let noted = Mutex<[TenantID: [SecurityEvent]]>([:])

        func record(_ event: SecurityEvent, of tenant: TenantID) {
            noted.withLock { $0[tenant, default: []].append(event) }
        }

        subscript(tenant: TenantID) -> [SecurityEvent] { noted.withLock { $0[tenant] ?? [] } }
    }

    /// The time of this machine, or later.
    final class Clock: Sendable {
        private let ahead = Mutex<Int64>(0)
        /// When it stands.
        private let start: Timestamp?

        init(stands: Bool) { start = stands ? Edge.Environment.system.now() : nil }

        var now: Timestamp { (start ?? Edge.Environment.system.now()).adding(seconds: ahead.withLock { $0 }) }
        func pass(seconds: Int64) { ahead.withLock { $0 += seconds } }
    }

    /// - Parameters:
    ///   - baseDomain: what tenants have hosts of their own below.
    ///   - rate: of sign-ins of one network.
    ///   - clockStands: time passes only where the test lets it, so that a slow machine changes nothing.
    init(
        baseDomain: String? = nil, rate: RequestRate = RequestRate(perSecond: 50, burst: 500),
        clockStands: Bool = false
    ) async throws {
        let test = try await TestDatabase.shared()
        let clock = Clock(stands: clockStands)
        self.test = test
        self.clock = clock
        var environment = Edge.Environment.system
        environment.now = { clock.now }
        let address = TenantAddress(publicURL: Self.origin, baseDomain: baseDomain)
        self.address = address
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let console = try ManageResponder(
            ConsoleParts(
                tenants: test.tenants, integration: test.integration, clients: test.clients, users: test.users,
                groups: test.groups, linkReviews: test.linkReviews, signIn: test.signIn,
                provisioningLog: test.provisioningLog, roles: test.users, history: test.history,
                imports: test.imports, secondFactors: test.secondFactors, mails: test.mails, saml: test.saml,
                metadata: MetadataReader(), fetchMetadata: { _ throws(DownloadProblem) in throw .noAnswer },
                publishNextKey: { _ in }, courier: nil, domains: test.domains, txtRecords: { _ in [] },
                address: address, hasher: PasswordHasher(environment: environment),
                security: ConsoleSecurity(
                    attempts: test.attempts, steps: test.signInSteps,
                    log: SecurityLog(
                        repository: test.securityEvents, attempts: test.attempts, environment: environment,
                        metrics: PrometheusRegistry(), logger: logger),
                    events: test.securityEvents, names: KeyedHash(key: [UInt8](repeating: 7, count: 32))),
                formToken: FormToken(key: [UInt8](repeating: 3, count: 32)),
                sealer: Sealer(key: [UInt8](repeating: 4, count: 32)), ticketSealer: ticketSealer,
                environment: environment, logger: logger))
        self.console = console
        saml = SAMLResponder(
            SAMLParts(
                connections: test.saml, integration: test.integration, users: test.users,
                signIn: test.signIn, security: events, rate: rate, address: address, keySealer: Company.keySealer,
                ticketSealer: ticketSealer, contact: "training@lectern.example", environment: environment,
                logger: logger,
                page: { page, tenant, request in console.page(page, of: tenant, for: request) }))
    }

    func respond(to request: Request) async -> Response {
        let request = address.rewriting(request)
        var context = EdgeContext(
            source: .init(
                channel: NIOAsyncTestingChannel(),
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
        context.requestID = "test"
        if let response = await saml.respond(to: request, context: context) { return response }
        let path = request.uri.path.split(separator: "/").map(String.init)
        guard path.count > 1, path[0] == "t" else { return Response(status: .notFound) }
        return await console.respond(
            to: request, slug: Substring(path[1]), path: Array(path.dropFirst(2)), context: context)
    }
}
