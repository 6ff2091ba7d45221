import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import SAML
import SAMLAdapter
import StrictJSON
import Testing

/// The care for a connection that people sign in by: keys, traces, links, and the sign-in page.
struct SAMLCareTests {
    private func browser() async throws -> Browser {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        return browser
    }

    // MARK: Keys

    @Test func `keys are shown, downloaded and rolled over`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        #expect(await browser.get("\(path)/certificate.pem").status == 404)
        #expect(await browser.get(path).text.contains("It is made with the first sign-in"))
        let id = try await browser.connection(path).id
        let key = try await ConnectionKeys.make(
            .current, for: id, sealer: Sealer(key: [UInt8](repeating: 6, count: 32)), environment: .system)
        _ = try await browser.test.saml.add(key, to: id)
        let file = await browser.get("\(path)/certificate.pem")
        #expect(file.status == 200 && file.headers[.contentType] == "application/x-pem-file")
        #expect(file.headers[.contentDisposition] == "attachment; filename=\"lectern.pem\"")
        let lines = file.text.split(separator: "\n")
        #expect(lines.first == "-----BEGIN CERTIFICATE-----" && lines.last == "-----END CERTIFICATE-----")
        #expect(Data(base64Encoded: lines.dropFirst().dropLast().joined()) == Data(key.certificate))
        #expect(lines.allSatisfy { $0.count <= 64 })
        #expect(!(await browser.get(path).text.contains("Let the next certificate take over")))
        #expect(await browser.post("\(path)/keys", ["step": "finish"]).status == 303)
        #expect(await browser.post("\(path)/keys", ["step": "begin"]).location.hasSuffix("?done=keyPublished"))
        let page = await browser.get(path)
        #expect(page.text.contains("Let the next certificate take over") && page.text.contains("In use"))
        for _ in 0..<2 { _ = await browser.post("\(path)/keys", ["step": "begin"]) }
        #expect(try await browser.test.saml.keys(of: id).count == 2)
        #expect(await browser.post("\(path)/keys", ["step": "finish"]).location.hasSuffix("?done=keyTakesOver"))
        #expect(try await browser.test.saml.keys(of: id).first { $0.state == .previous }?.id == key.id)
        #expect(await browser.get("\(path)/certificate.pem").text != file.text)
        #expect(await browser.get(path).text.contains("Remove the previous certificate"))
        #expect(await browser.post("\(path)/keys", ["step": "forget"]).location.hasSuffix("?done=keyForgotten"))
        #expect(try await browser.test.saml.keys(of: id).map(\.state) == [.current])
        #expect(!(await browser.get(path).text.contains("Remove the previous certificate")))
        let changes = try await browser.test.superuser.read([
            "select count(*) from app.changes where tenant_id = \(.uuid(browser.tenant.id.rawValue)) and difference->'key'->>0 = 'previous'"
        ])
        #expect(try changes[0][0].bigint(0) == 1)
        // Nothing is left to remove, and nothing is said of it.
        _ = await browser.post("\(path)/keys", ["step": "forget"])
        #expect(try await browser.test.saml.keys(of: id).map(\.state) == [.current])
    }

    // MARK: Traces

    private func trace(
        _ page: String, _ browser: Browser, rule: String? = nil, nameID: String? = "ann", _ report: JSONObject = [:]
    ) async throws -> SAMLSignInID {
        let connection = try await browser.connection(page)
        let id = SAMLSignInID(rawValue: TestDatabase.identifiers.next())
        try await browser.test.saml.keep(
            SAMLSignIn(
                id: id, plugin: connection.id.plugin, at: browser.now, purpose: .signIn, failedRule: rule, user: nil,
                nameID: nameID, address: "192.0.2.1", report: report),
            in: browser.tenant.id)
        return id
    }

    @Test func `sign-ins are listed by pages, and each says how it stood`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        #expect(await browser.get("\(path)/sign-ins").text.contains("Nobody has signed in by this connection yet."))
        var traces: [SAMLSignInID] = []
        for number in 0...50 {
            traces.append(try await trace(path, browser, rule: number == 50 ? "audience" : nil))
        }
        let first = await browser.get("\(path)/sign-ins")
        #expect(first.text.contains("\(traces[50])") && !first.text.contains("\(traces[0])"))
        #expect(first.text.contains("The assertion is for another service") && !first.text.contains("It is for us"))
        let second = await browser.get("\(path)/sign-ins?before=\(traces[1])")
        #expect(first.text.contains("sign-ins?before=\(traces[1])"))
        #expect(second.text.contains("\(traces[0])") && !second.text.contains("\(traces[1])<"))
        let one = await browser.get("\(path)/sign-ins/\(traces[50])")
        #expect(one.status == 200 && one.text.contains("Compare it, letter by letter."))
        #expect(one.text.contains("\(traces[50])"))
        #expect(await browser.get("\(path)/sign-ins?before=x").status == 200)
    }

    @Test func `every rule has a sentence for what it is, for its failure and for what to do`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        let own = [
            "request-used", "assertion-used", "attributes", "other-user", "passing-name", "suspended-user",
            "method-off",
        ]
        let rules = Rule.allCases.map(\.rawValue) + SAMLAdmission.Refusal.allCases.map(\.rawValue) + own
        for rule in rules {
            let id = try await trace(
                path, browser, rule: rule, ["checks": [["rule": .string(rule), "state": "failed"]]])
            let refused = await browser.get("\(path)/sign-ins/\(id)").text
            let passed = try await trace(path, browser, ["checks": [["rule": .string(rule), "state": "passed"]]])
            let accepted = await browser.get("\(path)/sign-ins/\(passed)").text
            for prefix in ["samlRule.", "samlNext.", "samlFailed."] {
                #expect(!refused.contains(prefix) && !accepted.contains(prefix), "\(rule)")
            }
            // A refusal is never headed by the sentence for a rule that is met.
            let heading = try #require(refused.content(of: "<p class=\"finding\">"))
            #expect(!accepted.contains(heading) && refused.contains("<td>\(heading)</td>"), "\(rule)")
        }
    }

    @Test func `a sign-in of another connection or tenant is not there`() async throws {
        let (browser, elsewhere) = (try await browser(), try await browser())
        let (path, other) = (try await browser.makeConnection(), try await browser.makeConnection("Other"))
        let theirs = try await elsewhere.makeConnection()
        let id = try await trace(other, browser)
        let foreign = try await trace(theirs, elsewhere)
        #expect(await browser.get("\(other)/sign-ins/\(id)").status == 200)
        #expect(await browser.get("\(path)/sign-ins/\(id)").status == 404)
        #expect(await browser.get("\(path)/sign-ins/\(foreign)").status == 404)
        for page in ["", "/provider", "/sign-ins", "/sign-ins/\(foreign)", "/certificate.pem"] {
            #expect(await browser.get(theirs + page).status == 404, "\(page)")
        }
        #expect(await browser.post("\(theirs)/keys", ["step": "begin"]).status == 404)
        #expect(await browser.post("\(theirs)/provider", ["text": try ProviderMetadataText().text]).status == 404)
        #expect(await browser.post("\(theirs)/provider/approval", ["decision": "take"]).status == 404)
    }

    // MARK: Domains

    @Test func `fewer domains name the people outside, and end their links and sessions once confirmed`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        let tenant = PostgresBind.uuid(browser.tenant.id.rawValue)
        for name in ["in@x.example", "out@y.example", "away"] {
            try await link("n-\(name)", try await browser.makeUser(name, .trainee), path, browser)
        }
        func links() async throws -> Set<String> {
            let rows = try await browser.test.superuser.read([
                "select name_id from app.saml_identities where tenant_id = \(tenant)"
            ])
            return Set(try rows[0].map { try $0.text(0) })
        }
        func settings(_ domains: String) async throws -> [String: String] {
            ["enabled": "on", "allowed_domains": domains, "version": "\(try await browser.connection(path).version)"]
        }
        browser.isSure = false
        let asked = await browser.post(path, try await settings("x.example"))
        #expect(asked.status == 200 && asked.text.contains("linked by this connection: 2."))
        #expect(asked.text.contains("<li>out@y.example</li>") && asked.text.contains("<li>away</li>"))
        #expect(!asked.text.contains("in@x.example"))
        #expect(try await links().count == 3)
        #expect(try await browser.connection(path).settings.allowedDomains.isEmpty)
        let confirmed = try await settings("x.example").merging(["confirmed": "on"]) { $1 }
        #expect(await browser.post(path, confirmed).location.hasSuffix("?done=saved"))
        #expect(try await links() == ["n-in@x.example"])
        let sessions = try await browser.test.superuser.read([
            "select name_id from app.sessions where tenant_id = \(tenant) and plugin_id is not null"
        ])
        #expect(try sessions[0].map { try $0.text(0) } == ["n-in@x.example"])
        let changes = try await browser.test.superuser.read([
            """
            select difference->'identity'->>0 from app.changes
            where tenant_id = \(tenant) and subject = 'user' and difference->'identity'->1 = 'null'
            """
        ])
        #expect(Set(try changes[0].map { try $0.text(0) }) == ["n-out@y.example", "n-away"])
        // More domains end nothing and ask nothing.
        #expect(await browser.post(path, try await settings("x.example, z.example")).location.hasSuffix("?done=saved"))
        #expect(try await links() == ["n-in@x.example"])
    }

    @Test func `a further connection says that it needs domains`() async throws {
        let browser = try await browser()
        let first = try await browser.makeConnection("First")
        let second = try await browser.makeConnection("Second")
        let notice = "This connection lets nobody in yet"
        #expect(await browser.get(second).text.contains(notice))
        #expect(!(await browser.get(first).text.contains(notice)))
        #expect(await browser.get("manage/integration/plugins").text.contains("Lets nobody in: allowed domains"))
        _ = await browser.post(second, ["enabled": "on", "allowed_domains": "x.example"])
        #expect(!(await browser.get(second).text.contains(notice)))
        _ = await browser.post(second, ["enabled": "on", "allowed_domains": ""])
        _ = await browser.post(first, ["confirmed": "on"])
        #expect(!(await browser.get(second).text.contains(notice)))
    }

    // MARK: Links

    private func link(_ name: String, _ user: UserID, _ page: String, _ browser: Browser) async throws {
        let connection = try await browser.connection(page)
        let trace = SAMLSignIn(
            id: SAMLSignInID(rawValue: TestDatabase.identifiers.next()), plugin: connection.id.plugin,
            at: browser.now, purpose: .signIn, failedRule: nil, user: user, nameID: name, address: "", report: [:])
        var completion = SAMLCompletion(
            connection: connection.id, request: nil, browser: nil, assertionDigest: TokenDigest(of: name),
            assertionEnd: browser.now.adding(seconds: 60), signIn: trace)
        completion.lastingNameID = name
        completion.session = SAMLCompletion.NewSession(
            session: Session(
                id: SessionID(rawValue: TestDatabase.identifiers.next()), user: user, createdAt: browser.now,
                lastSeenAt: browser.now, authenticatedAt: browser.now, address: "", userAgent: ""),
            digest: TokenDigest(of: "secret of \(name)"),
            provider: ProviderSession(plugin: connection.id.plugin, name: ProviderName(name), index: nil, endsAt: nil),
            former: nil)
        try await browser.test.saml.complete(completion, in: browser.tenant.id)
    }

    @Test func `a link to a sign-in is shown with the user, and taken away with its sessions`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        let ann = try await browser.makeUser("ann@x.example", .trainee)
        for name in ["n-1", "n-2"] { try await link(name, ann, path, browser) }
        let page = await browser.get("manage/users/\(ann)")
        #expect(page.text.contains("Entra · NameID <code>n-1</code>") && page.text.contains("<code>n-2</code>"))
        // The page of a user who is linked does not say that they are linked to nobody.
        let unlinked = "Made here and linked to no identity provider."
        #expect(!page.text.contains(unlinked))
        let bob = try await browser.makeUser("bob@x.example", .trainee)
        #expect(await browser.get("manage/users/\(bob)").text.contains(unlinked))
        let fields = ["plugin": "\(try await browser.connection(path).id.plugin)", "name_id": "n-1"]
        browser.isSure = false
        let question = await browser.post("manage/users/\(ann)/identities", fields)
        #expect(question.status == 200 && question.text.contains("Unlink this sign-in?"))
        browser.isSure = true
        #expect(try await browser.test.signIn.sessions(of: ann, in: browser.tenant.id).count == 2)
        #expect(await browser.post("manage/users/\(ann)/identities", fields).location.hasSuffix("?done=unlinked"))
        #expect(try await browser.test.signIn.sessions(of: ann, in: browser.tenant.id).count == 1)
        #expect(try await browser.test.saml.identities(of: ann, in: browser.scope).map(\.nameID) == ["n-2"])
        #expect(await browser.post("manage/users/\(ann)/identities", fields).status == 404)
        for bad in [[:], ["plugin": "x", "name_id": "n-2"], ["plugin": fields["plugin"] ?? ""]] {
            #expect(await browser.post("manage/users/\(ann)/identities", bad).status == 404)
        }
    }

    @Test func `an Owner's link is for Owners to take away`() async throws {
        let owner = try await Browser()
        let boss = try await owner.signedIn()
        let path = try await owner.makeConnection()
        try await link("n-1", boss, path, owner)
        let admin = try await Browser(tenant: owner.tenant)
        _ = try await admin.signedIn(as: "admin@x.example", .admin)
        let fields = ["plugin": "\(try await owner.connection(path).id.plugin)", "name_id": "n-1"]
        #expect(await admin.post("manage/users/\(boss)/identities", fields).status == 403)
        #expect(try await owner.test.saml.identities(of: boss, in: owner.scope).count == 1)
        // One's own account shows what one is known as.
        #expect(await owner.get("manage/account").text.contains("<code>n-1</code>"))
    }

    @Test func `one's own link is taken away, unless it is the last way in`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        let boss = try #require(try await browser.test.signIn.passwordHolder("owner@x.example", in: browser.tenant.id))
        try await link("n-1", boss.user, path, browser)
        let ann = try await browser.makeUser("ann@x.example", .trainee)
        try await link("n-2", ann, path, browser)
        let plugin = "\(try await browser.connection(path).id.plugin)"
        #expect(await browser.get("manage/account").text.contains("manage/account/identities"))
        // Somebody else's is none of one's own.
        let others = await browser.post("manage/account/identities", ["plugin": plugin, "name_id": "n-2"])
        #expect(others.status == 404)
        browser.isSure = false
        let own = ["plugin": plugin, "name_id": "n-1"]
        #expect(await browser.post("manage/account/identities", own).text.contains("Unlink this sign-in?"))
        browser.isSure = true
        _ = try await browser.test.superuser.write([
            "delete from app.passwords where user_id = \(.uuid(boss.user.rawValue))"
        ])
        let last = await browser.post("manage/account/identities", own)
        #expect(last.status == 409 && last.text.contains("This is your only way in"))
        #expect(try await browser.test.saml.identities(of: boss.user, in: browser.scope).count == 1)
        // A password that is not taken is no way in either.
        let annsOwn = try await Browser(tenant: browser.tenant)
        await annsOwn.signIn("ann@x.example")
        try await browser.setSignIn(.saml)
        let lastLink = await annsOwn.post("manage/account/identities", ["plugin": plugin, "name_id": "n-2"])
        #expect(lastLink.status == 409 && lastLink.text.contains("you have no other link"))
        try await browser.setSignIn(.both)
        try await link("n-3", boss.user, path, browser)
        let done = await browser.post("manage/account/identities", own)
        #expect(done.location.hasSuffix("manage/account?done=unlinked"))
        #expect(try await browser.test.saml.identities(of: boss.user, in: browser.scope).map(\.nameID) == ["n-3"])
        #expect(try await browser.test.saml.identities(of: ann, in: browser.scope).count == 1)
    }

    @Test func `a connection is called otherwise, and what was typed stays where that cannot be`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        _ = try await browser.makeConnection("Okta")
        let version = "\(try await browser.connection(path).version)"
        let form = ["version": version, "enabled": "on", "auto_create": "on", "allowed_domains": "x.example"]
        for (name, words) in [("okta", "There is a plugin named okta already."), (" ", "Give the plugin a name")] {
            let answer = await browser.post(path, form.merging(["name": name]) { $1 })
            #expect(answer.status == 422 && answer.text.contains(words), "\(name)")
            #expect(answer.text.contains("value=\"x.example\"") && answer.text.contains("value=\"\(name)\""))
            #expect(try await browser.connection(path).name == "Entra")
            #expect(try await !browser.connection(path).settings.createsUsers)
        }
        #expect(await browser.post(path, form.merging(["name": "Contoso"]) { $1 }).location.hasSuffix("?done=saved"))
        #expect(try await browser.connection(path).name == "Contoso")
        let anybody = try await Browser(tenant: browser.tenant)
        #expect(await anybody.get("login").text.contains("Log in with Contoso"))
        #expect(await browser.get("\(path)/deletion").text.contains("Nobody signs in by it any more."))
    }

    @Test func `linking one's account asks for a proof that is not old`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        let id = try await browser.connection(path).id
        #expect(await browser.get("manage/account").text.contains("href=\"/saml/\(id)/login?ticket="))
        let later = try await Browser(tenant: browser.tenant, secondsAhead: Session.freshness + 60)
        later.cookie = browser.cookie
        let page = await later.get("manage/account")
        #expect(page.status == 200 && !page.text.contains("login?ticket="))
        #expect(page.text.contains("/manage/account/confirmation?next=manage/account"))
    }

    // MARK: The page to sign in at

    @Test func `what is used is there to be mended, and a file ends the reading of an address`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        try await browser.keepURL(path)
        let page = await browser.get("\(path)/provider")
        let provider = try #require(try await browser.connection(path).provider)
        for text in [provider.issuer, provider.singleSignOnURL, "-----BEGIN CERTIFICATE-----"] {
            #expect(page.text.contains(text), "\(text)")
        }
        #expect(page.text.contains("read every day from https://idp.example/metadata"))
        var values = [
            "issuer": provider.issuer, "sso_url": provider.singleSignOnURL, "slo_url": "https://idp.example/out",
            "certificate": try #require(page.field("certificate") ?? page.text.pem),
        ]
        #expect(await browser.post("\(path)/provider", values).location.contains("?done="))
        let changed = try await browser.connection(path)
        #expect(changed.metadataURL == nil && changed.provider?.singleLogoutURL == "https://idp.example/out")
        #expect(changed.provider?.certificates == provider.certificates)
        #expect(!(await browser.get("\(path)/provider").text.contains("read every day")))
        values["slo_url"] = "http://idp.example/out"
        let refused = await browser.post("\(path)/provider", values)
        #expect(refused.status == 422 && refused.text.contains("value=\"http://idp.example/out\""))
        #expect(try await browser.connection(path) == changed)
    }

    @Test func `who looks at an older page of the settings undoes nothing`() async throws {
        let browser = try await browser()
        for path in [
            try await browser.makeConnection(),
            String(
                await browser.post("manage/integration/plugins", ["name": "Entra"]).location
                    .dropFirst(browser.base.count + 1).prefix { $0 != "?" }),
        ] {
            let page = await browser.get(path)
            let versions = ["version", "plugin_version"].compactMap { name in page.field(name).map { (name, $0) } }
            let seen = Dictionary(uniqueKeysWithValues: versions)
            #expect(!seen.isEmpty)
            let first = await browser.post(path, seen.merging(["enabled": "on", "paused": "on"]) { $1 })
            #expect(first.location.hasSuffix("?done=saved"))
            let second = await browser.post(path, seen.merging(["enabled": "on"]) { $1 })
            #expect(second.status == 422 && second.text.contains("Somebody else has changed this connection"))
            #expect(await browser.get(path).text.contains("name=\"paused\" value=\"on\" checked"))
        }
    }

    @Test func `one company has a button, and several are found by the address`() async throws {
        let browser = try await browser()
        let one = try await browser.makeConnection("One")
        let id = try await browser.connection(one).id
        let visitor = try await Browser(tenant: browser.tenant)
        let page = await visitor.get("login?next=manage/team")
        #expect(page.text.contains("href=\"/saml/\(id)/login?next=manage"))
        #expect(page.text.contains("Log in with One") && !page.text.contains("login/company"))
        let two = try await browser.makeConnection("Two")
        let other = try await browser.connection(two).id
        #expect(await visitor.get("login").text.contains("/login/company\""))
        for (path, domain) in [(one, "one.example"), (two, "two.example")] {
            _ = await browser.post(path, ["enabled": "on", "allowed_domains": domain])
        }
        _ = try await browser.test.addDomain("one.example", of: browser.tenant, isVouchedFor: true)
        _ = try await browser.test.addDomain("two.example", of: browser.tenant)
        _ = try await browser.test.addDomain("third.example", of: browser.tenant, isVouchedFor: true)
        let found = await visitor.get("login/company?email=Ann%40ONE.example&next=manage/team")
        #expect(found.status == 303 && found.location.hasPrefix("/saml/\(id)/login?next="))
        // Of a domain that is not proved, or nobody's, or no address at all, nothing is said.
        for email in ["ann@two.example", "ann@third.example", "ann@x.example", "one.example", "", "a@one.example@x"] {
            let answer = await visitor.get("login/company?email=\(PercentEncoding.encode(email))")
            #expect(answer.location.hasPrefix("\(browser.base)/login?company=unknown"), "\(email)")
        }
        #expect(await visitor.get("login?company=unknown").text.contains("No sign-in of a company goes with"))
        _ = try await browser.test.superuserVerify("two.example", of: browser.tenant)
        #expect(await visitor.get("login/company?email=b@two.example").location.hasPrefix("/saml/\(other)/"))
        // A further connection without domains lets nobody in, so nobody is sent there.
        _ = try await browser.makeConnection("Three")
        let three = await visitor.get("login/company?email=c@third.example")
        #expect(three.location.contains("login?company=unknown"))
        let four = try await browser.makeConnection("Four")
        _ = await browser.post(four, ["enabled": "on", "allowed_domains": "one.example"])
        let several = await visitor.get("login/company?email=c@one.example")
        #expect(several.location.contains("login?company=several"))
        _ = await browser.post(four, ["enabled": "on", "allowed_domains": "four.example"])
        #expect(await visitor.get("login?company=several").text.contains("Several sign-ins go with this address."))
        let evil = await visitor.get("login/company?email=a@one.example&next=https://evil.example")
        #expect(evil.location.hasSuffix("next=manage"))
    }

    @Test func `the only connection is whose domains are proved, unless it says which`() async throws {
        let browser = try await browser()
        let path = try await browser.makeConnection()
        let id = try await browser.connection(path).id
        _ = try await browser.test.addDomain("one.example", of: browser.tenant, isVouchedFor: true)
        let visitor = try await Browser(tenant: browser.tenant)
        #expect(await visitor.get("login/company?email=a@one.example").location.hasPrefix("/saml/\(id)/"))
        #expect(!(await visitor.get("login/company?email=a@two.example").location.hasPrefix("/saml/")))
    }
}

extension TestDatabase {
    /// As if the record of a domain had been found.
    fileprivate func superuserVerify(_ name: String, of tenant: Tenant) async throws -> Int {
        let query = PostgresQuery(
            unsafeSQL: "update app.tenant_domains set verified_at = now() where tenant_id = $1 and domain = $2",
            binds: [.uuid(tenant.id.rawValue), .text(name)])
        return try await superuser.write([query])[0].count
    }
}

extension String {
    /// The text between a tag and the next one.
    fileprivate func content(of tag: String) -> String? {
        firstRange(of: tag).map { String(self[$0.upperBound...].prefix { $0 != "<" }) }
    }

    /// The first certificate in it.
    fileprivate var pem: String? {
        guard let start = firstRange(of: "-----BEGIN"), let end = firstRange(of: "-----END CERTIFICATE-----") else {
            return nil
        }
        return String(self[start.lowerBound..<end.upperBound]).replacing("&#43;", with: "+")
    }
}
