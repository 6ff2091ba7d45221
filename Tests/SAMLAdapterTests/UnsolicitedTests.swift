import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

/// Sign-in that the provider begins, and where it leads.
struct UnsolicitedTests {
    @Test func `the provider may begin only where that is allowed`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        #expect(try await company.answer(browser, to: nil).status == 403)
        #expect(try await company.failedRule() == "correlation")
        try await company.change { $0.settings.takesUnsolicited = true }
        #expect(try await company.answer(browser, to: nil).status == 303)
        #expect(await company.user(in: browser) == "ann")
    }

    @Test func `an assertion that answers no request is used once, by whichever browser`() async throws {
        let company = try await Company(try await Site()) { $0.settings.takesUnsolicited = true }
        try await company.makeAnn()
        let (browser, other) = (Browser(company.site), Browser(company.site))
        let message = try company.providerAnswer(to: nil).message
        #expect(await company.bring(message, browser).status == 303)
        for again in [browser, other] {
            #expect(await company.bring(message, again).status == 403)
            #expect(try await company.failedRule() == "assertion-used")
        }
        #expect(await company.user(in: other) == nil)
        // Nor by way of a request: what it answers is signed.
        _ = try await company.begin(other)
        #expect(await company.bring(message, other).status == 403)
    }

    @Test func `a used assertion changes nothing about anybody`() async throws {
        let company = try await Company(try await Site()) {
            $0.settings.takesUnsolicited = true
            $0.settings.createsUsers = true
        }
        let browser = Browser(company.site)
        var answer = company.providerAnswer(to: nil)
        answer.claims = [Company.email: ["ann@x.example"], Company.givenName: ["Before"]]
        #expect(await company.bring(try answer.message, browser).status == 303)
        let now = try await company.answer(browser, to: nil) {
            $0.claims = [Company.email: ["ann@x.example"], Company.givenName: ["Now"]]
        }
        #expect(now.status == 303)
        #expect(await company.bring(try answer.message, browser).status == 403)
        let user = try #require(try await company.traces().first?.user)
        #expect(try await company.name(of: user) == "Now")
    }

    @Test func `allowing it does not open a request that another browser has sent`() async throws {
        let company = try await Company(try await Site()) { $0.settings.takesUnsolicited = true }
        try await company.makeAnn()
        let message = try company.providerAnswer(to: try await company.begin(Browser(company.site))).message
        #expect(await company.bring(message, Browser(company.site)).status == 403)
        #expect(try await company.failedRule() == "correlation")
    }

    @Test(arguments: [
        ("manage/account", "manage/account"), ("manage/users?search=x", "manage/users?search=x"),
        ("https://evil.example/", "manage"), ("//evil.example", "manage"), ("/manage", "manage"),
        ("manage/../../evil", "manage"), ("manage/%2e%2e/evil", "manage"), ("manage@evil.example", "manage"),
        ("javascript:alert(1)", "manage"), ("manage\r\nSet-Cookie: a=b", "manage"), ("manage\\evil", "manage"),
        ("", "manage"), ("id-1234", "manage"),
    ])
    func `RelayState of the provider leads to pages of the console only`(_ state: String, _ target: String)
        async throws
    {
        let company = try await Company(try await Site()) { $0.settings.takesUnsolicited = true }
        try await company.makeAnn()
        let answer = try await company.answer(Browser(company.site), to: nil, relayState: state)
        #expect(answer.status == 303 && answer.location == "\(company.base)/\(target)")
        let asked = try await company.signIn(
            Browser(company.site), "?next=\(state.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")")
        #expect(asked.location == "\(company.base)/\(target)")
    }

    @Test func `where to go may be said with the address of the tenant in front`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let answer = try await company.signIn(Browser(company.site), "?next=\(company.base)/manage/team")
        #expect(answer.location == "\(company.base)/manage/team")
        let other = try await company.signIn(Browser(company.site), "?next=/t/other/manage/team")
        #expect(other.location == "\(company.base)/manage")
    }

    @Test func `an answer to our request goes where that wanted, whatever came along`() async throws {
        let company = try await Company(try await Site())
        try await company.makeAnn()
        let browser = Browser(company.site)
        let request = try await company.begin(browser, "?next=manage/team")
        let answer = try await company.answer(browser, to: request, relayState: "manage/account")
        #expect(answer.location == "\(company.base)/manage/team")
    }
}
