import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

/// Which user a provider's word lets in.
struct AccountTests {
    private static let mail = [Company.email: ["ann@x.example"]]

    @Test func `who was known once is known again by that name, whatever else is said`() async throws {
        let company = try await Company(try await Site())
        let ann = try await company.makeAnn()
        try await company.makeUser("bob", emails: ["bob@x.example"])
        try await company.signIn(Browser(company.site)) {
            $0.nameID = "lasting-1"
            $0.claims = Self.mail
        }
        let browser = Browser(company.site)
        try await company.signIn(browser) {
            $0.nameID = "lasting-1"
            $0.claims = [Company.email: ["bob@x.example"], Company.userName: ["bob"]]
        }
        #expect(await company.user(in: browser) == "ann")
        #expect(try await company.test.saml.identities(of: ann, in: company.scope).map(\.nameID) == ["lasting-1"])
        // In other letters it is another name.
        try await company.signIn(browser) { $0.nameID = "LASTING-1" }
        #expect(try await company.failedRule() == "unknown-user")
    }

    @Test func `linking is in the change log, once`() async throws {
        let company = try await Company(try await Site())
        let ann = try await company.makeAnn()
        for _ in 0..<2 { try await company.signIn(Browser(company.site)) }
        let changes = try await company.changes("sign-in", "update", of: ann)
        #expect(changes.count == 1)
        #expect(changes.first?["identity"]?[1] == "ann")
    }

    @Test func `a name that passes links nobody`() async throws {
        let company = try await Company(try await Site())
        let ann = try await company.makeAnn()
        let browser = Browser(company.site)
        try await company.signIn(browser) {
            $0.nameID = "passing-1"
            $0.format = ProviderAnswer.transient
            $0.claims = Self.mail
        }
        #expect(await company.user(in: browser) == "ann")
        #expect(try await company.test.saml.identities(of: ann, in: company.scope).isEmpty)
        try await company.signIn(browser) {
            $0.nameID = "passing-1"
            $0.format = ProviderAnswer.transient
        }
        #expect(try await company.failedRule() == "unknown-user")
    }

    @Test func `a user of SCIM is known by the identifier that the provider gave`() async throws {
        let company = try await Company(try await Site())
        let scim = try await company.test.makeClient(of: company.tenant, tokenDigest: TokenDigest(of: "\(company.id)"))
        try await company.makeUser("ann", externalID: "e-1", source: scim.plugin)
        try await company.makeUser("local", externalID: "e-2")
        let browser = Browser(company.site)
        try await company.signIn(browser) {
            $0.nameID = "n-1"
            $0.claims = [Company.externalID: ["e-1"]]
        }
        #expect(await company.user(in: browser) == "ann")
        // A value that a person here wrote into that field is not trusted.
        try await company.signIn(Browser(company.site)) {
            $0.nameID = "n-2"
            $0.claims = [Company.externalID: ["e-2"]]
        }
        #expect(try await company.failedRule() == "unknown-user")
    }

    @Test func `a user name is one's name without regard to case`() async throws {
        let company = try await Company(try await Site())
        try await company.makeUser("Ann.Lee")
        let (byName, byClaim) = (Browser(company.site), Browser(company.site))
        try await company.signIn(byName) { $0.nameID = "ann.lee" }
        #expect(await company.user(in: byName) == "Ann.Lee")
        try await company.signIn(byClaim) {
            $0.nameID = "n-1"
            $0.claims = [Company.userName: ["ANN.LEE"]]
        }
        #expect(await company.user(in: byClaim) == "Ann.Lee")
    }

    @Test(arguments: ["ann@x.example", "ann@foreign.example"])
    func `an address counts where its domain is proved, and nowhere else`(_ address: String) async throws {
        let company = try await Company(try await Site())
        _ = try await company.test.addDomain("foreign.example", of: company.tenant)
        try await company.makeUser("one", emails: [address])
        try await company.makeUser("two.\(address)")
        let isProved = address.hasSuffix("@x.example")
        let byMail = Browser(company.site)
        try await company.signIn(byMail) {
            $0.nameID = "n-1"
            $0.claims = [Company.email: [address]]
        }
        #expect(await company.user(in: byMail) == (isProved ? "one" : nil))
        let byName = Browser(company.site)
        try await company.signIn(byName) { $0.nameID = "two.\(address)" }
        #expect(await company.user(in: byName) == (isProved ? "two.\(address)" : nil))
        #expect(try await company.failedRule() == (isProved ? nil : "foreign-domain"))
    }

