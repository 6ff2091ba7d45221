import Domain
import Testing

struct TokenTests {
    private let token = PlainToken(secret: (0..<32).map { UInt8($0 * 7 & 0xFF) })

    @Test func `a token has its tag, 43 characters of secret and 6 of check sum`() {
        #expect(token.text.hasPrefix("lct_"))
        #expect(token.text.count == 4 + 43 + 6)
        #expect(token.prefix == String(token.text.prefix(8)))
    }

    @Test func `a token is recognised`() {
        #expect(PlainToken(text: token.text)?.text == token.text)
    }

    @Test func `any one wrong character is noticed`() {
        var characters = Array(token.text)
        for index in 4..<characters.count {
            let right = characters[index]
            characters[index] = right == "A" ? "B" : "A"
            #expect(PlainToken(text: String(characters)) == nil)
            characters[index] = right
        }
    }

    @Test func `a cut, lengthened or foreign text is no token`() {
        #expect(PlainToken(text: String(token.text.dropLast())) == nil)
        #expect(PlainToken(text: token.text + "x") == nil)
        #expect(PlainToken(text: "lct_" + String(repeating: "é", count: 49)) == nil)
        #expect(PlainToken(text: "") == nil)
    }

    @Test func `the largest secret fits`() {
        #expect(PlainToken(secret: [UInt8](repeating: 255, count: 32)).text.count == 53)
    }
}

struct TokenStandingTests {
    private func standing(_ change: (inout TokenStanding) -> Void = { _ in }) -> TokenStanding {
        let client = ProvisioningClient(
            tenant: TenantID(rawValue: 1), plugin: PluginID(rawValue: 2), token: TokenID(rawValue: 3),
            defaultRole: .trainee, acceptsBareToken: false)
        var standing = TokenStanding(
            client: client, expiresAt: nil, revokedAt: nil, pluginIsEnabled: true, tenantStatus: .active,
            entitlements: [.scim])
        change(&standing)
        return standing
    }

    private let now = Timestamp(microseconds: 1000)

    @Test func `a good token lets in`() throws {
        #expect(try standing().admitted(now: now) == standing().client)
        #expect(throws: Never.self) { try standing { $0.expiresAt = Timestamp(microseconds: 1001) }.admitted(now: now) }
    }

    @Test func `a revoked or expired token is no credential`() {
        #expect(throws: DomainError.unauthenticated(reason: "The token has been revoked.")) {
            try standing { $0.revokedAt = now }.admitted(now: now)
        }
        #expect(throws: DomainError.unauthenticated(reason: "The token has expired.")) {
            try standing { $0.expiresAt = now }.admitted(now: now)
        }
    }

    @Test func `a connection that is switched off is forbidden and says why`() {
        #expect(throws: DomainError.forbidden(reason: Refusal.switchedOff.sentence)) {
            try standing { $0.pluginIsEnabled = false }.admitted(now: now)
        }
    }

    @Test func `a suspended tenant, a small plan and a pause leave what takes access away`() throws {
        let cases: [((inout TokenStanding) -> Void, DomainError)] = [
            ({ $0.tenantStatus = .suspended }, .forbidden(reason: Refusal.accountSuspended.sentence)),
            ({ $0.entitlements = [.groups] }, .forbidden(reason: Refusal.notInPlan.sentence)),
            ({ $0.pluginIsPaused = true }, .paused(retryAfter: 300)),
        ]
        for (change, refusal) in cases {
            let client = try standing(change).admitted(now: now)
            #expect(client.capability == .removal(otherwise: refusal))
            #expect(throws: refusal) { try client.capability.requireFull() }
        }
        #expect(throws: Never.self) { try standing().admitted(now: now).capability.requireFull() }
    }
}

struct TokenHeaderTests {
    @Test(arguments: ["X-Api-Key", "x-scim-token", "ApiKey"])
    func `a name of one's own is taken, in any case`(name: String) {
        #expect(TokenHeader(name)?.description == name.lowercased())
    }

    @Test(arguments: [
        "", "Authorization", "HOST", "Content-Type", "X-Forwarded-For", "x-request-id", "Accept", "If-Match", "X Key",
        "X:Key", "X_Key", "é", "Sec-Fetch-Site", String(repeating: "x", count: 65),
    ])
    func `a name that means something already, or is none, is refused`(name: String) {
        #expect(TokenHeader(name) == nil)
    }
}
