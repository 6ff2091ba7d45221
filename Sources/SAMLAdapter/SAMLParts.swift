package import Domain
package import Edge
package import Hummingbird
package import Logging

/// The parts that signing in by an identity provider needs.
package struct SAMLParts: Sendable {
    let connections: any SAMLRepository
    let integration: any IntegrationRepository
    let users: any UserRepository
    let signIn: any SignInRepository
    let security: any SecurityEventRecorder
    let address: TenantAddress
    /// Of private keys, as they are kept.
    let keySealer: Sealer
    /// Of what pages of the console let browsers ask.
    let ticketSealer: Sealer
    /// The contact address for the people of providers; nil if none was configured.
    let contact: String?
    /// Shows a page of the console's making.
    let page: Page
    /// Of requests that a network begins: each waits in the database for a while.
    let beginnings: RateLimit<String>
    /// Of answers of providers that a network brings to a connection. Counted in this process only.
    let answers: RateLimit<Sender>
    let refusals = RefusedSignIns()
    let providerKeys = ProviderKeys()
    let environment: Edge.Environment
    let logger: Logger

    /// The key by which answers are counted together.
    struct Sender: Sendable, Hashable {
        let plugin: PluginID
        let network: String
    }

    /// A page that says one thing, or leads on.
    package typealias Page = @Sendable (SAMLPage, Tenant?, Request) -> Response

    /// - Parameter rate: of sign-ins of one network; nil for no limit.
    package init(
        connections: any SAMLRepository, integration: any IntegrationRepository,
        users: any UserRepository, signIn: any SignInRepository, security: any SecurityEventRecorder,
        rate: RequestRate?, address: TenantAddress, keySealer: Sealer, ticketSealer: Sealer, contact: String?,
        environment: Edge.Environment, logger: Logger,
        page: @escaping Page
    ) {
        self.connections = connections
        self.integration = integration
        self.users = users
        self.signIn = signIn
        self.security = security
        self.address = address
        self.keySealer = keySealer
        self.ticketSealer = ticketSealer
        self.contact = contact
        (beginnings, answers) = (RateLimit(rate), RateLimit(rate))
        self.environment = environment
        self.logger = logger
        self.page = page
    }
}
