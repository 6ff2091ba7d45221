import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

/// Users whom signing in makes, and keeps up to date.
struct NewcomerTests {
    private static let ann = [
        Company.email: ["Ann@x.example"], Company.givenName: ["Ann"], Company.familyName: ["Lee"],
        Company.externalID: ["e-1"],
    ]

    private func company(_ settings: (inout SAMLConnection) -> Void = { _ in }) async throws -> Company {
        try await Company(try await Site()) {
            $0.settings.createsUsers = true
            settings(&$0)
        }
    }

    @Test func `nobody is made unless the connection makes users`() async throws {
        let company = try await Company(try await Site())
        let answer = try await company.signIn(Browser(company.site)) { $0.claims = Self.ann }
        #expect(answer.status == 403)
        #expect(try await company.failedRule() == "unknown-user")
        #expect(try await company.count(of: "users") == 0)
    }

    @Test func `who is nobody yet becomes a user of the connection, with its role`() async throws {
        let company = try await company()
        try await company.changePlugin { $0.defaultRole = .instructor }
        let browser = Browser(company.site)
        try await company.signIn(browser) {
            $0.nameID = "n-1"; $0.claims = Self.ann
        }
        #expect(await company.user(in: browser) == "Ann@x.example")
        let id = try #require(try await company.traces().first?.user)
        let user = try await company.test.users.user(id, in: company.scope)
        #expect(user.source == company.id.plugin)
        let document = try user.profile.attributes()
        #expect(document["externalId"] == "e-1" && document["name"]?["familyName"] == "Lee")
        #expect(document["emails"]?[0]?["value"] == "Ann@x.example")
        #expect(try await company.roles(of: id) == [.instructor])
        #expect(try await company.changes("sign-in", "create", of: id).count == 1)
        #expect(try await company.test.saml.identities(of: id, in: company.scope).map(\.nameID) == ["n-1"])
        // Once made, known.
        try await company.signIn(browser) {
            $0.nameID = "n-1"; $0.claims = Self.ann
        }
        #expect(try await company.count(of: "users") == 1)
    }

    @Test func `a user name that is stated is the new user's`() async throws {
        let company = try await company()
        let browser = Browser(company.site)
        try await company.signIn(browser) {
            $0.nameID = "n"
            $0.claims = Self.ann.merging([Company.userName: ["ann.lee"]]) { $1 }
        }
        #expect(await company.user(in: browser) == "ann.lee")
    }

    @Test func `nobody is made without an address, and none of a domain that is not proved or not allowed`()
        async throws
    {
        let company = try await company { $0.settings.allowedDomains = ["x.example"] }
        _ = try await company.test.addDomain("waiting.example", of: company.tenant)
        _ = try await company.test.addDomain("other.example", of: company.tenant, isVouchedFor: true)
        let browser = Browser(company.site)
        for (address, rule) in [
            ("", "no-address"), ("no address", "no-address"), ("a@waiting.example", "foreign-domain"),
            ("a@nowhere.example", "foreign-domain"), ("a@sub.x.example", "foreign-domain"),
            ("a@other.example", "domain-not-allowed"),
        ] {
            try await company.signIn(browser) { $0.claims = [Company.email: [address]] }
            #expect(try await company.failedRule() == rule, "\(address)")
        }
        #expect(try await company.count(of: "users") == 0)
        #expect(try await company.signIn(browser) { $0.claims = [Company.email: ["a@X.EXAMPLE"]] }.status == 303)
        try await company.change { $0.settings.allowedDomains = [] }
        let other = try await company.signIn(Browser(company.site)) {
            $0.nameID = "b"
            $0.claims = [Company.email: ["b@other.example"]]
        }
        #expect(other.status == 303)
    }

    @Test func `roles and groups that are stated give roles by the connection's rules`() async throws {
        let company = try await company()
        let changes = IntegrationChanges(
            integration: company.test.integration, identifiers: TestDatabase.identifiers, origin: company.origin)
        for (value, role) in [("Teacher", Role.instructor), ("g-1", .editor)] {
            _ = try await changes.set(
                RoleMapping(origin: .appRole, value: value, role: role), isPresent: true, of: company.id.plugin,
                in: company.scope)
        }
        let browser = Browser(company.site)
        try await company.signIn(browser) {
            $0.claims = Self.ann.merging([Company.role: ["TEACHER", "Owner"], Company.groups: ["g-0", "G-1"]]) { $1 }
        }
        let id = try #require(try await company.traces().first?.user)
        let given = try await company.roles(of: id)
        #expect(given.isSuperset(of: [.instructor, .editor]))
        #expect(given.isDisjoint(with: [.owner, .admin]))
        // An attribute that is no longer stated is removed.
        try await company.signIn(browser) { $0.claims = Self.ann.merging([Company.groups: ["g-1"]]) { $1 } }
        #expect(try await company.roles(of: id).contains(.editor))
        #expect(!(try await company.roles(of: id).contains(.instructor)))
        #expect(await company.user(in: browser) == "Ann@x.example")
    }

    @Test func `a user of the connection is as the provider says at the next sign-in`() async throws {
        let company = try await company()
        let browser = Browser(company.site)
        try await company.signIn(browser) { $0.claims = Self.ann }
        let id = try #require(try await company.traces().first?.user)
        let renamed = Self.ann.merging([Company.givenName: ["Anna"], Company.userName: ["other"]]) { $1 }
        try await company.signIn(browser) { $0.claims = renamed }
        #expect(try await company.name(of: id) == "Anna")
        #expect(await company.user(in: browser) == "Ann@x.example")
        // A value that cannot be used leaves the former one, and keeps nobody from signing in.
        let odd = Self.ann.merging([Company.givenName: [String(repeating: "a", count: 600)]]) { $1 }
        #expect(try await company.signIn(browser) { $0.claims = odd }.status == 303)
        #expect(try await company.name(of: id) == "Anna")
    }

