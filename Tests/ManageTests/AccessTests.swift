import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import Testing

@testable import Manage

/// Who may call which page: a golden table. A page that is not in it fails.
struct AccessTests {
    private enum Caller: String, CaseIterable {
        case nobody, trainee, instructor, editor, admin, owner
    }

    /// Each route with the least that it takes: in the order of `Caller`, `y` for who is let in.
    private static let golden: [String: String] = [
        "manage/settings": "nnnnyy", "POST manage/settings": "nnnnyy",
        "manage/integration/plugins/ID/deletion": "nnnnyy", "POST manage/integration/plugins/ID/deletion": "nnnnyy",
        "manage/integration/plugins/ID/clients": "nnnnyy", "POST manage/integration/plugins/ID/clients": "nnnnyy",
        "POST manage/integration/plugins/ID/clients/ID/secrets": "nnnnyy",
        "POST manage/integration/plugins/ID/clients/ID/federation": "nnnnyy",
        "POST manage/integration/plugins/ID/clients/ID/revocation": "nnnnyy",
        "POST manage/integration/plugins/ID/clients/secrets/ID/revocation": "nnnnyy",
        "POST login/code": "yyyyyy", "manage/account/second-factor": "nyyyyy",
        "POST manage/account/second-factor": "nyyyyy", "POST manage/account/recovery-codes": "nyyyyy",
        "POST manage/account/second-factor/removal": "nyyyyy", "POST manage/users/ID/second-factor": "nnnnyy",
        "forgotten": "yyyyyy", "mailbox": "yyyyyy", "POST manage/users/ID/invitation": "nnnnyy", "login": "yyyyyy",
        "password/x": "yyyyyy", "manage": "nyyyyy", "manage/account": "nyyyyy",
        "manage/account/confirmation": "nyyyyy", "manage/users": "nnyyyy", "manage/users/ID": "nnyyyy",
        "manage/groups": "nnyyyy", "manage/groups/ID": "nnyyyy", "manage/integration/plugins": "nnnnyy",
        "manage/integration/plugins/ID": "nnnnyy", "manage/integration/log": "nnnnyy",
        "manage/integration/log.csv": "nnnnyy", "manage/integration/log.json": "nnnnyy",
        "manage/integration/reviews": "nnnnyy", "manage/integration/plugins/ID/guide": "nnnnyy",
        "manage/users/imports": "nnnnyy", "POST manage/users/imports": "nnnnyy", "manage/users/imports/ID": "nnnnyy",
        "manage/users/imports/template.csv": "nnnnyy", "manage/users/imports/ID/results.csv": "nnnnyy",
        "POST manage/users/imports/ID/beginning": "nnnnyy", "manage/users/ID/edit": "nnnnyy",
        "POST manage/users/ID/edit": "nnnnyy", "POST manage/users/ID/roles": "nnnnyy",
        "POST manage/users/ID/release": "nnnnyy", "manage/users/new": "nnnnyy", "manage/users/deleted": "nnnnyy",
        "POST manage/users/new": "nnnnyy",
        "POST manage/users/ID/deletion": "nnnnyy", "POST manage/users/ID/restoration": "nnnnyy",
        "POST manage/integration/plugins/ID/role-mappings": "nnnnyy",
        "POST logout": "nyyyyy", "POST manage/users/ID/suspension": "nnnnyy",
        "POST manage/users/ID/password-link": "nnnnyy", "POST manage/integration/plugins": "nnnnyy",
        "POST manage/integration/plugins/ID": "nnnnyy", "POST manage/integration/plugins/ID/tokens": "nnnnyy",
        "POST manage/integration/plugins/ID/tokens/ID/revocation": "nnnnyy",
        "POST manage/integration/reviews": "nnnnyy",
        "POST manage/account/sessions/ID": "nyyyyy", "POST manage/account/sessions/others": "nyyyyy",
    ]

    @Test func `each page lets in whom the table says`() async throws {
        let browser = try await Browser()
        var cookies: [Caller: String] = [:]
        for caller in Caller.allCases where caller != .nobody {
            _ = try await browser.makeUser("\(caller)@x.example", Role(rawValue: caller.rawValue)!)
        }
        for (route, expected) in Self.golden.sorted(by: { $0.key < $1.key }) {
            var seen = ""
            for caller in Caller.allCases {
                browser.cookie = cookies[caller]
                if caller != .nobody, browser.cookie == nil { await browser.signIn("\(caller)@x.example") }
                let isPost = route.hasPrefix("POST ")
                let path = route.replacing("POST ", with: "").replacing(
                    "ID", with: "01900000-0000-7000-8000-000000000000")
                let answer = isPost ? await browser.post(path) : await browser.get(path)
                let isRefused = answer.status == 403 || answer.location.contains("/login?next=")
                seen += isRefused ? "n" : "y"
                cookies[caller] = browser.cookie
            }
            #expect(seen == expected, "\(route)")
        }
    }

    @Test func `the words exist in every language, and nowhere a placeholder is left out`() throws {
        let catalogues = try Resources.messages.map { try Catalogue($0, json: $1) }
        let english = try #require(catalogues.first { $0.language == .en })
        for catalogue in catalogues {
            #expect(catalogue.keys == english.keys, "\(catalogue.language)")
            for key in english.keys {
                let holes = { (text: String) in Set(text.matches(of: /\{[a-z]+\}/).map { String($0.output) }) }
                #expect(holes(catalogue[key]) == holes(english[key]), "\(catalogue.language) \(key)")
            }
        }
    }

    @Test func `every word that a template uses exists, and every template is embedded`() throws {
        let keys = try Catalogue(.en, json: Resources.messages[.en] ?? []).keys
        for (name, bytes) in Resources.templates {
            let text = String(decoding: bytes, as: UTF8.self)
            for match in text.matches(of: /\{\{t\.([A-Za-z.-]+)\}\}/) {
                #expect(keys.contains(String(match.output.1)), "\(name): \(match.output.1)")
            }
            // What is sent is escaped everywhere.
            #expect(!text.contains("{{{") && !text.contains("{{&"), "\(name)")
        }
    }

    @Test func `HEAD is GET without the page, and other methods are told what there is`() async throws {
        let browser = try await Browser()
        let (page, head) = (await browser.get("login"), await browser.send(.head, "login"))
        #expect(head.status == 200 && head.text.isEmpty)
        #expect(head.headers[.contentLength] == page.headers[.contentLength])
        let put = await browser.send(.put, "login")
        #expect(put.status == 405 && put.headers[.allow] == "GET, HEAD, POST" && put.text.contains("<h1>"))
        #expect(await browser.send(.delete, "logout").headers[.allow] == "POST")
    }

    @Test func `a page knows the language of its reader`() async throws {
        let browser = try await Browser()
        #expect(
            await browser.get("login", headers: [.acceptLanguage: "de-CH, en;q=0.5"]).text.contains("<h1>Anmelden</h1>")
        )
        #expect(
            await browser.get("login", headers: [.acceptLanguage: "fr, en;q=0.5"]).text.contains("<h1>Sign in</h1>"))
        #expect(Language.chosen(accept: "de;q=0, en", tenant: "de") == .en)
        #expect(Language.chosen(accept: nil, tenant: "de") == .de)
    }

    @Test func `a cell of a table is no formula`() {
        #expect(CSVFile.cell("=1+1") == "\"'=1+1\"")
        #expect(CSVFile.cell("a\"b") == "\"a\"\"b\"")
        #expect(CSVFile.cell("@x") == "\"'@x\"" && CSVFile.cell("x@y") == "\"x@y\"")
    }
}