    @Test(arguments: [
        ("mark@x.example", "mar\u{212A}@x.example"), ("sam@x.example", "\u{017F}am@x.example"),
        ("ann@x.example", "\u{FF41}nn@x.example"), ("ann@x.example", "ann@\u{FF58}.example"),
        ("ann@x.example", "\u{1D41A}nn@x.example"), ("max2@x.example", "max\u{00B2}@x.example"),
        ("office@x.example", "o\u{FB00}ice@x.example"), ("ann@x.example", "ann\u{00AD}@x.example"),
    ])
    func `a name or an address that only looks the same recognises and creates nobody`(
        _ name: String, _ lookalike: String
    ) async throws {
        let company = try await Company(try await Site()) { $0.settings.createsUsers = true }
        let user = try await company.makeUser(name, emails: [name])
        let browser = Browser(company.site)
        let ways: [(inout ProviderAnswer) -> Void] = [
            { $0.nameID = lookalike }, { $0.claims = [Company.email: [lookalike]] },
            { $0.claims = [Company.userName: [lookalike]] },
            { $0.claims = [Company.userName: [lookalike], Company.email: [name]] },
            {
                $0.nameID = lookalike; $0.claims = [Company.email: [name]]
            },
        ]
        for way in ways {
            #expect(try await company.signIn(browser, "", way).status == 403)
            #expect(try await company.failedRule() == "unstable-name")
        }
        // Nor does a link that was made from such a name.
        try await company.link(lookalike, to: user)
        #expect(try await company.signIn(browser) { $0.nameID = lookalike }.status == 403)
        #expect(await company.user(in: browser) == nil)
        #expect(try await company.count(of: "users") == 1)
        #expect(try await company.signIn(browser) { $0.nameID = name.uppercased() }.status == 303)
        #expect(await company.user(in: browser) == name)
    }