    @Test func `an address of a domain that is not proved replaces no address`() async throws {
        let company = try await company()
        try await company.signIn(Browser(company.site)) {
            $0.nameID = "n-1"; $0.claims = Self.ann
        }
        let id = try #require(try await company.traces().first?.user)
        for address in ["ann@foreign.example", "\u{FF41}nn@x.example", "ann@localhost"] {
            _ = try await company.signIn(Browser(company.site)) {
                $0.nameID = "n-1"
                $0.claims = Self.ann.merging([Company.email: [address], Company.givenName: ["Anna"]]) { $1 }
            }
            let document = try await company.test.users.user(id, in: company.scope).profile.attributes()
            #expect(document["emails"]?[0]?["value"] == "Ann@x.example", "\(address)")
            #expect(document["name"]?["givenName"] == "Anna")
        }
        try await company.signIn(Browser(company.site)) {
            $0.nameID = "n-1"; $0.claims = Self.ann.merging([Company.email: ["lee@x.example"]]) { $1 }
        }
        let document = try await company.test.users.user(id, in: company.scope).profile.attributes()
        #expect(document["emails"]?[0]?["value"] == "lee@x.example")
    }

    @Test func `a user name in a domain that is not proved is not given to a new user`() async throws {
        let company = try await company()
        let browser = Browser(company.site)
        try await company.signIn(browser) {
            $0.nameID = "n"
            $0.claims = Self.ann.merging([Company.userName: ["ann@foreign.example"]]) { $1 }
        }
        #expect(await company.user(in: browser) == "Ann@x.example")
    }

    @Test func `users of others are never changed by signing in`() async throws {
        let company = try await company()
        let scim = try await company.test.makeClient(of: company.tenant, tokenDigest: TokenDigest(of: "\(company.id)"))
        let (local, provisioned) = (
            try await company.makeUser("local", emails: ["local@x.example"]),
            try await company.makeUser("ann", externalID: "e-1", source: scim.plugin)
        )
        for (name, user) in [("local", local), ("ann", provisioned)] {
            let before = try await company.test.users.user(user, in: company.scope)
            for _ in 0..<2 {
                let answer = try await company.signIn(Browser(company.site)) {
                    $0.nameID = name
                    $0.claims = [Company.givenName: ["Other"], Company.role: ["Teacher"]]
                }
                #expect(answer.status == 303)
            }
            let after = try await company.test.users.user(user, in: company.scope)
            #expect(before.version == after.version && after.source == before.source)
        }
    }

    @Test func `what cannot be kept makes nobody, and the admin is told`() async throws {
        let company = try await company()
        try await company.signIn(Browser(company.site)) {
            $0.claims = Self.ann.merging([Company.givenName: [String(repeating: "a", count: 600)]]) { $1 }
        }
        #expect(try await company.failedRule() == "attributes")
        #expect(try await company.count(of: "users") == 0)
    }

    @Test func `two first sign-ins at once make one user`() async throws {
        let company = try await company()
        let browsers = (0..<6).map { _ in Browser(company.site) }
        var messages: [(Browser, String)] = []
        for browser in browsers {
            var answer = company.providerAnswer(to: try await company.begin(browser))
            answer.claims = Self.ann
            messages.append((browser, try answer.message))
        }
        let statuses = await withTaskGroup(of: Int.self) { group in
            for (browser, message) in messages {
                group.addTask { await company.bring(message, browser).status }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == [Int](repeating: 303, count: 6))
        #expect(try await company.count(of: "users") == 1)
        for browser in browsers { #expect(await company.user(in: browser) == "Ann@x.example") }
    }

    @Test func `an answer that was used before makes nobody`() async throws {
        let company = try await company()
        let browser = Browser(company.site)
        var answer = company.providerAnswer(to: try await company.begin(browser))
        answer.claims = Self.ann
        let query = PostgresQuery(
            unsafeSQL: "insert into app.saml_assertions values ($1, $2, $3, now() + interval '1 hour')",
            binds: [
                .uuid(company.tenant.id.rawValue), .uuid(company.id.plugin.rawValue),
                .bytes(TokenDigest(of: answer.id).bytes),
            ])
        _ = try await company.test.superuser.write([query])
        #expect(await company.bring(try answer.message, browser).status == 403)
        #expect(try await company.failedRule() == "assertion-used")
        #expect(try await company.count(of: "users") == 0)
        #expect(try await company.count(of: "saml_identities") == 0)
        #expect(await company.user(in: browser) == nil)
        // The request waits for another answer still.
        answer.id = "b\(answer.id)"
        #expect(await company.bring(try answer.message, browser).status == 303)
        #expect(try await company.count(of: "users") == 1)
    }

    @Test func `one assertion posted twice at once gives one session`() async throws {
        let company = try await company { $0.settings.takesUnsolicited = true }
        try await company.makeAnn()
        for isAsked in [true, false] {
            let browser = Browser(company.site)
            let request = try await company.begin(browser)
            let message = try company.providerAnswer(to: isAsked ? request : nil).message
            let before = try await company.count(of: "sessions")
            let statuses = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<6 { group.addTask { await company.bring(message, browser).status } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [303, 403, 403, 403, 403, 403])
            #expect(try await company.count(of: "sessions") == before + 1)
        }
        let rules = Set(try await company.traces().compactMap(\.failedRule))
        #expect(rules.isSubset(of: ["request-used", "assertion-used", "correlation"]))
    }
}
