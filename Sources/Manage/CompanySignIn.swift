import Domain
import Edge
import HTTPTypes
import StrictJSON

/// Leads people to the provider of their company: by a button, or by the domain of their address.
struct CompanySignIn {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    /// The connections by which people of the tenant can sign in.
    func connections(_ request: ConsoleRequest) async throws(DomainError) -> [SAMLConnection] {
        guard request.tenant.entitlements.contains(.saml) else { return [] }
        return try await parts.saml.connections(in: TenantScope(tenant: request.tenant.id, admission: .signIn))
            .filter(\.isUsable)
    }

    /// The buttons of a page.
    ///
    /// - Parameter next: the page of the console to go to.
    func buttons(_ connections: [SAMLConnection], next: String, _ request: ConsoleRequest) -> JSON {
        .array(
            connections.map { connection in
                [
                    "href": .string("/saml/\(connection.id)/login?next=\(PercentEncoding.encode(next))"),
                    "text": .string(request.words["signIn.with", ["name": connection.name]]),
                ]
            })
    }

    /// `GET login/company`: goes to the provider that is responsible for a mail domain.
    func route(_ request: ConsoleRequest) async throws -> ConsoleAnswer {
        let next = ConsolePath.checked(request.query["next"])
        let connections = request.tenant.signInMethod == .password ? [] : try await connections(request)
        let domain = request.query["email"].flatMap { MailDomain(ofAddress: $0) }?.description
        // A connection with allowed domains is responsible for these domains, and one without for all others.
        let named = connections.filter { domain.map($0.settings.allowedDomains.contains) == true }
        let rest = connections.filter { $0.settings.allowedDomains.isEmpty && !$0.needsDomains }
        let responsible = named.isEmpty ? rest : named
        let proved = try await parts.domains.domains(in: TenantScope(tenant: request.tenant.id, admission: .signIn))
            .contains { $0.isVerified && $0.name.description == domain }
        guard proved, responsible.count == 1 else {
            let answer = proved && !responsible.isEmpty ? "several" : "unknown"
            return .redirect("login?company=\(answer)&next=\(PercentEncoding.encode(next))")
        }
        let chosen = responsible[0]
        return .outside("/saml/\(chosen.id)/login?next=\(PercentEncoding.encode(next))")
    }
}
