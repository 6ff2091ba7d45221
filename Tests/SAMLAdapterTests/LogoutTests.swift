import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing
import XMLSecurity

@testable import SAML

/// Logging out, begun by the provider and by us.
struct LogoutTests {
    /// Two sessions of somebody, in two browsers, called `s1` and `s2` by the provider.
    private func signedIn() async throws -> (company: Company, one: Browser, two: Browser) {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let (one, two) = (Browser(company.site), Browser(company.site))
        try await company.signIn(one) { $0.index = "s1" }
        try await company.signIn(two) { $0.index = "s2" }
        return (company, one, two)
    }

    private func request(
        _ company: Company, of name: String = "ann", _ indexes: [String] = [], issuer: String? = nil, age: Double = 0
    ) -> LogoutRequest {
        LogoutRequest(
            id: "l\(TestDatabase.identifier())",
            issueInstant: Date(timeIntervalSince1970: Double(company.site.clock.now.seconds) - age),
            issuer: issuer ?? company.issuer, destination: "\(Site.origin)\(company.path("slo"))",
            subject: NameID(value: name), sessionIndexes: indexes)
    }

    /// By the Redirect binding, in whichever browser.
    private func redirect(
        _ company: Company, _ request: LogoutRequest, key: [UInt8]? = nil, relayState: String? = nil
    ) async throws -> Browser.Answer {
        let url = try RedirectBinding.url(
            to: company.path("slo"), .request, request.xml, relayState: relayState,
            key: try #require(SigningKey(der: key ?? company.key.privateKey)))
        return await Browser(company.site).get(url, from: .other)
    }

    private func post(_ company: Company, _ request: LogoutRequest, key: [UInt8]? = nil) async throws -> Browser.Answer
    {
        let message = try PostBinding.value(
            request.xml, key: try #require(SigningKey(der: key ?? company.key.privateKey)))
        return await Browser(company.site).post(company.path("slo"), ["SAMLRequest": message, "RelayState": "state"])
    }

    // MARK: Begun by the provider

    @Test func `the provider ends all sessions of somebody, or those that it names`() async throws {
        let (company, one, two) = try await signedIn()
        #expect(try await redirect(company, request(company, ["s2"])).status == 302)
        #expect(await company.user(in: one) == "ann")
        #expect(await company.user(in: two) == nil)
        try await company.signIn(two) { $0.index = "s3" }
        #expect(try await post(company, request(company)).status == 302)
        #expect(await company.user(in: one) == nil)
        #expect(await company.user(in: two) == nil)
    }

    @Test func `sessions of others, of another provider and by password stay`() async throws {
        let (company, one, _) = try await signedIn()
        let other = try await Company(company.site, tenant: company.tenant, key: 1) {
            $0.settings.allowedDomains = ["x.example"]
        }
        let ann = try #require(try await company.users(named: "ann"))
        try await other.link("ann", to: ann)
        let (theirs, bobs) = (Browser(company.site), Browser(company.site))
        try await other.signIn(theirs)
        try await company.makeUser("bob", hasPassword: true)
        await company.signInByPassword(bobs, "bob")
        for (name, indexes) in [("ann", ["s9"]), ("bob", []), ("ANN", []), ("nobody", ["s1"])] {
            #expect(try await redirect(company, request(company, of: name, indexes)).status == 302, "\(name)")
        }
        #expect(await company.user(in: one) == "ann")
        #expect(try await redirect(company, request(company)).status == 302)
        #expect(await company.user(in: one) == nil)
        #expect(await company.user(in: theirs) == "ann")
        #expect(await company.user(in: bobs) == "bob")
    }

    @Test func `a request to log out is followed once, by whatever binding it comes again`() async throws {
        let (company, one, _) = try await signedIn()
        for isFirstByPost in [false, true] {
            let message = request(company)
            let first =
                isFirstByPost ? try await post(company, message) : try await redirect(company, message)
            #expect(first.status == 302)
            #expect(await company.user(in: one) == nil)
            try await company.signIn(one) { $0.index = "s1" }
            for again in [try await redirect(company, message), try await post(company, message)] {
                #expect(again.status == 400 && again.location.isEmpty)
            }
            #expect(await company.user(in: one) == "ann")
        }
        #expect(try await company.count(of: "saml_logouts") == 2)
        // An unsigned message uses up nothing.
        let message = request(company)
        let rogue = try Company.rogueKey.get()
        #expect(try await redirect(company, message, key: rogue).status == 400)
        #expect(try await redirect(company, message).status == 302)
    }

    @Test func `sign-ins, refusals and sign-outs are security events of the tenant`() async throws {
        let (company, one, _) = try await signedIn()
        let ann = try #require(try await company.users(named: "ann"))
        try await company.signIn(Browser(company.site)) { $0.nameID = "nobody" }
        _ = await company.bring("rubbish", one)
        #expect(try await redirect(company, request(company, ["s1"])).status == 302)
        let events = company.site.events[company.tenant.id]
        let plugin = SecurityEvent.Subject.plugin(company.id.plugin)
        #expect(events.map(\.kind) == [.signedIn, .signedIn, .signInRefused, .signInRefused, .signedOut])
        #expect(events.map(\.subject) == [.user(ann), .user(ann), plugin, plugin, .user(ann)])
        #expect(events.map(\.reason) == ["company", "company", "unknown-user", "message", "provider"])
        #expect(events.allSatisfy { !$0.requestID.isEmpty })
    }

    @Test func `a request to log out is remembered until nobody would take it`() async throws {
        let (company, _, _) = try await signedIn()
        let message = request(company)
        #expect(try await redirect(company, message).status == 302)
        func remembered() async throws -> Int64 {
            let plugin = PostgresBind.uuid(company.id.plugin.rawValue)
            let rows = try await company.test.superuser.read([
                """
                select count(*) from app.saml_logouts
                where plugin_id = \(plugin) and expires_at >= now() + interval '4 minutes'
                """
            ])
            return try rows[0][0].bigint(0)
        }
        #expect(try await remembered() == 1)
        try await company.test.saml.forgetOld(of: company.tenant.id)
        #expect(try await remembered() == 1)
        let query = PostgresQuery(
            unsafeSQL: "update app.saml_logouts set expires_at = now() - interval '1 second' where tenant_id = $1",
            binds: [.uuid(company.tenant.id.rawValue)])
        _ = try await company.test.superuser.write([query])
        try await company.test.saml.forgetOld(of: company.tenant.id)
        #expect(try await company.count(of: "saml_logouts") == 0)
    }

    @Test func `a message that is forged, another provider's, old or changed ends nothing`() async throws {
        let (company, one, _) = try await signedIn()
        let other = try await Company(company.site, tenant: company.tenant, key: 1)
        let rogue = try Company.rogueKey.get()
        for answer in [
            try await redirect(company, request(company), key: rogue),
            try await post(company, request(company), key: rogue),
            try await redirect(company, request(company), key: other.key.privateKey),
            try await redirect(company, request(company, issuer: other.issuer)),
            try await redirect(company, request(company, age: 900)),
            try await post(company, request(company, age: 900)),
        ] {
            #expect(answer.status == 400 && answer.location.isEmpty)
        }
        // Unsigned, for another address, twice the message, another RelayState than the signed one.
        var elsewhere = request(company)
        elsewhere.destination = "\(Site.origin)\(other.path("slo"))"
        #expect(try await redirect(company, elsewhere).status == 400)
        let key = try #require(SigningKey(der: company.key.privateKey))
        let url = try RedirectBinding.url(
            to: company.path("slo"), .request, request(company).xml, relayState: "a", key: key)
        let browser = Browser(company.site)
        for bad in [
            String(url.prefix(upTo: try #require(url.firstRange(of: "&SigAlg")).lowerBound)),
            url.replacing("RelayState=a", with: "RelayState=b"), url + "&RelayState=a",
            url + "&SAMLRequest=x", url + "&SAMLResponse=x", company.path("slo") + "?SAMLRequest=%",
        ] { #expect(await browser.get(bad).status == 400, "\(bad)") }
        let plain = Data(request(company).xml.utf8).base64EncodedString()
        for fields in [
            ["SAMLRequest": plain], [:], ["SAMLRequest": "x", "SAMLResponse": "x"], ["SAMLResponse": plain],
        ] { #expect(await browser.post(company.path("slo"), fields).status == 400) }
        #expect(await company.user(in: one) == "ann")
        #expect(await browser.get(url).status == 302)
    }

    @Test func `the answer is signed, names the request, and goes where the provider wants it`() async throws {
        let (company, _, _) = try await signedIn()
        try await company.change { $0.provider?.singleLogoutResponseURL = "https://idp.example/slo/answers?a=b" }
        let request = request(company)
        let answer = try await redirect(company, request, relayState: "<state>&")
        #expect(answer.location.hasPrefix("https://idp.example/slo/answers?a=b&SAMLResponse="))
        #expect(answer.field("RelayState") == "<state>&")
        let query = try RedirectBinding.Query(String(answer.location.split(separator: "?")[1]))
        let key = try #require(try await company.test.saml.keys(of: company.id).first)
        let root = try RedirectBinding.verified(
            query, keys: [try VerificationKey(certificate: key.certificate)], algorithms: SignatureAlgorithm.sound)
        #expect(root.is("LogoutResponse", in: Namespace.protocol))
        #expect(root.attribute("InResponseTo") == request.id)
        #expect(root.attribute("Destination") == "https://idp.example/slo/answers?a=b")
        #expect(root.elements.first?.text == company.entityID)
    }

    @Test func `a provider that takes messages by POST is answered by POST`() async throws {
        let (company, one, _) = try await signedIn()
        try await company.change { $0.provider?.singleLogoutBinding = .post }
        let page = try await post(company, request(company))
        #expect(page.status == 200 && page.text.contains("action=\"https://idp.example/slo\""))
        #expect(page.field("RelayState") == "state")
        let bytes = try #require(page.field("SAMLResponse").flatMap { Data(base64Encoded: $0) })
        let root = try XMLReader.read([UInt8](bytes))
        let key = try #require(try await company.test.saml.keys(of: company.id).first)
        let signature = try XMLSignature(of: root, after: Namespace.assertion, allowing: SignatureAlgorithm.sound)
        _ = try signature.verified(by: [try VerificationKey(certificate: key.certificate)])
        #expect(await company.user(in: one) == nil)
    }

    @Test func `a provider that says nowhere to answer ends sessions all the same`() async throws {
        let (company, one, _) = try await signedIn()
        try await company.change {
            $0.provider?.singleLogoutURL = nil
            $0.provider?.singleLogoutBinding = nil
        }
        let answer = try await redirect(company, request(company))
        #expect(answer.status == 303 && answer.location == "\(company.base)/login?done=signedOut")
        #expect(await company.user(in: one) == nil)
    }

    // MARK: Begun by us

    /// The content of a message to the provider.
    private func sent(_ answer: Browser.Answer, _ company: Company) async throws -> LogoutRequest {
        let query = try RedirectBinding.Query(String(answer.location.split(separator: "?")[1]))
        let key = try #require(try await company.test.saml.keys(of: company.id).first)
        let root = try RedirectBinding.verified(
            query, keys: [try VerificationKey(certificate: key.certificate)], algorithms: SignatureAlgorithm.sound)
        var expectation = Expectation(
            issuer: company.entityID, audience: "", recipient: "https://idp.example/slo", keys: [], decryptionKeys: [],
            requests: .init(pending: [], mayBeNone: false),
            now: Date(timeIntervalSince1970: Double(company.site.clock.now.seconds)))
        expectation.tolerance.skew = 60
        return try LogoutRequest(root, expectation)
    }

    @Test func `somebody signs out here, and then at the provider by a link`() async throws {
        let (company, one, two) = try await signedIn()
        let token = try #require(await one.get("\(company.base)/manage/account").field("form_token"))
        let answer = await one.post("\(company.base)/logout", ["form_token": token], from: .own)
        #expect(answer.status == 303 && answer.location.contains("done=signedOut&at=\(company.id)"))
        #expect(await company.user(in: one) == nil)
        let page = await one.get(answer.location)
        let start = try #require(page.text.firstRange(of: "href=\"\(company.path("slo"))?ticket="))
        let path = String(page.text[start.lowerBound...].dropFirst(6).prefix { $0 != "\"" })
        let request = try await sent(await one.get(path, from: .own), company)
        // The whole name, as the provider gave it.
        #expect(request.subject == NameID(value: "ann", format: ProviderAnswer.persistent))
        #expect(request.sessionIndexes == ["s1"])
        #expect(await company.user(in: two) == "ann")
        // A ticket of another kind, or for another connection, is none.
        #expect(await one.get(company.path("slo") + "?ticket=x").status == 400)
        let other = try await Company(company.site, tenant: company.tenant, key: 1)
        let query = path.dropFirst(company.path("slo").count)
        #expect(await one.get(other.path("slo") + query).status == 400)
        let hostile = await one.get("\(company.base)/login?at=\(other.id)&\(query.dropFirst())")
        #expect(!hostile.text.contains("/slo?ticket="))
        company.site.clock.pass(seconds: 1801)
        #expect(await one.get(path).status == 400)
    }

    @Test func `without a ticket the browser's own session ends, and no other site asks for that`() async throws {
        let (company, one, two) = try await signedIn()
        let foreign = await one.get(company.path("slo"), from: .other)
        #expect(foreign.status == 400)
        #expect(await company.user(in: one) == "ann")
        // Nor does another host of the same domain.
        let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
        for headers in [[site: "same-site"], [.referer: "https://evil.lectern.example/"]] as [HTTPFields] {
            #expect(await one.get(company.path("slo"), headers: headers).status == 400)
            #expect(await company.user(in: one) == "ann")
        }
        let answer = await one.get(company.path("slo"), from: .own)
        #expect(answer.status == 302 && answer.cookies.contains { $0.contains("Max-Age=0") })
        #expect(try await sent(answer, company).sessionIndexes == ["s1"])
        #expect(await company.user(in: one) == nil)
        #expect(await company.user(in: two) == "ann")
        let event = try #require(company.site.events[company.tenant.id].last)
        #expect(event.kind == .signedOut && event.reason == "single-logout")
        #expect(event.subject == .plugin(company.id.plugin))
        // A browser that is not signed in gets to the sign-in page.
        #expect(await one.get(company.path("slo"), from: .own).location == "\(company.base)/login?done=signedOut")
    }

    @Test func `who came in by a password is not signed out at the provider`() async throws {
        let company = try await Company(try await Site())
        try await company.makeUser("bob", hasPassword: true)
        let browser = Browser(company.site)
        await company.signInByPassword(browser, "bob")
        #expect(await browser.get(company.path("slo")).location == "\(company.base)/login?done=signedOut")
        #expect(await company.user(in: browser) == nil)
    }

    @Test func `the provider's answer to our message ends at the page to sign in at`() async throws {
        let (company, _, _) = try await signedIn()
        var response = LogoutResponse(
            id: "l1", issueInstant: Date(timeIntervalSince1970: Double(company.site.clock.now.seconds)),
            issuer: company.issuer, destination: "\(Site.origin)\(company.path("slo"))", inResponseTo: "id-1",
            isSuccess: true)
        let key = try #require(SigningKey(der: company.key.privateKey))
        let url = try RedirectBinding.url(
            to: company.path("slo"), .response, response.xml, relayState: "https://evil.example", key: key)
        let answer = await Browser(company.site).get(url, from: .other)
        #expect(answer.location == "\(company.base)/login?done=signedOutThere")
        response.isSuccess = false
        let failed = try RedirectBinding.url(
            to: company.path("slo"), .response, response.xml, relayState: nil, key: key)
        let left = await Browser(company.site).get(failed, from: .other)
        #expect(left.location == "\(company.base)/login?done=signedOutHere")
        #expect(await Browser(company.site).get(left.location).text.contains("Your company did not sign you out"))
        let forged = try RedirectBinding.url(
            to: company.path("slo"), .response, response.xml, relayState: nil,
            key: try #require(SigningKey(der: try Company.rogueKey.get())))
        #expect(await Browser(company.site).get(forged).status == 400)
    }
}
