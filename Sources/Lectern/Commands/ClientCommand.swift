import ArgumentParser
import Domain
import Edge
import Persistence
import StrictJSON

struct ClientCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "OAuth 2.0 clients of SCIM plug-ins: they fetch tokens that live for hours.",
        subcommands: [Create.self, List.self, Federate.self, Revoke.self, ClientSecretCommand.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a client with a secret, which is shown now and never again.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "The plug-in's name.") var plugin: String
        @Option(help: "How long the secret is good, in days (365d).") var expiresIn = "365d"
        @OptionGroup var naming: SecretNaming
        @Option(help: "How long its tokens are good, from 1h to 6h.") var tokenLifetime = "1h"
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let seconds = try SecretLifetime(expiresIn).seconds
            let lifetime = try AccessTokenLifetime(option: tokenLifetime)
            let tenant = try await services.tenant(tenant)
            let plugin = try await services.plugin(plugin, of: tenant)
            let (secret, plain) = try services.drawSecret(named: naming.name(), seconds: seconds)
            let client = try await services.clientChanges.create(
                for: plugin, tokens: lifetime, secret: secret,
                in: TenantScope(tenant: tenant.id, admission: .operator))
            output.show([
                ("client_id", .string(client.id.description)), ("client_secret", .string(plain.text)),
                ("token_url", .string(services.tokenURL(of: tenant))),
                ("tenant_url", .string(services.configuration.address.scimURL(of: tenant.slug))),
                ("secret_id", .string(secret.id.description)), ("expires_at", secret.expiresAt.json),
            ])
        }
    }

    struct List: AsyncParsableCommand {
        @Option(help: "The tenant's slug.") var tenant: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let clients = try await services.clients.clients(in: TenantScope(tenant: tenant.id, admission: .operator))
            output.list(
                clients.map { client in
                    [
                        ("client_id", .string(client.id.description)), ("plugin", .string(client.pluginName)),
                        ("token_seconds", .integer(Int64(client.tokenLifetime.seconds))),
                        ("issuer", client.federation.map { .string($0.issuer) } ?? .null),
                        ("subject", client.federation.map { .string($0.subject) } ?? .null),
                        ("created_at", client.createdAt.json), ("revoked_at", client.revokedAt.json),
                        ("last_used_at", client.lastUsedAt.json),
                    ]
                }, empty: "There are no clients yet.")
        }
    }

    struct Federate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take signed assertions of an identity instead of a secret (RFC 7523).")
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "The client's id.") var client: String
        @Option(help: "The issuer, as its assertions name it (iss).") var issuer: String
        @Option(help: "The identity that the assertions are about (sub).") var subject: String
        @Option(help: "Whom the assertions are for (aud).") var audience: String
        @Option(help: "Where the issuer publishes its keys: https, the usual port, a host name.") var jwksURL: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            guard let keys = KeySetURL(jwksURL) else {
                throw CommandFailure("--jwks-url takes an https URL of a host name, without a port; not “\(jwksURL)”.")
            }
            let identity = try FederatedIdentity(
                issuer: issuer, subject: subject, audience: audience, keys: keys)
            let tenant = try await services.tenant(tenant)
            let id = try OAuthClientID(option: client)
            let scope = TenantScope(tenant: tenant.id, admission: .operator)
            let known = try await services.clients.clients(in: scope).first { $0.id == id }
            guard let known else { throw DomainError.notFound }
            try await services.clientChanges.federate(known, with: identity, in: scope)
            output.show([
                ("client_id", .string(client)), ("token_url", .string(services.tokenURL(of: tenant))),
                ("issuer", .string(issuer)), ("subject", .string(subject)), ("audience", .string(audience)),
                ("jwks_url", .string(keys.description)),
            ])
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a client at once, with all its secrets and tokens.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Argument(help: "The client's id.") var client: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let id = try OAuthClientID(option: client)
            try await services.clientChanges.revoke(id, in: TenantScope(tenant: tenant.id, admission: .operator))
            output.show([("revoked", .string(client))])
        }
    }
}

