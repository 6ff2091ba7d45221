package import Domain
package import Edge
package import Logging

/// The parts that the console's pages need.
package struct ConsoleParts: Sendable {
    let tenants: any TenantRepository
    let integration: any IntegrationRepository
    let clients: any OAuthClientRepository
    let users: any UserRepository
    let groups: any GroupRepository
    let linkReviews: any LinkReviewRepository
    let signIn: any SignInRepository
    let provisioningLog: any ProvisioningLogRepository
    let roles: any RoleGrantRepository
    let history: any ChangeHistoryRepository
    let imports: any UserImportRepository
    let secondFactors: any SecondFactorRepository
    let mails: any MailRepository
    let saml: any SAMLRepository
    /// Reads what providers say of themselves.
    let metadata: any ProviderMetadataReading
    /// Fetches it from where an admin says it is.
    let fetchMetadata: MetadataFetch
    /// Makes the next key of a connection, if it has none.
    let publishNextKey: KeyPublication

    package typealias MetadataFetch = @Sendable (String) async throws(DownloadProblem) -> [UInt8]
    package typealias KeyPublication = @Sendable (SAMLConnectionID) async throws -> Void
    let domains: any DomainRepository
    let txtRecords: DomainChanges.TXTRecords
    /// Nil where no mail can be sent.
    let courier: MailCourier?
    let importRunner = UserImportRunner()
    let address: TenantAddress
    let hasher: PasswordHasher
    let security: ConsoleSecurity
    /// Of asking DNS.
    let domainChecks = RateLimit<TenantID>(RequestRate(perSecond: 1, burst: 10))
    let formToken: FormToken
    /// Of what is kept sealed, in the database or by browsers.
    let sealer: Sealer
    /// Of what a page lets a browser ask of a provider.
    let ticketSealer: Sealer
    /// Whether the server does nothing by itself.
    let hold: ActionHold
    let environment: Edge.Environment
    let logger: Logger

    package init(
        tenants: any TenantRepository, integration: any IntegrationRepository,
        clients: any OAuthClientRepository, users: any UserRepository,
        groups: any GroupRepository, linkReviews: any LinkReviewRepository,
        signIn: any SignInRepository, provisioningLog: any ProvisioningLogRepository,
        roles: any RoleGrantRepository, history: any ChangeHistoryRepository, imports: any UserImportRepository,
        secondFactors: any SecondFactorRepository, mails: any MailRepository,
        saml: any SAMLRepository, metadata: any ProviderMetadataReading, fetchMetadata: @escaping MetadataFetch,
        publishNextKey: @escaping KeyPublication, courier: MailCourier?,
        domains: any DomainRepository, txtRecords: @escaping DomainChanges.TXTRecords, address: TenantAddress,
        hasher: PasswordHasher, security: ConsoleSecurity, formToken: FormToken, sealer: Sealer, ticketSealer: Sealer,
        hold: ActionHold = ActionHold(), environment: Edge.Environment, logger: Logger
    ) {
        self.hold = hold
        self.tenants = tenants
        self.integration = integration
        self.clients = clients
        self.users = users
        self.groups = groups
        self.linkReviews = linkReviews
        self.signIn = signIn
        self.provisioningLog = provisioningLog
        self.roles = roles
        self.history = history
        self.imports = imports
        self.secondFactors = secondFactors
        self.mails = mails
        self.saml = saml
        self.metadata = metadata
        self.fetchMetadata = fetchMetadata
        self.publishNextKey = publishNextKey
        self.courier = courier
        self.domains = domains
        self.txtRecords = txtRecords
        self.address = address
        self.hasher = hasher
        self.security = security
        self.formToken = formToken
        self.sealer = sealer
        self.ticketSealer = ticketSealer
        self.environment = environment
        self.logger = logger
    }

    /// The credentials of the connections' providers.
    func secrets(_ user: SignedInUser) async throws(DomainError) -> @Sendable (PluginID) -> ConnectionSecrets {
        try await ConnectionSecrets.ofAll(integration, clients, in: user.scope(.manageIntegration))
    }

    /// Whether the user comes in by password, rather than with the company only.
    func takesPassword(of user: UserID, _ tenant: Tenant) async throws(DomainError) -> Bool {
        if tenant.takesPassword(ofOwner: false) { return true }
        let scope = TenantScope(tenant: tenant.id, admission: .signIn)
        return tenant.takesPassword(ofOwner: try await roles.roles(of: user, in: scope).contains { $0.role == .owner })
    }

    /// Forgets the failed attempts at codes: they were made with the former password.
    ///
    /// - Parameter proof: by which the user has set the password, for the security log.
    func passwordChanged(_ user: UserID, _ proof: String, _ request: ConsoleRequest) async throws(DomainError) {
        try await security.attempts.forget(.code, of: "\(user)", in: request.tenant.id)
        security.record(.passwordChanged, .user(user), request, proof)
    }

    /// - Throws: `notFound` when the tenant has no such connection.
    func plugin(_ id: PluginID, _ user: SignedInUser) async throws(DomainError) -> Plugin {
        let plugins = try await integration.plugins(in: user.scope(.manageIntegration))
        guard let plugin = plugins.first(where: { $0.id == id }) else { throw .notFound }
        return plugin
    }
}
