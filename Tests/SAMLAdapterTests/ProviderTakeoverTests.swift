import Domain
import Edge
import Foundation
import LecternTesting
import Persistence
import StrictJSON
import Testing

/// The ways in which an administrator could take over another person's sign-in.
struct ProviderTakeoverTests {
    private func describe(
        _ company: Company, isByOwner: Bool, _ change: (inout SAMLConnection.Provider) -> Void
    ) async throws {
        let connection = try await company.connection()
        var provider = try #require(connection.provider)
        change(&provider)
        try await SAMLConnectionChanges(
            connections: company.test.saml, identifiers: TestDatabase.identifiers, origin: company.origin,
            isByOwner: isByOwner
        ).describe(
            connection, as: ProviderDescription(provider: provider), metadataURL: nil, now: company.site.clock.now,
            in: company.scope)
    }

    /// An Owner and somebody else, both known to the provider by name.
    private func known(_ company: Company) async throws -> (owner: UserID, ann: UserID) {
        let users = (try await company.makeUser("boss", .owner), try await company.makeUser("ann"))
        for (name, user) in [("n-boss", users.0), ("n-ann", users.1)] {
            var completion = SAMLCompletion(
                connection: company.id, request: nil, browser: nil, assertionDigest: TokenDigest(of: name),
                assertionEnd: company.site.clock.now.adding(seconds: 60),
                signIn: SAMLSignIn(
                    id: SAMLSignInID(rawValue: TestDatabase.identifiers.next()), plugin: company.id.plugin,
                    at: company.site.clock.now, purpose: .link, failedRule: nil, user: user, nameID: name, address: "",
                    report: [:]))
            completion.lastingNameID = name
            try await company.test.saml.complete(completion, in: company.tenant.id)
        }
        return users
    }

    private func names(_ company: Company, _ user: UserID) async throws -> [String] {
        try await company.test.saml.identities(of: user, in: company.scope).map(\.nameID)
    }

    @Test func `an Admin who gives the provider another key speaks for no Owner`() async throws {
        let company = try await Company(try await Site())
        let (owner, ann) = try await known(company)
        try await describe(company, isByOwner: true) { $0.certificates.append([1]) }
        #expect(try await names(company, owner) == ["n-boss"])
        try await describe(company, isByOwner: false) { $0.certificates = [[2]] }
        #expect(try await names(company, owner).isEmpty)
        #expect(try await names(company, ann) == ["n-ann"])
    }

    @Test func `another provider knows nobody`() async throws {
        let company = try await Company(try await Site())
        let (owner, ann) = try await known(company)
        try await describe(company, isByOwner: true) { $0.issuer = "https://other.example" }
        #expect(try await names(company, owner).isEmpty)
        #expect(try await names(company, ann).isEmpty)
    }

    @Test func `a change that comes too late ends no link and is in no log`() async throws {
        let company = try await Company(try await Site())
        let (owner, ann) = try await known(company)
        let old = try await company.connection()
        try await company.change { $0.settings.createsUsers = true }
        let before = try await company.count(of: "changes")
        let changes = SAMLConnectionChanges(
            connections: company.test.saml, identifiers: TestDatabase.identifiers, origin: company.origin)
        var (narrowed, moved) = (old, old)
        narrowed.settings.allowedDomains = ["y.example"]
        moved.provider?.issuer = "https://other.example"
        for late in [narrowed, moved] {
            await #expect(throws: DomainError.stale) {
                try await changes.update(late, from: old, in: company.scope)
            }
        }
        #expect(try await company.count(of: "changes") == before)
        #expect(try await names(company, owner) == ["n-boss"])
        #expect(try await names(company, ann) == ["n-ann"])
    }

    @Test func `a trace holds no signature that could be shown again`() async throws {
        let company = try await Company(try await Site())
        let answer = company.providerAnswer(to: nil)
        #expect(await company.bring(try answer.message, Browser(company.site)).status == 403)
        let document = try #require(try await company.traces().first?.report["document"]?.stringValue)
        #expect(document.contains("<ds:SignatureValue>…</ds:SignatureValue>") && document.hasPrefix("<"))
        #expect(document.hasSuffix("Response>") && document.contains(company.issuer))
    }

    @Test func `a session ends with its connection`() async throws {
        let company = try await Company(try await Site())
        try await company.makeUser("ann")
        let browser = Browser(company.site)
        try await company.signIn(browser)
        #expect(await company.user(in: browser) == "ann")
        try await company.changePlugin { $0.isEnabled = false }
        #expect(await company.user(in: browser) == nil)
    }

    @Test func `who signed in at the provider this morning proves nothing now`() async throws {
        let company = try await Company(try await Site())
        try await company.makeUser("ann")
        let (early, late) = (Browser(company.site), Browser(company.site))
        try await company.signIn(early) { $0.authenticatedAt = $0.now.addingTimeInterval(-4 * 3600) }
        try await company.signIn(late)
        #expect(await early.get("\(company.base)/manage/account/second-factor").status == 303)
        #expect(await late.get("\(company.base)/manage/account/second-factor").status == 200)
    }
}