struct ClientSecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "Secrets of a client; several may be good at a time, to rotate them.",
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make another secret of a client. It is shown now and never again.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "The client's id.") var client: String
        @Option(help: "How long the secret is good, in days (365d).") var expiresIn = "365d"
        @OptionGroup var naming: SecretNaming
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let seconds = try SecretLifetime(expiresIn).seconds
            let tenant = try await services.tenant(tenant)
            let id = try OAuthClientID(option: client)
            let (secret, plain) = try services.drawSecret(named: naming.name(), seconds: seconds)
            try await services.clientChanges.add(
                secret, to: id, in: TenantScope(tenant: tenant.id, admission: .operator))
            output.show([
                ("client_id", .string(client)), ("client_secret", .string(plain.text)),
                ("token_url", .string(services.tokenURL(of: tenant))),
                ("secret_id", .string(secret.id.description)), ("expires_at", secret.expiresAt.json),
            ])
        }
    }

    struct List: AsyncParsableCommand {
        @Option(help: "The tenant's slug.") var tenant: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let secrets = try await services.clients.secrets(in: TenantScope(tenant: tenant.id, admission: .operator))
            output.list(
                secrets.map { secret in
                    [
                        ("secret_id", .string(secret.id.description)),
                        ("client_id", .string(secret.client.description)),
                        ("name", .string(secret.name.description)), ("prefix", .string(secret.prefix)),
                        ("created_at", secret.createdAt.json), ("created_by", secret.maker.json),
                        ("creator_has_left", secret.maker.hasLeft),
                        ("expires_at", secret.expiresAt.json), ("revoked_at", secret.revokedAt.json),
                        ("last_used_at", secret.lastUsedAt.json),
                        ("last_used_from", secret.lastUsedFrom.map { .string($0) } ?? .null),
                    ]
                }, empty: "There are no secrets yet.")
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a secret at once, with all tokens that it got.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Argument(help: "The secret's id, from `client secret list`.") var secret: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            guard let id = ClientSecretID(secret) else { throw CommandFailure("“\(secret)” is no secret id.") }
            try await services.clientChanges.revoke(id, in: TenantScope(tenant: tenant.id, admission: .operator))
            output.show([("revoked", .string(secret))])
        }
    }
}

/// How long a client's secret is good; it always ends.
private struct SecretLifetime {
    let seconds: Int64

    init(_ text: String) throws(CommandFailure) {
        guard let seconds = try TokenLifetime(text).seconds else {
            throw CommandFailure("A client's secret ends some day; --expires-in takes days from 1d to 3650d.")
        }
        self.seconds = seconds
    }
}

extension AccessTokenLifetime {
    fileprivate init(option text: String) throws(CommandFailure) {
        guard text.hasSuffix("h"), let hours = Int(text.dropLast()), (1...6).contains(hours),
            let lifetime = Self(seconds: hours * 3600)
        else { throw CommandFailure("--token-lifetime takes hours from 1h to 6h, not “\(text)”.") }
        self = lifetime
    }
}

extension OAuthClientID {
    init(option text: String) throws(CommandFailure) {
        guard let id = Self(text) else { throw CommandFailure("“\(text)” is no client id.") }
        self = id
    }
}

extension Services {
    func tokenURL(of tenant: Tenant) -> String { configuration.address.url(of: tenant.slug) + "/oauth2/token" }

    /// The operator's operations on clients.
    var clientChanges: OAuthClientChanges {
        OAuthClientChanges(
            clients: clients, identifiers: identifiers, origin: ChangeOrigin(actor: .operator, requestID: "cli"))
    }

    fileprivate func drawSecret(
        named name: SecretName, seconds: Int64
    ) -> (OAuthClientChanges.NewSecret, PlainToken) {
        let (plain, now) = (environment.secret(for: .clientSecret), environment.now())
        let secret = OAuthClientChanges.NewSecret(
            id: ClientSecretID(rawValue: identifiers.next()), name: name, digest: TokenDigest(of: plain.text),
            prefix: plain.prefix, createdAt: now, expiresAt: now.adding(seconds: seconds))
        return (secret, plain)
    }
}
