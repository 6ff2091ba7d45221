import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import Synchronization
import Testing

/// How an admin shows whose a mail domain is.
struct DomainPageTests {
    private static let path = "manage/settings/domains"

    /// DNS, which is other people's: what it answers, and what it was asked for.
    private final class DNS: Sendable {
        private struct State {
            var records: [String]? = []
            var asked: [String] = []
        }

        private let state = Mutex(State())

        /// Nil when it does not answer.
        func answer(_ records: [String]?) { state.withLock { $0.records = records } }

        var asked: [String] { state.withLock(\.asked) }

        func records(of name: String) throws -> [String] {
            try state.withLock { state in
                state.asked.append(name)
                guard let records = state.records else { throw DomainError.unavailable(retryAfter: 1) }
                return records
            }
        }
    }

    private func browser(_ dns: DNS = DNS()) async throws -> Browser {
        let browser = try await Browser(clockStands: true, txtRecords: { name in try dns.records(of: name) })
        _ = try await browser.signedIn()
        return browser
    }

    private func domains(_ browser: Browser) async throws -> [TenantDomain] {
        try await browser.test.domains.domains(in: TenantScope(tenant: browser.tenant.id, admission: .operator))
    }

    @Test func `a domain is added, waits for its record, and is verified when the record is found`() async throws {
        let dns = DNS()
        let browser = try await browser(dns)
        #expect(await browser.get("manage/settings").text.contains("/\(Self.path)\""))
        let empty = await browser.get(Self.path)
        #expect(empty.status == 200 && empty.text.contains("There is no domain yet."))
        #expect(empty.text.contains("Single sign-on creates people"))
        let added = await browser.post(Self.path, ["domain": " X.Example "])
        #expect(added.status == 303 && added.location.hasSuffix("\(Self.path)?done=domainAdded"))
        let value = try #require(try await domains(browser).first).challenge.text
        let page = await browser.get(Self.path)
        for text in ["_lectern-challenge.x.example\"", "value=\"\(value)\"", "waiting for the record", "not yet"] {
            #expect(page.text.contains(text), "\(text)")
        }
        let check = "\(Self.path)/x.example/check"
        let missing = await browser.post(check)
        #expect(missing.status == 422 && missing.text.contains("The record of x.example is not found yet."))
        #expect(!missing.text.contains("not yet<"))
        dns.answer(["<b>v=spf1</b> -all"])
        let different = await browser.post(check)
        #expect(different.status == 422)
        #expect(different.text.contains("another value there: “&lt;b&gt;v=spf1&lt;/b&gt; -all”"))
        dns.answer(nil)
        let unanswered = await browser.post(check)
        #expect(unanswered.status == 503 && unanswered.text.contains("DNS did not answer for x.example."))
        #expect(try await domains(browser).map(\.state) == [.waiting])
        dns.answer(["v=spf1 -all", value])
        #expect(await browser.post(check).location.hasSuffix("?done=domainVerified"))
        #expect(try await domains(browser).map(\.state) == [.verified])
        #expect(dns.asked == [String](repeating: "_lectern-challenge.x.example", count: 4))
        let verified = await browser.get(Self.path)
        #expect(verified.text.contains("verified</span>") && !verified.text.contains(value))
        #expect(!verified.text.contains("/check"))
    }

    @Test func `what can be no domain of an organisation is refused with a reason`() async throws {
        let browser = try await browser()
        for (text, reason) in [
            ("", "This is no domain."), ("example", "This is no domain."), ("192.0.2.1", "This is no domain."),
            ("<script>", "value=\"&lt;script&gt;\""), ("Gmail.com", "Anybody can have an address in gmail.com"),
        ] {
            let answer = await browser.post(Self.path, ["domain": text])
            #expect(answer.status == 422 && answer.text.contains(reason), "\(text)")
        }
        #expect(try await domains(browser).isEmpty)
        _ = await browser.post(Self.path, ["domain": "x.example"])
        let again = await browser.post(Self.path, ["domain": "X.example"])
        #expect(again.status == 422 && again.text.contains("x.example is in the list already."))
        for number in 2...TenantDomain.limit {
            _ = try await browser.test.addDomain("d\(number).example", of: browser.tenant)
        }
        let tooMany = await browser.post(Self.path, ["domain": "y.example"])
        #expect(tooMany.status == 422 && tooMany.text.contains("There can be at most 50 domains."))
        #expect(try await domains(browser).count == TenantDomain.limit)
    }

    @Test func `a domain is removed when the answer is yes, and not before`() async throws {
        let browser = try await browser()
        _ = try await browser.test.addDomain("x.example", of: browser.tenant, isVouchedFor: true)
        #expect(await browser.get(Self.path).text.contains("confirmed by the operator"))
        browser.isSure = false
        let question = await browser.post("\(Self.path)/x.example/removal")
        #expect(question.status == 200 && question.text.contains("Remove this domain?"))
        #expect(question.text.contains("href=\"\(browser.base)/\(Self.path)\""))
        #expect(try await domains(browser).count == 1)
        browser.isSure = true
        let removed = await browser.post("\(Self.path)/x.example/removal")
        #expect(removed.location.hasSuffix("\(Self.path)?done=domainRemoved"))
        #expect(try await domains(browser).isEmpty)
        #expect(await browser.post("\(Self.path)/x.example/removal").status == 404)
    }

    @Test func `another tenant's domain is not there`() async throws {
        let (browser, elsewhere) = (try await browser(), try await browser())
        _ = try await browser.test.addDomain("theirs.example", of: elsewhere.tenant)
        #expect(!(await browser.get(Self.path).text.contains("theirs.example")))
        for verb in ["check", "removal"] {
            #expect(await browser.post("\(Self.path)/theirs.example/\(verb)").status == 404)
        }
        #expect(try await domains(elsewhere).count == 1)
    }

    @Test func `DNS is not asked as often as somebody likes`() async throws {
        let dns = DNS()
        let browser = try await browser(dns)
        _ = try await browser.test.addDomain("x.example", of: browser.tenant)
        for _ in 0..<10 { #expect(await browser.post("\(Self.path)/x.example/check").status == 422) }
        let throttled = await browser.post("\(Self.path)/x.example/check")
        #expect(throttled.status == 429 && throttled.headers[.retryAfter] == "1")
        #expect(dns.asked.count == 10)
    }
}
