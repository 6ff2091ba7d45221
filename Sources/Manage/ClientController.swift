import Domain
import Edge
import HTTPTypes
import StrictJSON

/// Manage > Plugins > OAuth clients: for providers that fetch tokens which live for hours.
struct ClientController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private func changes(_ request: ConsoleRequest, _ user: SignedInUser) -> OAuthClientChanges {
        OAuthClientChanges(
            clients: parts.clients, identifiers: parts.environment.identifiers, origin: request.origin(user))
    }

    private static func path(_ plugin: PluginID) -> String { "manage/integration/plugins/\(plugin)/clients" }

    // MARK: All of a connection's

    func clients(of id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let plugin = try await parts.plugin(id, user)
        if request.method == .post { return try await create(for: plugin, request, user) }
        return try await page(plugin, request, user)
    }

    private func page(
        _ plugin: Plugin, _ request: ConsoleRequest, _ user: SignedInUser, problem: String? = nil, field: String? = nil
    ) async throws -> ConsoleAnswer {
        let secrets = try await parts.secrets(user)(plugin.id)
        let clients = secrets.liveClients
        let href = "\(request.base)/\(Self.path(plugin.id))"
        let name = request.form["name"].map { JSON.string($0) } ?? .null
        return .page(
            "clients", title: request.words["client.title", ["name": plugin.name]],
            [
                "href": .string(href), "revokeAsk": .string(request.words["client.secretAsk"]),
                "lifetimes": SecretLifetime.options(request.form, request.words),
                "locked": PlanGate(request).notice(.scim).map { .string($0) } ?? .null,
                "warning": SecretWarning(secrets: secrets, words: request.words, now: request.now).json,
                "newName": field == "secret-name" ? name : .null,
                "back": .string("\(request.base)/manage/integration/plugins/\(plugin.id)"),
                "tokenURL": .string(tokenURL(request)), "secretID": .string(newID()),
                "problem": problem.map { .string($0) } ?? .null,
                "problemField": field.map { .string($0) } ?? .null, "isEmpty": .bool(clients.isEmpty),
                "clients": .array(
                    clients.map { row(of: $0, with: secrets.secrets(of: $0), at: href, field: field, request) }),
            ], section: .plugins, status: problem == nil ? .ok : .unprocessableContent, isError: problem != nil)
    }

    private func row(
        of client: OAuthClient, with secrets: [ClientSecret], at href: String, field: String?, _ request: ConsoleRequest
    ) -> JSON {
        let rows = secrets.map { SecretRow($0, among: secrets, request) }
        return [
            "id": .string(client.id.description), "made": request.moment(client.createdAt),
            "trusted": client.federation.map { .string($0.issuer) } ?? .null,
            "identity": identity(of: client, request, field: field), "nextSecretID": .string(newID()),
            "secretName": field == "name-\(client.id)" ? request.form["name"].map { .string($0) } ?? .null : .null,
            "clientUsed": request.moment(client.lastUsedAt),
            "clientUsedFrom": client.lastUsedFrom.map { .string($0) } ?? .null,
            "successor": SecretRow.succession(of: rows, request.words),
            "secrets": .array(rows.map { $0.json(revocation: "\(href)/secrets/\($0.id)/revocation") }),
        ]
    }

    /// The content of the client's fields: the entered values if they were not saved, or else the saved ones.
    private func identity(of client: OAuthClient, _ request: ConsoleRequest, field: String?) -> JSON {
        let kept: [(String, String?)] = [
            ("issuer", client.federation?.issuer), ("subject", client.federation?.subject),
            ("audience", client.federation?.audience), ("keys", client.federation?.keys.description),
        ]
        let isTyped = kept.contains { "\($0.0)-\(client.id)" == field }
        var fields = JSONObject([("isOpen", .bool(isTyped))])
        for (name, value) in kept { fields[name] = .string((isTyped ? request.form[name] : value) ?? "") }
        return .object(fields)
    }

    private func tokenURL(_ request: ConsoleRequest) -> String {
        parts.address.url(of: request.tenant.slug) + "/oauth2/token"
    }

    private func newID() -> String { ClientSecretID(rawValue: parts.environment.identifiers.next()).description }

    /// - Throws: `notFound` for a client of another connection.
    private func find(
        _ client: OAuthClientID, of plugin: PluginID, _ user: SignedInUser
    ) async throws(DomainError) -> OAuthClient {
        let clients = try await parts.clients.clients(in: user.scope(.manageIntegration))
        guard let found = clients.first(where: { $0.id == client && $0.plugin == plugin }) else { throw .notFound }
        return found
    }

    // MARK: Secrets

    /// Nil when the name is none.
    private func draw(
        _ request: ConsoleRequest
    ) throws(DomainError) -> (OAuthClientChanges.NewSecret, PlainToken)? {
        guard let id = request.form["id"].flatMap({ ClientSecretID($0) }) else { throw .notFound }
        let expiry = try SecretLifetime.chosen(request.form, now: request.now)
        guard let name = SecretName(request.form.text("name") ?? "") else { return nil }
        let plain = parts.environment.secret(for: .clientSecret)
        let secret = OAuthClientChanges.NewSecret(
            id: id, name: name, digest: TokenDigest(of: plain.text), prefix: plain.prefix, createdAt: request.now,
            expiresAt: expiry)
        return (secret, plain)
    }

    private func create(
        for plugin: Plugin, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws -> ConsoleAnswer {
        guard let (secret, plain) = try draw(request) else {
            return try await page(
                plugin, request, user, problem: request.words["token.nameProblem"], field: "secret-name")
        }
        do throws(DomainError) {
            let client = try await changes(request, user).create(
                for: plugin, tokens: .standard, secret: secret, in: user.scope(.manageIntegration))
            return reveal(plain, of: client.id, secret, plugin, request)
        } catch {
            if case .conflict = error { return gone(plugin, request) }
            throw error
        }
    }

    func addSecret(
        to client: OAuthClientID, of id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws -> ConsoleAnswer {
        let plugin = try await parts.plugin(id, user)
        _ = try await find(client, of: id, user)
        guard let (secret, plain) = try draw(request) else {
            return try await page(
                plugin, request, user, problem: request.words["token.nameProblem"], field: "name-\(client)")
        }
        do throws(DomainError) {
            try await changes(request, user).add(secret, to: client, in: user.scope(.manageIntegration))
            return reveal(plain, of: client, secret, plugin, request)
        } catch {
            if case .conflict = error { return gone(plugin, request) }
            throw error
        }
    }

    private func reveal(
        _ plain: PlainToken, of client: OAuthClientID, _ secret: OAuthClientChanges.NewSecret, _ plugin: Plugin,
        _ request: ConsoleRequest
    ) -> ConsoleAnswer {
        .page(
            "client-secret", title: request.words["client.secretTitle"],
            [
                "tokenURL": .string(tokenURL(request)), "client": .string(client.description),
                "secret": .string(plain.text), "expires": request.moment(secret.expiresAt),
                "tenantURL": .string(parts.address.scimURL(of: request.tenant.slug)),
                "href": .string("\(request.base)/\(Self.path(plugin.id))"),
            ], section: .plugins)
    }

    /// The form was sent again: its one secret has been shown.
    private func gone(_ plugin: Plugin, _ request: ConsoleRequest) -> ConsoleAnswer {
        .message(
            request.words, "secret.gone", status: .gone, link: ("\(request.base)/\(Self.path(plugin.id))", plugin.name))
    }

    func revoke(
        _ secret: ClientSecretID, of id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws -> ConsoleAnswer {
        let scope = user.scope(.manageIntegration)
        let known = try await parts.clients.secrets(in: scope).first { $0.id == secret }
        guard let known else { throw DomainError.notFound }
        _ = try await find(known.client, of: id, user)
        try await changes(request, user).revoke(secret, in: user.scope(.manageIntegration))
        return .redirect("\(Self.path(id))?done=revoked")
    }

    func revoke(
        _ client: OAuthClientID, of id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws -> ConsoleAnswer {
        _ = try await find(client, of: id, user)
        try await changes(request, user).revoke(client, in: user.scope(.manageIntegration))
        return .redirect("\(Self.path(id))?done=clientRevoked")
    }

    // MARK: Assertions instead of secrets

    func federate(
        _ client: OAuthClientID, of id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws -> ConsoleAnswer {
        let plugin = try await parts.plugin(id, user)
        let known = try await find(client, of: id, user)
        var identity: FederatedIdentity?
        if request.form["remove"] == nil {
            let form = request.form
            guard let keys = form.text("keys").flatMap({ KeySetURL($0) }) else {
                return try await page(
                    plugin, request, user, problem: request.words["client.keysProblem"], field: "keys-\(client)")
            }
            do throws(DomainError) {
                identity = try FederatedIdentity(
                    issuer: form.text("issuer") ?? "", subject: form.text("subject") ?? "",
                    audience: form.text("audience") ?? "", keys: keys)
            } catch {
                guard case .invalid(let field, _) = error else { throw error }
                return try await page(
                    plugin, request, user, problem: request.words["client.identityProblem"],
                    field: "\(field)-\(client)")
            }
        }
        try await changes(request, user).federate(known, with: identity, in: user.scope(.manageIntegration))
        return .redirect("\(Self.path(id))?done=saved")
    }
}
