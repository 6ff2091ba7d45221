import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

struct TokenEndpointTests {
    @Test func `a client gets a token that SCIM takes, with its credentials in the header or in the body`() async throws
    {
        let oauth = try await OAuthTestClient(lifetime: 7200)
        let id = oauth.client.id.description
        let encoded = id.replacing("-", with: "%2D")
        for answer in [
            await oauth.token(), await oauth.send(basic: (encoded, oauth.text)),
            await oauth.send("grant_type=client_credentials&client_id=\(encoded)&client_secret=\(oauth.text)&scope="),
            await oauth.send("client_id=\(id)&" + OAuthTestClient.form, basic: (id, oauth.text)),
        ] {
            #expect(answer.status == 200 && answer.json["token_type"] == "Bearer", "\(answer)")
            #expect(answer.json["expires_in"] == 7200 && answer.json["scope"] == nil)
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer.headers[.contentType] == "application/json")
            #expect(PlainToken(text: answer.token) != nil)
            #expect(await oauth.isAdmitted(answer.token))
        }
    }

    @Test func `a secret and its client know when they were last used, and by nobody who was refused`() async throws {
        let (oauth, other) = (try await OAuthTestClient(), try await OAuthTestClient())
        let used = { () async throws -> (ClientSecret?, OAuthClient?) in
            (
                try await oauth.test.clients.secrets(in: oauth.scope).first,
                try await oauth.test.clients.clients(in: oauth.scope).first
            )
        }
        _ = await oauth.send(basic: (oauth.client.id.description, other.text))
        let refused = try await used()
        #expect(refused.0?.lastUsedAt == nil && refused.1?.lastUsedAt == nil)
        // At once, since none may wait for another that waits for it.
        let answers = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { await oauth.token().status } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == [Int](repeating: 200, count: 8))
        let (secret, client) = try await used()
        #expect(secret?.lastUsedAt != nil && secret?.lastUsedFrom != nil && client?.lastUsedAt != nil)
        #expect(try await other.test.clients.secrets(in: other.scope).first?.lastUsedAt == nil)
    }

    @Test func `a scope that is asked for is answered with the one there is`() async throws {
        let oauth = try await OAuthTestClient()
        let form = OAuthTestClient.form + "&scope=api%3A%2F%2Fx%2F.default"
        let answer = await oauth.send(form, basic: (oauth.client.id.description, oauth.text))
        #expect(answer.status == 200 && answer.json["scope"] == "scim")
    }

    @Test func `whatever is wrong with the credentials, the answer is the same`() async throws {
        let (oauth, other) = (try await OAuthTestClient(), try await OAuthTestClient())
        let late = try await OAuthTestClient(expiresIn: -1)
        let id = oauth.client.id.description
        let unknown = OAuthClientID(rawValue: TestDatabase.identifiers.next()).description
        let answers = [
            await oauth.send(basic: (id, other.text)), await oauth.send(basic: (unknown, oauth.text)),
            await oauth.send(basic: ("no identifier", oauth.text)), await oauth.send(basic: (id, "")),
            await oauth.send(basic: (other.client.id.description, other.text)),
            await oauth.send(basic: (id, oauth.text), to: other.tenant.slug),
            await oauth.send(basic: (id, oauth.text), to: Slug("no-such-tenant")!), await late.token(),
            await oauth.send(authorization: "Basic ???"), await oauth.send(authorization: "Bearer \(oauth.text)"),
            await oauth.send(), await oauth.send(OAuthTestClient.form + "&client_id=\(id)"),
        ]
        for answer in answers {
            #expect(answer.status == 401 && answer.error == "invalid_client" && answer.json == answers[0].json)
            #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Basic realm=") == true)
        }
    }

    @Test(arguments: [
        ("", 400, "invalid_request"), ("grant_type=", 400, "invalid_request"),
        ("grant_type=password", 400, "unsupported_grant_type"),
        ("grant_type=client_credentials&grant_type=client_credentials", 400, "invalid_request"),
        ("grant_type=client_credentials&client_secret=%GG", 400, "invalid_request"),
        ("grant_type=client_credentials&client_secret=x", 400, "invalid_request"),
        ("grant_type=client_credentials&client_id=other", 400, "invalid_request"),
        ("grant_type=client_credentials&x=" + String(repeating: "x", count: 20_000), 413, "invalid_request"),
    ])
    func `a request that breaks a rule is refused by its code`(body: String, status: Int, code: String) async throws {
        let oauth = try await OAuthTestClient()
        let answer = await oauth.send(body, basic: (oauth.client.id.description, oauth.text))
        #expect(answer.status == status && answer.error == code, "\(answer)")
    }

    @Test func `only a form that is posted is read`() async throws {
        let oauth = try await OAuthTestClient()
        #expect(await oauth.send(type: "application/json").status == 400)
        #expect(await oauth.send(type: nil).error == "invalid_request")
        let charset = "Application/X-WWW-Form-URLEncoded; charset=utf-8"
        #expect(await oauth.send(basic: (oauth.client.id.description, oauth.text), type: charset).status == 200)
        for method in [HTTPRequest.Method.get, .put, .delete, .options] {
            let answer = await oauth.send(method: method)
            #expect(answer.status == 405 && answer.headers[.allow] == "POST")
        }
    }

    @Test func `revoking a secret ends the tokens that it got, and no other's`() async throws {
        let oauth = try await OAuthTestClient()
        let second = Environment.system.secret(for: .clientSecret).text
        let secret = ClientSecret(
            id: ClientSecretID(rawValue: TestDatabase.identifiers.next()), client: oauth.client.id, prefix: "lcs_more",
            createdAt: oauth.secret.createdAt, expiresAt: oauth.secret.expiresAt, revokedAt: nil)
        try await oauth.test.clients.create(
            secret, digest: TokenDigest(of: second), change: TestDatabase.change(.create, .secret(secret.id)),
            in: oauth.scope)
        let first = await oauth.token().token
        let id = oauth.client.id.description
        let other = await oauth.send(basic: (id, second)).token
        try await oauth.test.clients.revoke(
            oauth.secret.id, change: TestDatabase.change(.revoke, .secret(oauth.secret.id)), in: oauth.scope)
        #expect(await oauth.token().status == 401)
        #expect(await oauth.send(basic: (id, second)).status == 200)
        #expect(await !oauth.isAdmitted(first))
        #expect(await oauth.isAdmitted(other))
    }

    @Test func `revoking a client ends its secrets and tokens, and it cannot be given more`() async throws {
        let oauth = try await OAuthTestClient()
        let token = await oauth.token().token
        #expect(await oauth.isAdmitted(token))
        let clients = oauth.test.clients
        let change = TestDatabase.change(.revoke, .client(oauth.client.id))
        try await clients.revoke(oauth.client.id, change: change, in: oauth.scope)
        #expect(await !oauth.isAdmitted(token))
        #expect(await oauth.token().error == "invalid_client")
        #expect(try await clients.clients(in: oauth.scope)[0].revokedAt != nil)
        #expect(try await clients.secrets(in: oauth.scope)[0].revokedAt != nil)
        await #expect(throws: DomainError.notFound) {
            try await clients.create(
                oauth.secret, digest: TokenDigest(of: "x"),
                change: TestDatabase.change(.create, .secret(oauth.secret.id)), in: oauth.scope)
        }
    }

    @Test func `a token that is issued while its secret is revoked does not outlive it`() async throws {
        for _ in 0..<10 {
            let oauth = try await OAuthTestClient()
            let tokens = await withTaskGroup(of: String?.self, returning: [String].self) { tasks in
                for _ in 0..<6 {
                    tasks.addTask {
                        let answer = await oauth.token()
                        return answer.status == 200 ? answer.token : nil
                    }
                }
                tasks.addTask {
                    let change = TestDatabase.change(.revoke, .secret(oauth.secret.id))
                    try? await oauth.test.clients.revoke(oauth.secret.id, change: change, in: oauth.scope)
                    return nil
                }
                var tokens: [String] = []
                for await case let token? in tasks { tokens.append(token) }
                return tokens
            }
            for token in tokens { #expect(await !oauth.isAdmitted(token)) }
            #expect(await oauth.token().status == 401)
        }
    }

    @Test func `a client of another tenant cannot be revoked or given a secret`() async throws {
        let (oauth, other) = (try await OAuthTestClient(), try await OAuthTestClient())
        let clients = oauth.test.clients
        await #expect(throws: DomainError.notFound) {
            try await clients.revoke(
                oauth.client.id, change: TestDatabase.change(.revoke, .client(oauth.client.id)), in: other.scope)
        }
        await #expect(throws: DomainError.notFound) {
            try await clients.revoke(
                oauth.secret.id, change: TestDatabase.change(.revoke, .secret(oauth.secret.id)), in: other.scope)
        }
        #expect(await oauth.token().status == 200)
    }

    /// A token allows to take access away, which works on every plan and in every state.
    @Test func `a small plan and a suspended tenant get a token, a switched-off connection gets none`() async throws {
        let small = try await OAuthTestClient(plan: .starter)
        #expect(await small.token().status == 200)
        let suspended = try await OAuthTestClient()
        try await suspended.test.tenants.setStatus(
            .suspended, of: suspended.tenant.id, change: TestDatabase.change(.suspend, .tenant(suspended.tenant.id)))
        #expect(await suspended.token().status == 200)
        _ = try await suspended.test.superuser.write([
            "update app.plugins set enabled = false where tenant_id = \(.uuid(suspended.tenant.id.rawValue))"
        ])
        #expect(await suspended.token().error == "unauthorized_client")
        #expect(await suspended.send(basic: (suspended.client.id.description, "x")).error == "invalid_client")
    }

    @Test func `tokens that expired a day ago are gone when the next is issued`() async throws {
        let oauth = try await OAuthTestClient()
        for _ in 0..<3 { #expect(await oauth.token().status == 200) }
        #expect(try await oauth.storedTokens() == 3)
        _ = try await oauth.test.superuser.write([
            """
            update app.scim_tokens set expires_at = now() - interval '25 hours'
            where tenant_id = \(.uuid(oauth.tenant.id.rawValue)) and client_id is not null
            """
        ])
        let fresh = await oauth.token().token
        #expect(try await oauth.storedTokens() == 1)
        #expect(await oauth.isAdmitted(fresh))
        #expect(try await oauth.test.integration.tokens(in: oauth.scope).count == 1)
    }

    @Test func `who asks too often is told when to come back, and the real client and other tenants go on`()
        async throws
    {
        // The clock stands still, so that a slow machine changes nothing.
        let now = Edge.Environment.system.now()
        let (oauth, other) = (
            try await OAuthTestClient(rate: RequestRate(perSecond: 1, burst: 3), now: { now }),
            try await OAuthTestClient()
        )
        _ = await oauth.token()
        func guess(_ client: String, from address: String? = nil) async -> Int {
            await oauth.send(basic: (client, "y"), from: address).status
        }
        var statuses: [Int] = []
        for _ in 0..<5 { statuses.append(await guess("x")) }
        #expect(statuses == [401, 401, 401, 429, 429])
        #expect(await oauth.send(basic: ("x", "y")).headers[.retryAfter] == "1")
        // Also from the same network the client goes on; in its name and from elsewhere a flood ends itself.
        #expect(await oauth.token().status == 200)
        for _ in 0..<5 { _ = await guess(oauth.client.id.description, from: "203.0.113.9") }
        #expect(await guess(oauth.client.id.description, from: "203.0.113.10") == 429)
        #expect(await oauth.token().status == 200)
        let answer = await oauth.send(basic: (other.client.id.description, other.text), to: other.tenant.slug)
        #expect(answer.status == 200)
    }

    @Test func `a network that asks in many names is slowed down`() async throws {
        let now = Edge.Environment.system.now()
        let oauth = try await OAuthTestClient(rate: RequestRate(perSecond: 1, burst: 3), now: { now })
        _ = await oauth.token()
        var statuses: [Int] = []
        for number in 0..<20 { statuses.append(await oauth.send(basic: ("\(number)", "y"), from: "192.0.2.1").status) }
        #expect(statuses.count { $0 == 401 } == 15 && statuses.suffix(5).allSatisfy { $0 == 429 })
    }

    @Test func `refused requests are in the security log`() async throws {
        let oauth = try await OAuthTestClient()
        #expect(await oauth.token().status == 200)
        let id = oauth.client.id.description
        _ = await oauth.send(basic: (id, "wrong"), from: "203.0.113.9")
        _ = await oauth.send("grant_type=password", from: "203.0.113.9")
        await oauth.securityLog.write()
        let events = try await oauth.test.securityEvents.events(
            SecurityEventFilter(), before: nil, limit: 10, in: oauth.scope)
        #expect(events.allSatisfy { $0.event.kind == .tokenRefused && $0.event.address == "203.0.113.9" })
        let refused = try #require(events.first { $0.event.reason == "invalid_client" })
        #expect(refused.event.subject == .client(oauth.client.id) && refused.pluginName?.hasPrefix("Provider") == true)
        #expect(events.contains { $0.event.reason == "unsupported_grant_type" && $0.event.subject == .unknown })
    }
}

extension OAuthTestClient {
    func storedTokens() async throws -> Int64 {
        try await test.superuser.read([
            """
            select count(*) from app.scim_tokens
            where tenant_id = \(.uuid(tenant.id.rawValue)) and client_id is not null
            """
        ])[0][0].bigint(0)
    }
}
