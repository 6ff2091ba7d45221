import Domain
import Edge
import HTTPTypes
import StrictJSON

/// Making and revoking the tokens of a connection.
extension PluginController {
    func makeToken(of id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let plugin = try await parts.plugin(id, user)
        guard let token = request.form["id"].flatMap({ TokenID($0) }) else { throw DomainError.notFound }
        let expiry = try SecretLifetime.chosen(request.form, now: request.now)
        let own = request.form.text("secret")
        guard let name = SecretName(request.form.text("name") ?? "") else {
            return try await page(
                plugin, request, user, problem: request.words["token.nameProblem"],
                field: own == nil ? "token-name" : "own-name")
        }
        if let own {
            return try await keep(own, as: token, named: name, of: plugin, until: expiry, request, user)
        }
        let plain = parts.environment.secret(for: .token)
        guard
            try await isMade(token, name, of: plugin, TokenDigest(of: plain.text), plain.prefix, expiry, request, user)
        else {
            // The form was sent again: its one secret has been shown.
            return .message(
                request.words, "secret.gone", status: .gone,
                link: ("\(request.base)/manage/integration/plugins/\(id)", plugin.name))
        }
        return .page(
            "secret", title: request.words["secret.title"],
            [
                "plugin": .string(plugin.name), "secret": .string(plain.text),
                "tenantURL": .string(parts.address.scimURL(of: request.tenant.slug)),
                "expires": request.moment(expiry),
                "href": .string("\(request.base)/manage/integration/plugins/\(id)"),
            ], section: .plugins)
    }

    /// A secret of the admin's own, which need not be shown.
    private func keep(
        _ text: String, as id: TokenID, named name: SecretName, of plugin: Plugin, until expiry: Timestamp,
        _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws -> ConsoleAnswer {
        let secret: OwnSecret
        do throws(OwnSecret.Problem) { secret = try OwnSecret(text) } catch {
            return try await page(
                plugin, request, user, problem: request.words["ownSecret.\(error.rawValue)"], field: "own-secret")
        }
        guard
            try await isMade(id, name, of: plugin, TokenDigest(of: secret.text), secret.prefix, expiry, request, user)
        else {
            return try await page(
                plugin, request, user, problem: request.words["ownSecret.known"], field: "own-secret")
        }
        return .redirect("manage/integration/plugins/\(plugin.id)?done=secretKept")
    }

    /// False when there is a token of this id, or of this secret, already.
    private func isMade(
        _ id: TokenID, _ name: SecretName, of plugin: Plugin, _ digest: TokenDigest, _ prefix: String,
        _ expiry: Timestamp, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws(DomainError) -> Bool {
        do throws(DomainError) {
            _ = try await changes(request, user).createToken(
                of: plugin, as: id, named: name, digest: digest, prefix: prefix, expiresAt: expiry,
                now: request.now, in: user.scope(.manageIntegration))
            return true
        } catch {
            if case .conflict = error { return false }
            throw error
        }
    }

    func revoke(
        _ token: TokenID, of id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws -> ConsoleAnswer {
        let tokens = try await parts.integration.tokens(in: user.scope(.manageIntegration))
        guard tokens.contains(where: { $0.id == token && $0.plugin == id }) else { throw DomainError.notFound }
        try await changes(request, user).revoke(token, in: user.scope(.manageIntegration))
        return .redirect("manage/integration/plugins/\(id)?done=revoked")
    }
}
