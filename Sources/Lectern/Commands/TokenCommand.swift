import ArgumentParser
import Domain
import Edge
import Persistence
import StrictJSON

struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Secret tokens of SCIM plug-ins.",
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token. Its text is shown now and never again.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "The plug-in's name.") var plugin: String
        @Option(help: "How long it is good, in days (365d), or never.") var expiresIn = "365d"
        @OptionGroup var naming: SecretNaming
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let lifetime = try TokenLifetime(expiresIn)
            let name = try naming.name()
            let tenant = try await services.tenant(tenant)
            let plugin = try await services.plugin(plugin, of: tenant)
            let (token, text) = try await services.createToken(
                of: tenant, plugin: plugin, named: name, lifetime: lifetime)
            output.show([
                ("tenant_url", .string(services.configuration.address.scimURL(of: tenant.slug))),
                ("secret_token", .string(text)), ("token_id", .string(token.id.description)),
                ("name", .string(name.description)), ("expires_at", token.expiresAt.json),
            ])
        }
    }

    struct List: AsyncParsableCommand {
        @Option(help: "The tenant's slug.") var tenant: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let tokens = try await services.integration.tokens(in: TenantScope(tenant: tenant.id, admission: .operator))
            output.list(
                tokens.map { token in
                    [
                        ("token_id", .string(token.id.description)), ("plugin", .string(token.pluginName)),
                        ("name", .string(token.name.description)), ("prefix", .string(token.prefix)),
                        ("created_at", token.createdAt.json), ("created_by", token.maker.json),
                        ("creator_has_left", token.maker.hasLeft),
                        ("expires_at", token.expiresAt.json), ("revoked_at", token.revokedAt.json),
                        ("last_used_at", token.lastUsedAt.json),
                        ("last_used_from", token.lastUsedFrom.map { .string($0) } ?? .null),
                    ]
                }, empty: "There are no tokens yet.")
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a token at once.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Argument(help: "The token's id, from `token list`.") var token: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            guard let id = TokenID(token) else { throw CommandFailure("“\(token)” is no token id.") }
            try await services.integrationChanges.revoke(id, in: TenantScope(tenant: tenant.id, admission: .operator))
            output.show([("revoked", .string(token))])
        }
    }
}

/// How long a token is good: days, or for ever.
struct TokenLifetime {
    let seconds: Int64?

    static let standard = Self(seconds: 365 * 86_400)

    private init(seconds: Int64?) { self.seconds = seconds }

    init(_ text: String) throws(CommandFailure) {
        if text == "never" { self.init(seconds: nil); return }
        guard text.hasSuffix("d"), let days = Int64(text.dropLast()), (1...3650).contains(days) else {
            throw CommandFailure("--expires-in takes days from 1d to 3650d, or never; not “\(text)”.")
        }
        self.init(seconds: days * 86_400)
    }
}

extension Services {
    func plugin(_ name: String, _ kind: Plugin.Kind = .scim, of tenant: Tenant) async throws -> Plugin {
        let plugins = try await integration.plugins(in: TenantScope(tenant: tenant.id, admission: .operator))
        let key = FoldedKey(name)
        guard let plugin = plugins.first(where: { $0.kind == kind && FoldedKey($0.name) == key }) else {
            throw CommandFailure("The tenant has no \(kind.rawValue.uppercased()) plug-in “\(name)”.")
        }
        return plugin
    }

    /// The one token of which this is the id, the name or the beginning of the text.
    func token(_ text: String, in scope: TenantScope) async throws -> TokenID {
        let (id, key) = (TokenID(text.lowercased()), FoldedKey(text))
        let tokens = try await integration.tokens(in: scope).filter {
            $0.id == id || $0.prefix == text || !$0.name.isEmpty && FoldedKey($0.name.description) == key
        }
        guard let token = tokens.first else { throw CommandFailure("The tenant has no token “\(text)”.") }
        if tokens.count > 1 {
            throw CommandFailure("\(tokens.count) tokens fit “\(text)”; take the id of one from `token list`.")
        }
        return token.id
    }

    func createToken(
        of tenant: Tenant, plugin: Plugin, named name: SecretName = .none, lifetime: TokenLifetime
    ) async throws -> (Token, text: String) {
        let plain = environment.secret(for: .token)
        let now = environment.now()
        let token = try await integrationChanges.createToken(
            of: plugin, named: name, digest: TokenDigest(of: plain.text), prefix: plain.prefix,
            expiresAt: lifetime.seconds.map(now.adding), now: now,
            in: TenantScope(tenant: tenant.id, admission: .operator))
        return (token, plain.text)
    }
}
