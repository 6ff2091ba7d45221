import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import Synchronization
import Testing

struct BearerTokenTests {
    private func token(_ value: String?) -> BearerToken {
        var fields = HTTPFields()
        fields[.authorization] = value
        return BearerToken(fields)
    }

    @Test func `the scheme is known in any case, and a token may come without it`() {
        #expect(token("Bearer abc") == .bearer("abc"))
        #expect(token("bEARER  abc") == .bearer("abc"))
        #expect(token("abc") == .bare("abc"))
        #expect(token(nil) == .absent)
    }

    @Test(arguments: [
        "Bearer", "Bearer ", "Basic dTpw", "Bearer a b", "", "Bearer é", "Bearer " + String(repeating: "a", count: 513),
    ])
    func `anything else is malformed`(value: String) { #expect(token(value) == .malformed) }
}

struct TokenAuthenticatorTests {
    private let plain = PlainToken(secret: (0..<32).map { _ in UInt8.random(in: 0...255) })

    private func authenticator(_ test: TestDatabase, now: @escaping @Sendable () -> Timestamp) -> TokenAuthenticator {
        TokenAuthenticator(
            tenants: test.tenants, integration: test.integration, environment: Environment(now: now, random: { 4 }),
            uses: TokenUses(integration: test.integration))
    }

    private let now: @Sendable () -> Timestamp = { Timestamp(microseconds: 1_000_000) }

