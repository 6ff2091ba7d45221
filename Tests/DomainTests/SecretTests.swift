import Domain
import Testing

/// Secrets of a connection: what they are called, and when their end is worth a word.
struct SecretTests {
    private static let day: Int64 = 86_400
    private let now = Timestamp(microseconds: 1_700_000_000_000_000)
    private let plugin = PluginID(rawValue: 1)

    private func token(_ days: Int64?, isRevoked: Bool = false, of plugin: PluginID? = nil) -> Token {
        Token(
            id: TokenID(rawValue: 2), plugin: plugin ?? self.plugin, pluginName: "", prefix: "", createdAt: now,
            expiresAt: days.map { now.adding(seconds: $0 * Self.day) }, revokedAt: isRevoked ? now : nil,
            lastUsedAt: nil, lastUsedFrom: nil)
    }

    private func client(_ id: UInt128, trusts: Bool = false, isRevoked: Bool = false) throws -> OAuthClient {
        let identity = FederatedIdentity.self
        return OAuthClient(
            id: OAuthClientID(rawValue: id), plugin: plugin, pluginName: "", tokenLifetime: .standard,
            federation: trusts
                ? try identity.init(
                    issuer: "https://i.example", subject: "s", audience: "a",
                    keys: try #require(KeySetURL("https://i.example/keys"))) : nil,
            createdAt: now, revokedAt: isRevoked ? now : nil)
    }

    private func secret(of client: UInt128, _ days: Int64, isRevoked: Bool = false) -> ClientSecret {
        ClientSecret(
            id: ClientSecretID(rawValue: 4), client: OAuthClientID(rawValue: client), prefix: "", createdAt: now,
            expiresAt: now.adding(seconds: days * Self.day), revokedAt: isRevoked ? now : nil)
    }

    /// `token 20`: the kind and the days until its end.
    private func endings(
        _ tokens: [Token] = [], _ clients: [OAuthClient] = [], _ secrets: [ClientSecret] = []
    ) -> [String] {
        ConnectionSecrets(of: plugin, tokens: tokens, clients: clients, secrets: secrets).endings(at: now).map {
            "\($0.kind) \(($0.at.microseconds - now.microseconds) / 1_000_000 / Self.day)"
        }
    }

    @Test func `a name is a line of up to 100 characters, or none`() {
        #expect(SecretName("")?.isEmpty == true)
        #expect(SecretName("Entra, östlich 🌍")?.description == "Entra, östlich 🌍")
        #expect(SecretName(String(repeating: "x", count: 100)) != nil)
        #expect(SecretName(String(repeating: "x", count: 101)) == nil)
        // A letter of many code points is as long as PostgreSQL finds it.
        #expect(SecretName(String(repeating: "e\u{301}", count: 60)) == nil)
        #expect(SecretName("a\nb") == nil && SecretName("a\u{0}b") == nil)
    }

    @Test func `the end of the last token is told in its last thirty days`() {
        #expect(endings([token(20)]) == ["token 20"])
        #expect(endings([token(30)]) == ["token 30"])
        #expect(endings([token(31)]).isEmpty)
        #expect(endings([token(20), token(90)]).isEmpty && endings([token(20), token(nil)]).isEmpty)
        #expect(endings([token(20), token(90, isRevoked: true)]) == ["token 20"])
        #expect(endings([token(20, of: PluginID(rawValue: 9))]).isEmpty && endings().isEmpty)
    }

    @Test func `the end of the last secret of each client is told like that of a token`() throws {
        let clients = [try client(7), try client(8)]
        #expect(endings([], clients, [secret(of: 7, 20), secret(of: 8, 90)]) == ["client 20"])
        #expect(endings([], clients, [secret(of: 7, 20), secret(of: 7, 90)]).isEmpty)
        #expect(endings([token(3)], [clients[0]], [secret(of: 7, 20)]) == ["token 3", "client 20"])
        #expect(endings([], [try client(7, isRevoked: true)], [secret(of: 7, 20)]).isEmpty)
        #expect(endings([], [try client(7, trusts: true)], [secret(of: 7, 20)]).isEmpty)
    }

    @Test func `what is over is told only when nothing else lets the provider in`() throws {
        #expect(endings([token(-1)]) == ["token -1"])
        let clients = [try client(7)]
        #expect(endings([token(-1)], clients, [secret(of: 7, 90)]).isEmpty)
        #expect(endings([token(90)], clients, [secret(of: 7, -2)]).isEmpty)
        #expect(endings([token(-1)], [try client(7, trusts: true)]).isEmpty)
        #expect(endings([token(-1)], clients, [secret(of: 7, -2)]) == ["token -1", "client -2"])
        #expect(endings([token(-1)], clients, [secret(of: 7, 90, isRevoked: true)]) == ["token -1"])
    }

    @Test func `a token, a secret or an issuer lets the provider in, until it is over`() throws {
        let secrets = { (tokens: [Token], clients: [OAuthClient], secrets: [ClientSecret]) in
            ConnectionSecrets(of: plugin, tokens: tokens, clients: clients, secrets: secrets)
        }
        let client = try client(7)
        for good in [
            secrets([token(1)], [], []), secrets([token(nil)], [], []), secrets([], [client], [secret(of: 7, 1)]),
            secrets([], [try self.client(7, trusts: true)], []),
        ] { #expect(good.letIn(at: now) && !good.isEmpty) }
        for bad in [
            secrets([token(0)], [], []), secrets([token(1, isRevoked: true)], [], []), secrets([], [client], []),
            secrets([], [client], [secret(of: 7, 0)]), secrets([], [client], [secret(of: 8, 1)]),
            secrets([], [try self.client(7, trusts: true, isRevoked: true)], [secret(of: 7, 1)]),
        ] { #expect(!bad.letIn(at: now) && !bad.isEmpty) }
        #expect(secrets([], [], []).isEmpty)
    }
}
