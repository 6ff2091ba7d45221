/// The credentials of one connection's identity provider: tokens, and clients with a secret or an issuer.
package struct ConnectionSecrets: Sendable, Hashable {
    package let tokens: [Token]
    package let clients: [OAuthClient]
    package let secrets: [ClientSecret]

    /// - Parameters: everything of the tenant's; what belongs to other connections is left out.
    package init(of plugin: PluginID, tokens: [Token], clients: [OAuthClient], secrets: [ClientSecret]) {
        self.tokens = tokens.filter { $0.plugin == plugin }
        let clients = clients.filter { $0.plugin == plugin }
        self.clients = clients
        self.secrets = secrets.filter { secret in clients.contains { $0.id == secret.client } }
    }

    /// None was ever made.
    package var isEmpty: Bool { tokens.isEmpty && clients.isEmpty }

    package var liveClients: [OAuthClient] { clients.filter { $0.revokedAt == nil } }

    package func secrets(of client: OAuthClient) -> [ClientSecret] { secrets.filter { $0.client == client.id } }

    /// Whether anything lets the provider in.
    package func letIn(at now: Timestamp) -> Bool {
        tokens.contains { $0.revokedAt == nil && $0.expiresAt.map { $0 > now } ?? true }
            || liveClients.contains { client in
                client.federation != nil
                    || secrets(of: client).contains { $0.revokedAt == nil && $0.expiresAt > now }
            }
    }

    /// When anything of it was last used.
    package var lastUsedAt: Timestamp? {
        (tokens.map(\.lastUsedAt) + clients.map(\.lastUsedAt) + secrets.map(\.lastUsedAt)).compactMap(\.self).max()
    }

    /// The ends of credentials that are worth a notice. A secret that has a longer-lived successor, or that another
    /// credential replaces once it has expired, gives none.
    package func endings(at now: Timestamp) -> [Ending] {
        let isCut = !letIn(at: now)
        let ends =
            [Ending(.token, last: tokens.filter { $0.revokedAt == nil }.map(\.expiresAt), now: now)]
            + liveClients.filter { $0.federation == nil }.map { client in
                Ending(
                    .client, last: secrets(of: client).filter { $0.revokedAt == nil }.map(\.expiresAt), now: now)
            }
        return ends.compactMap(\.self).filter { isCut || $0.at > now }
    }

    /// The end of the last token, or of the last secret of a client.
    package struct Ending: Sendable, Hashable {
        package enum Kind: String, Sendable { case token, client }

        package let kind: Kind
        package let at: Timestamp

        /// From thirty days before it on, an end is worth a word.
        package static let noticeSeconds: Int64 = 30 * 86_400

        fileprivate init?(_ kind: Kind, last expiries: [Timestamp?], now: Timestamp) {
            let ends = expiries.compactMap(\.self)
            guard ends.count == expiries.count, let last = ends.max(),
                last <= now.adding(seconds: Self.noticeSeconds)
            else { return nil }
            self.kind = kind
            at = last
        }
    }
}