    @Test func `a token opens its own tenant and no other`() async throws {
        let test = try await TestDatabase.shared()
        let (mine, other) = (try await test.makeTenant(), try await test.makeTenant())
        let client = try await test.makeClient(of: mine, tokenDigest: TokenDigest(of: plain.text))
        let authenticator = authenticator(test, now: now)
        #expect(
            try await authenticator.client(showing: .bearer(plain.text), to: mine.slug, from: "x").token == client.token
        )
        for (token, slug) in [
            (BearerToken.bearer(plain.text), other.slug), (.bearer(plain.text), Slug("no-such-tenant")!),
            (.bearer("lct_wrong"), mine.slug), (.bearer("something else"), mine.slug), (.absent, mine.slug),
            (.malformed, mine.slug),
        ] {
            let error = await #expect(throws: DomainError.self) {
                try await authenticator.client(showing: token, to: slug, from: "x")
            }
            if case .unauthenticated = error {} else { Issue.record("\(token): \(error as Any)") }
        }
    }

    @Test func `an unknown tenant cannot be told from a wrong token`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        let authenticator = authenticator(test, now: now)
        var errors: [DomainError] = []
        for slug in [tenant.slug, Slug("no-such-tenant")!] {
            do { _ = try await authenticator.client(showing: .bearer(plain.text), to: slug, from: "x") } catch {
                errors.append(error)
            }
        }
        #expect(errors.count == 2 && errors[0] == errors[1])
    }

    @Test func `a token without Bearer is taken where the plug-in says so`() async throws {
        let test = try await TestDatabase.shared()
        let (strict, lenient) = (try await test.makeTenant(), try await test.makeTenant())
        _ = try await test.makeClient(of: strict, tokenDigest: TokenDigest(of: plain.text))
        let client = try await test.makeClient(of: lenient, tokenDigest: TokenDigest(of: plain.text), bareToken: true)
        let authenticator = authenticator(test, now: now)
        #expect(
            try await authenticator.client(showing: .bare(plain.text), to: lenient.slug, from: "x").token
                == client.token)
        let refused = await #expect(throws: DomainError.self) {
            try await authenticator.client(showing: .bare(plain.text), to: strict.slug, from: "x")
        }
        guard case .unauthenticated(let reason) = refused else {
            Issue.record("\(refused as Any)")
            return
        }
        #expect(reason.contains("Bearer"))
    }

    @Test func `a token in the plug-in's own header is taken where there is none in Authorization`() async throws {
        let test = try await TestDatabase.shared()
        let (tenant, other) = (try await test.makeTenant(), try await test.makeTenant())
        let header = try #require(TokenHeader("X-Api-Key"))
        let client = try await test.makeClient(
            of: tenant, tokenDigest: TokenDigest(of: plain.text), tokenHeader: header)
        let second = PlainToken(secret: (0..<32).map { _ in UInt8.random(in: 0...255) })
        _ = try await test.makeClient(of: tenant, tokenDigest: TokenDigest(of: second.text))
        let authenticator = authenticator(test, now: now)
        let name = HTTPField.Name("x-api-key")!
        let shown = try await authenticator.token(in: [name: plain.text], to: tenant.slug)
        #expect(shown == .custom(plain.text, in: header))
        #expect(try await authenticator.client(showing: shown, to: tenant.slug, from: "x").token == client.token)
        let bearer = BearerToken.bearer(plain.text)
        #expect(try await authenticator.client(showing: bearer, to: tenant.slug, from: "x").token == client.token)
        let both: HTTPFields = [name: plain.text, .authorization: "Bearer x"]
        #expect(try await authenticator.token(in: both, to: tenant.slug) == .bearer("x"))
        #expect(try await authenticator.token(in: [.userAgent: plain.text], to: tenant.slug) == .absent)
        #expect(try await authenticator.token(in: [name: plain.text], to: other.slug) == .absent)
        // The token of another plug-in, and one that is none, get the same answer.
        var errors: [DomainError] = []
        for text in [second.text, "lct_wrong"] {
            do {
                _ = try await authenticator.client(showing: .custom(text, in: header), to: tenant.slug, from: "x")
            } catch { errors.append(error) }
        }
        #expect(errors.count == 2 && errors[0] == errors[1])
    }

    @Test func `an expired token is refused, a small plan and a suspended tenant leave removals`() async throws {
        let test = try await TestDatabase.shared()
        let authenticator = authenticator(test, now: now)
        let late = try await test.makeTenant()
        _ = try await test.makeClient(of: late, tokenDigest: TokenDigest(of: plain.text), expiresAt: now())
        let small = try await test.makeTenant(plan: .starter)
        _ = try await test.makeClient(of: small, tokenDigest: TokenDigest(of: plain.text))
        let suspended = try await test.makeTenant()
        _ = try await test.makeClient(of: suspended, tokenDigest: TokenDigest(of: plain.text))
        try await test.tenants.setStatus(
            .suspended, of: suspended.id, change: TestDatabase.change(.suspend, .tenant(suspended.id)))
        await #expect(throws: DomainError.unauthenticated(reason: Refusal.tokenExpired.sentence)) {
            try await authenticator.client(showing: .bearer(plain.text), to: late.slug, from: "x")
        }
        for (tenant, refusal) in [(small, Refusal.notInPlan), (suspended, .accountSuspended)] {
            let client = try await authenticator.client(showing: .bearer(plain.text), to: tenant.slug, from: "x")
            #expect(client.capability == .removal(otherwise: .forbidden(reason: refusal.sentence)))
        }
    }

    @Test func `what was remembered is asked again after it was forgotten`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        let client = try await test.makeClient(of: tenant, tokenDigest: TokenDigest(of: plain.text))
        let authenticator = authenticator(test, now: now)
        _ = try await authenticator.client(showing: .bearer(plain.text), to: tenant.slug, from: "x")
        try await test.integration.revoke(
            client.token, change: TestDatabase.change(.revoke, .token(client.token)),
            in: TenantScope(tenant: tenant.id, admission: .operator))
        authenticator.forget(
            try await authenticator.client(showing: .bearer(plain.text), to: tenant.slug, from: "x"))
        await #expect(throws: DomainError.unauthenticated(reason: "The token has been revoked.")) {
            try await authenticator.client(showing: .bearer(plain.text), to: tenant.slug, from: "x")
        }
    }

    @Test func `the use of a token that is remembered is noted like the first one`() async throws {
        let test = try await TestDatabase.shared()
        let tenant = try await test.makeTenant()
        let client = try await test.makeClient(of: tenant, tokenDigest: TokenDigest(of: plain.text))
        let uses = TokenUses(integration: test.integration)
        let authenticator = TokenAuthenticator(
            tenants: test.tenants, integration: test.integration, environment: Environment(now: now, random: { 4 }),
            uses: uses)
        for address in ["192.0.2.1", "192.0.2.2"] {
            _ = try await authenticator.client(showing: .bearer(plain.text), to: tenant.slug, from: address)
        }
        let writing = Task { try await uses.run() }
        let scope = TenantScope(tenant: tenant.id, admission: .operator)
        #expect(
            try await eventually {
                let token = try await test.integration.tokens(in: scope).first { $0.id == client.token }
                return token?.lastUsedFrom == "192.0.2.2"
            })
        writing.cancel()
    }
}
