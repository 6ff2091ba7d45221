import CoreMetrics
import Domain
import Download
import Edge
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import Manage
import NIOCore
import NIOPosix
import OAuthAdapter
import Persistence
import Postgres
import SAMLAdapter
import SCIMAdapter
import SMTP
import ServiceLifecycle
import UnixSignals

/// The server, put together: what answers where, and what runs beside it.
struct LecternApplication {
    private let services: Services
    private let registry: PrometheusRegistry
    private let logger: Logger
    private let secretKey: SecretKey
    private let securityLog: SecurityLog
    private let drain = Drain()
    private let startUp = StartUp()
    private let hold = ActionHold()
    private let connections: ConnectionMetrics

    init(_ services: Services, secretKey: SecretKey, metrics: PrometheusRegistry) {
        self.services = services
        self.secretKey = secretKey
        registry = metrics
        connections = ConnectionMetrics(limit: services.configuration.metricsConnections)
        logger = Logger(label: "lectern")
        securityLog = SecurityLog(
            repository: services.securityEvents, attempts: services.attempts, environment: services.environment,
            metrics: metrics, logger: logger)
    }

    /// Serves until told to stop, then finishes what is in flight.
    func run() async throws {
        let configuration = services.configuration
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.reactors)
        let courier = try courier()
        let console = try console(courier)
        let uses = TokenUses(integration: services.integration)
        let refusals = RefusalLog(repository: services.provisioningLog, environment: services.environment)
        let limits = configuration.http.limits
        let scim = scim(uses: uses, refusals: refusals, courier: courier)
        let channel = RequestChannel(
            limits: limits, largeBodies: [console.uploads(limits), scim.largeBodies(time: limits.uploadTime)],
            proxies: configuration.http.proxies, drain: drain,
            executors: TaskExecutors(services.reactors),
            responder: try responder(scim: scim, console: console))
        let address = BindAddress.hostname(configuration.http.host, port: configuration.http.port)
        let (log, url, startUp) = (logger, configuration.address.publicURL, startUp)
        let server = DrainingServer(
            channel: channel, address: address, drain: drain, pause: configuration.http.drain,
            patience: configuration.http.shutdown, eventLoopGroup: group,
            logger: logger
        ) { _ in
            log.info("listening", metadata: ["url": "\(url)"])
            startUp.listens()
        }
        let lifecycle = ServiceGroup(
            configuration: .init(
                services: [
                    .init(
                        service: StartWork(
                            startUp: startUp, hold: hold, services: services, secretKey: secretKey, logger: logger)),
                    .init(service: HoldWork(startUp: startUp, hold: hold, services: services, logger: logger)),
                    .init(service: uses), .init(service: refusals), .init(service: securityLog),
                    .init(service: ImportWork(startUp: startUp, hold: hold, console: console)),
                    .init(service: MailWork(startUp: startUp, hold: hold, courier: courier)),
                    .init(service: StatisticsWork(startUp: startUp, database: services.database, logger: logger)),
                    .init(service: providerRefresh),
                    .init(
                        service: FoldedKeyWork(
                            keys: services.foldedKeys, tenants: services.tenants, startUp: startUp, logger: logger)),
                    .init(service: server),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "lectern.lifecycle", factory: { _ in SwiftLogNoOpLogHandler() })))
        do { try await lifecycle.run() } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw CommandFailure(
                "Port \(configuration.http.port) of \(configuration.http.host) is in use; stop what listens there or set \(Setting.httpPort.name)."
            )
        }
        services.database.close()
        logger.info("stopped")
    }

    private static let fetchMetadata: ProviderRefresh.Fetch = { url throws(DownloadProblem) in
        try await Download.fetch(url, accept: "application/samlmetadata+xml, application/xml, text/xml")
    }

    private var providerRefresh: ProviderRefreshWork {
        ProviderRefreshWork(
            refresh: ProviderRefresh(
                connections: services.saml, reader: MetadataReader(), fetch: Self.fetchMetadata,
                identifiers: services.identifiers),
            tenants: services.tenants, startUp: startUp, hold: hold, environment: services.environment, logger: logger)
    }

    private var publishNextKey: ConsoleParts.KeyPublication {
        let (services, sealer) = (services, secretKey.sealer(for: "saml keys"))
        return { connection in try await services.publishNextKey(of: connection, sealer: sealer) }
    }

    /// Nil where no mail can be sent: without a server, except on a developer's machine, where a page shows it.
    private func courier() throws -> MailCourier? {
        let (configuration, environment) = (services.configuration, services.environment)
        let transport: any MailTransport
        if let mail = configuration.mail {
            transport = SMTPTransport(
                url: mail.url, sender: mail.sender, now: environment.now, random: environment.random)
        } else if configuration.address.isOfThisMachine {
            transport = Mailbox()
        } else {
            return nil
        }
        return try MailCourier(
            mails: services.mails, tenants: services.tenants, signIn: services.signIn, transport: transport,
            address: configuration.address, environment: environment, logger: logger)
    }

    private func console(_ courier: MailCourier?) throws -> ManageResponder {
        let configuration = services.configuration
        return try ManageResponder(
            ConsoleParts(
                tenants: services.tenants, integration: services.integration, clients: services.clients,
                users: services.users,
                groups: services.groups, linkReviews: services.linkReviews, signIn: services.signIn,
                provisioningLog: services.provisioningLog, roles: services.users,
                history: services.history, imports: services.imports, secondFactors: services.secondFactors,
                mails: services.mails, saml: services.saml, metadata: MetadataReader(),
                fetchMetadata: Self.fetchMetadata, publishNextKey: publishNextKey, courier: courier,
                domains: services.domains, txtRecords: services.txtRecords(),
                address: configuration.address,
                hasher: PasswordHasher(environment: services.environment),
                security: ConsoleSecurity(
                    attempts: services.attempts, steps: services.signInSteps, log: securityLog,
                    events: services.securityEvents, names: KeyedHash(key: secretKey.derived(for: "attempts"))),
                formToken: secretKey.formToken(),
                sealer: secretKey.sealer(for: "console"),
                ticketSealer: secretKey.sealer(for: "saml tickets"), hold: hold,
                environment: services.environment,
                logger: logger))
    }

    private func scim(uses: TokenUses, refusals: RefusalLog, courier: MailCourier?) -> SCIMResponder {
        let configuration = services.configuration
        let authenticator = TokenAuthenticator(
            tenants: services.tenants, integration: services.integration, environment: services.environment, uses: uses,
            recorder: refusals, metrics: connections)
        return SCIMResponder(
            users: services.users, groups: services.groups, resources: services.resources,
            identifiers: services.identifiers, authenticator: authenticator,
            turns: TenantTurns(
                rate: configuration.tenantRate, limits: configuration.fairness, environment: services.environment),
            address: configuration.address, limits: configuration.scim,
            sealer: secretKey.sealer(for: "cursors"), recorder: refusals, metrics: connections,
            environment: services.environment, logger: logger, mailWaits: { courier?.wake($0) })
    }

    private func responder(scim: SCIMResponder, console: ManageResponder) throws -> RequestChannel.Responder {
        let configuration = services.configuration
        let router = Router(context: EdgeContext.self)
        OperationsRoutes(
            services: services, registry: registry, connections: connections, drain: drain, startUp: startUp, hold: hold
        ).add(to: router)
        let operations = router.buildResponder()
        let tokens = TokenEndpoint(
            clients: services.clients, tenants: services.tenants, rate: configuration.tokenRate,
            bodyBytes: configuration.tokenRequestBytes, security: securityLog, environment: services.environment,
            fetch: { try await Download.fetch($0.description, accept: "application/json") }, logger: logger)
        let tenants = TenantRoutes(scim: scim, tokens: tokens, console: console)
        let saml = SAMLResponder(
            services.samlParts(
                secretKey, contact: configuration.mail?.sender, security: securityLog, logger: logger
            ) {
                page, tenant, request in
                console.page(page, of: tenant, for: request)
            })
        let accounting = RequestAccounting(
            environment: services.environment, metrics: RequestMetrics(factory: registry),
            proxies: configuration.http.proxies, logger: logger)
        let (address, logger, startUp) = (configuration.address, logger, startUp)
        return { request, channel in
            let context = EdgeContext(source: .init(channel: channel, logger: logger))
            return await RequestOutage.tracked {
                await accounting.answer(address.rewriting(request), context: context) { request, context in
                    if let refusal = startUp.refusal(of: request) { return refusal }
                    if let response = await tenants.respond(to: request, context: context) { return response }
                    if let response = await saml.respond(to: request, context: context) { return response }
                    return try await operations.respond(to: request, context: context)
                }
            }
        }
    }
}
