import Domain
import Edge
import Foundation
import Persistence

/// The tenant that an empty database gets, so that the first look at the product needs no further command.
struct Demonstration {
    private let services: Services

    init(_ services: Services) { self.services = services }

    /// Nothing unless the database has no tenant at all.
    func prepare() async throws -> Welcome? {
        guard try await services.tenants.tenants().isEmpty, let slug = Slug("demo") else { return nil }
        let tenant: Tenant
        do {
            tenant = try await services.createTenant(slug: slug, name: "Demo", plan: .enterprise, language: .english)
        } catch DomainError.conflict {
            return nil  // another instance was faster
        }
        let owner = try await services.createUser(
            of: tenant, userName: "owner@demo.example", email: "owner@demo.example", givenName: "Demo",
            familyName: "Owner", role: .owner)
        let link = services.environment.secret(for: .passwordLink)
        let scope = TenantScope(tenant: tenant.id, admission: .operator)
        try await services.signIn.create(
            TokenDigest(of: link.text), .invitation, for: owner.id,
            change: services.operatorChange(.makePasswordLink, .user(owner.id)), in: scope)
        let plugin = try await services.integrationChanges.create(
            .scim, name: "Demo provider", in: scope)
        let (_, text) = try await services.createToken(of: tenant, plugin: plugin, lifetime: .standard)
        return Welcome(
            url: services.configuration.address.url(of: slug), signIn: "owner@demo.example", link: link.text,
            token: text)
    }
}

/// The text that is printed once, when the demo tenant was created.
struct Welcome {
    let url: String
    let signIn: String
    let link: String
    let token: String

    func print() {
        let text = """

            A demo tenant was made. This is shown once:

              Console        \(url)/manage
              Sign in as     \(signIn)
              Password       set it at \(url)/password/\(link)
              Tenant URL     \(url)/scim/v2
              Secret Token   \(token)

            Try it:

              curl -H 'Authorization: Bearer \(token)' '\(url)/scim/v2/Users?filter=userName%20eq%20%22\(signIn)%22'


            """
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}
