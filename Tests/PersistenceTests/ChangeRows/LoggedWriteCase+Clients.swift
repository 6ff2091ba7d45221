import Domain
import LecternTesting
import Persistence
import StrictJSON

extension LoggedWriteCase {
    static let clients: [LoggedWriteCase] = [
        LoggedWriteCase("OAuthClientStore.create(_:secret:digest:changes:in:)", "a client and its secret") { site in
            let (client, secret) = site.unsavedClient()
            let changes = [
                site.change(.create, .client(client.id), "plugin", from: .null, to: "p"),
                site.change(.create, .secret(secret.id), "client", from: .null, to: "c"),
            ]
            return LoggedWrite(
                "client", client.id, .create, ["plugin": [.null, "p"]], consequences: ["secret create"]
            ) {
                try await site.test.clients.create(
                    client, secret: secret, digest: ChangeRowSite.digest(), changes: changes, in: site.scope)
            }
        },
        LoggedWriteCase("OAuthClientStore.create(_:digest:change:in:)", "a secret is added") { site in
            let (client, secret) = (try await site.oauthClient().id, site.newSecret())
            return LoggedWrite(
                "secret", secret.id, .create,
                ["client": [.null, .string(client.description)], "expiresAt": [.null, 2_000_000_000]]
            ) {
                try await site.clients.add(secret, to: client, in: site.scope)
            }
        },
        LoggedWriteCase("OAuthClientStore.federate(_:with:change:in:)", "an issuer is trusted", isRepeatable: true) {
            site in
            let client = try await site.oauthClient()
            let keys = KeySetURL("https://issuer.example/keys")!
            let identity = try FederatedIdentity(
                issuer: "https://issuer.example", subject: "s", audience: "a", keys: keys)
            return LoggedWrite(
                "client", client.id, .update,
                [
                    "issuer": [.null, "https://issuer.example"], "subject": [.null, "s"], "audience": [.null, "a"],
                    "jwksURL": [.null, "https://issuer.example/keys"],
                ]
            ) {
                try await site.clients.federate(client, with: identity, in: site.scope)
            }
        },
        LoggedWriteCase("OAuthClientStore.revoke(_:change:in:)", "a client is revoked") { site in
            let client = try await site.oauthClient().id
            return LoggedWrite("client", client, .revoke, [:]) {
                try await site.clients.revoke(client, in: site.scope)
            }
        },
        LoggedWriteCase("OAuthClientStore.revoke(_:change:in:)", "a secret is revoked") { site in
            let (client, secret) = (try await site.oauthClient().id, site.newSecret())
            try await site.clients.add(secret, to: client, in: site.scope)
            return LoggedWrite("secret", secret.id, .revoke, [:]) {
                try await site.clients.revoke(secret.id, in: site.scope)
            }
        },
    ]
}

extension ChangeRowSite {
    /// A client of the connection and its first secret.
    fileprivate func unsavedClient() -> (OAuthClient, ClientSecret) {
        let time = Timestamp(microseconds: 0)
        let oauth = OAuthClient(
            id: Self.id(), plugin: client.plugin, pluginName: "", tokenLifetime: .standard, federation: nil,
            createdAt: time, revokedAt: nil)
        let secret = ClientSecret(
            id: Self.id(), client: oauth.id, prefix: "", createdAt: time, expiresAt: time, revokedAt: nil)
        return (oauth, secret)
    }
}