    @Test func `a user whose stored name only looks like the stated one is somebody else`() async throws {
        let company = try await Company(try await Site()) { $0.settings.createsUsers = true }
        try await company.makeUser("ann", emails: ["ann@x.example"])
        // As an earlier version stored it.
        for query in [
            "update app.users set user_name = 'o\u{FB00}ice@x.example', user_name_key = 'office@x.example' where tenant_id = $1",
            "update app.users set attributes = jsonb_set(attributes, '{emails,0,value}', '\"o\u{FB00}ice@x.example\"') where tenant_id = $1",
            "update app.user_emails set address_key = 'office@x.example' where tenant_id = $1",
        ] {
            let query = PostgresQuery(unsafeSQL: query, binds: [.uuid(company.tenant.id.rawValue)])
            _ = try await company.test.superuser.write([query])
        }
        let browser = Browser(company.site)
        for claims in [[:], [Company.email: ["office@x.example"]]] {
            #expect(
                try await company.signIn(browser) {
                    $0.nameID = claims.isEmpty ? "office@x.example" : "n"
                    $0.claims = claims
                }.status == 403)
            #expect(try await company.failedRule() == "unstable-name")
        }
    }

    @Test func `a second connection lets nobody in before its domains are set, and the first one goes on`() async throws
    {
        let site = try await Site()
        let first = try await Company(site)
        let second = try await Company(site, tenant: first.tenant, key: 1) { $0.settings.createsUsers = true }
        try await first.makeUser("ann@x.example")
        let browser = Browser(site)
        for name in ["ann@x.example", "new@x.example"] {
            #expect(try await second.signIn(browser) { $0.nameID = name }.status == 403)
            #expect(try await second.failedRule() == "domains-needed")
        }
        #expect(try await first.signIn(browser) { $0.nameID = "ann@x.example" }.status == 303)
        try await second.change { $0.settings.allowedDomains = ["x.example"] }
        for name in ["ann@x.example", "new@x.example"] {
            #expect(try await second.signIn(Browser(site)) { $0.nameID = name }.status == 303)
        }
        // If the other connection is switched off, this one is the only one.
        try await second.change { $0.settings.allowedDomains = [] }
        try await first.changePlugin { $0.isEnabled = false }
        #expect(try await second.signIn(Browser(site)) { $0.nameID = "ann@x.example" }.status == 303)
    }

    @Test(arguments: [Role.owner, .admin])
    func `who manages others is not known by a name or an address`(_ role: Role) async throws {
        let company = try await Company(try await Site())
        let ann = try await company.makeUser("ann", .trainee, emails: ["ann@x.example"])
        try await company.test.users.set(
            role, isGiven: true, to: ann, change: TestDatabase.change(.update, .user(ann)), in: company.scope)
        let browser = Browser(company.site)
        for claims in [[:], Self.mail] {
            #expect(try await company.signIn(browser) { $0.claims = claims }.status == 403)
            #expect(try await company.failedRule() == "privileged-user")
        }
        #expect(await company.user(in: browser) == nil)
        #expect(try await company.test.saml.identities(of: ann, in: company.scope).isEmpty)
    }

    @Test func `who manages others because the provider says so is not known by a name alone`() async throws {
        let company = try await Company(try await Site())
        let scim = try await company.test.makeClient(of: company.tenant, tokenDigest: TokenDigest(of: "\(company.id)"))
        _ = try await IntegrationChanges(
            integration: company.test.integration, identifiers: TestDatabase.identifiers, origin: company.origin
        ).set(
            RoleMapping(origin: .appRole, value: "Boss", role: .admin), isPresent: true, of: scim.plugin,
            in: company.scope)
        let ann = try await UserChanges(
            users: company.test.users, identifiers: TestDatabase.identifiers, source: scim.plugin
        ).create(
            .named("ann", more: ["roles": [["value": "Boss"]]]), role: .trainee,
            origin: ChangeOrigin(actor: .token(scim.token, of: scim.plugin), requestID: "r"), in: company.scope)
        #expect(try await company.roles(of: ann.id).contains(.admin))
        let browser = Browser(company.site)
        try await company.signIn(browser)
        #expect(await company.user(in: browser) == nil)
        #expect(try await company.failedRule() == "privileged-user")
    }

    @Test func `who could be two is nobody`() async throws {
        let company = try await Company(try await Site())
        try await company.makeUser("one", emails: ["ann@x.example"])
        try await company.makeUser("two", emails: ["ann@x.example"])
        try await company.makeUser("ann")
        try await company.makeUser("annie")
        let browser = Browser(company.site)
        try await company.signIn(browser) {
            $0.nameID = "n"
            $0.claims = Self.mail
        }
        #expect(try await company.failedRule() == "ambiguous")
        try await company.signIn(browser) { $0.claims = [Company.userName: ["annie"]] }
        #expect(try await company.failedRule() == "ambiguous")
        #expect(await company.user(in: browser) == nil)
    }

    @Test func `who was deleted stays deleted, and the name may be somebody else's`() async throws {
        let company = try await Company(try await Site()) { $0.settings.createsUsers = true }
        let ann = try await company.makeAnn()
        try await company.signIn(Browser(company.site)) {
            $0.nameID = "n-1"; $0.claims = Self.mail
        }
        _ = try await company.users().delete(ann, version: nil, origin: company.origin, in: company.scope)
        let browser = Browser(company.site)
        try await company.signIn(browser) {
            $0.nameID = "n-1"; $0.claims = Self.mail
        }
        #expect(try await company.failedRule() == "deleted-user")
        try await company.signIn(browser) {
            $0.nameID = "n-2"; $0.claims = Self.mail
        }
        #expect(await company.user(in: browser) == "ann@x.example")
    }

    @Test func `claims are looked for where the connection says`() async throws {
        let company = try await Company(try await Site()) { $0.settings.claims = [.userName: ["login", "uid"]] }
        try await company.makeUser("bob")
        let browser = Browser(company.site)
        try await company.signIn(browser) {
            $0.nameID = "n"; $0.claims = [Company.userName: ["bob"]]
        }
        #expect(try await company.failedRule() == "unknown-user")
        try await company.signIn(browser) {
            $0.nameID = "n"; $0.claims = ["uid": ["bob"]]
        }
        #expect(await company.user(in: browser) == "bob")
    }

    @Test(arguments: [Company.externalID, Company.userName, Company.email, Company.role, "x", "NameID"])
    func `whatever a provider states, and however long, is answered with a number`(_ name: String) async throws {
        let company = try await Company(try await Site()) { $0.settings.createsUsers = true }
        let long = (0..<(name == "NameID" ? 1000 : 2500)).map { _ in
            String(UnicodeScalar(UInt32.random(in: 0x4E00...0x9FFF))!)
        }.joined()
        let answer = try await company.signIn(Browser(company.site)) {
            $0.claims = Self.mail
            if name == "NameID" { $0.nameID = long } else { $0.claims[name] = [long] }
        }
        #expect([303, 403].contains(answer.status), "\(name) \(answer.status)")
        let trace = try #require(try await company.traces().first)
        #expect(answer.status == 303 || answer.text.contains(trace.id.description))
    }
}
