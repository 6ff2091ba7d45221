import DNS
import Domain
import Edge
import Logging
import Persistence
import Postgres

/// The parts that every command puts together: a database and what is kept in it.
struct Services: Sendable {
    let configuration: LecternConfiguration
    let reactors: [Reactor]
    let database: Database
    let tenants: TenantStore
    let integration: IntegrationStore
    let linkReviews: LinkReviewStore
    let clients: OAuthClientStore
    let users: UserStore
    let groups: GroupStore
    let resources: ResourceStore
    let provisioningLog: ProvisioningLogStore
    let signIn: SignInStore
    let history: ChangeHistoryStore
    let imports: UserImportStore
    let mails: MailStore
    let secondFactors: SecondFactorStore
    let sealedSecrets: SealedSecretStore
    let saml: SAMLStore
    let attempts: AttemptStore
    let signInSteps: SignInStepStore
    let securityEvents: SecurityEventStore
    let customAttributes: CustomAttributeStore
    let domains: DomainStore
    let foldedKeys: FoldedKeyStore
    let environment: Edge.Environment

    /// - Parameter connection: how to reach the database; the server's own unless told otherwise.
    init(_ configuration: LecternConfiguration, connection: PostgresConfiguration? = nil, reactors count: Int = 1) {
        self.configuration = configuration
        reactors = (0..<count).map { _ in Reactor() }
        database = Database(configuration: connection ?? configuration.database, reactors: reactors)
        let tenantDatabase = TenantDatabase(database)
        tenants = TenantStore(tenantDatabase)
        integration = IntegrationStore(tenantDatabase)
        linkReviews = LinkReviewStore(tenantDatabase)
        clients = OAuthClientStore(tenantDatabase)
        users = UserStore(tenantDatabase)
        groups = GroupStore(tenantDatabase)
        resources = ResourceStore(tenantDatabase)
        provisioningLog = ProvisioningLogStore(tenantDatabase)
        signIn = SignInStore(tenantDatabase)
        history = ChangeHistoryStore(tenantDatabase)
        imports = UserImportStore(tenantDatabase)
        mails = MailStore(tenantDatabase)
        secondFactors = SecondFactorStore(tenantDatabase)
        sealedSecrets = SealedSecretStore(tenantDatabase)
        saml = SAMLStore(tenantDatabase)
        attempts = AttemptStore(tenantDatabase)
        signInSteps = SignInStepStore(tenantDatabase)
        securityEvents = SecurityEventStore(tenantDatabase)
        customAttributes = CustomAttributeStore(tenantDatabase)
        domains = DomainStore(tenantDatabase)
        foldedKeys = FoldedKeyStore(tenantDatabase)
        environment = .system
    }

    var identifiers: IdentifierSource { environment.identifiers }

    /// DNS, asked on threads that are made for it.
    func txtRecords() -> DomainChanges.TXTRecords {
        let lookup = TXTLookup(server: configuration.nameServer)
        return { name in try await lookup.records(of: name) }
    }

    /// The change record of an operator's command.
    func operatorChange(
        _ action: Change.Action, _ subject: Change.Subject, _ difference: Difference = Difference()
    ) -> Change {
        Change(
            id: ChangeID(rawValue: identifiers.next()), action: action, subject: subject, difference: difference,
            origin: ChangeOrigin(actor: .operator, requestID: "cli"))
    }
}
