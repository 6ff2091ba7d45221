import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Persistence
import Testing

@testable import Manage

/// The access to each page, in a golden table. A page that is not in it fails.
struct AccessTests {
    /// The caller. The first four have no session here: they have one of another tenant, or the credentials of an
    /// identity provider.
    private enum Caller: String, CaseIterable {
        case nobody, adminElsewhere, token, revokedToken, trainee, supervisor, instructor, editor, admin, owner

        var role: Role? {
            switch self {
            case .nobody, .adminElsewhere, .token, .revokedToken: nil
            case .supervisor: .trainee
            default: Role(rawValue: rawValue)
            }
        }
    }

    /// Each route with those whom it lets in: in the order of `Caller`, `y` for who is.
    static let golden: [String: String] = [
        "forgotten": "yyyyyyyyyy",
        "login": "yyyyyyyyyy",
        "login/company": "yyyyyyyyyy",
        "POST manage/account": "nnnnyyyyyy", "POST manage/account/confirmation": "nnnnyyyyyy",
        "POST login/code": "yyyyyyyyyy",
        "POST logout": "nnnnyyyyyy",
        "mailbox": "yyyyyyyyyy",
        "manage": "nnnnyyyyyy",
        "manage/account": "nnnnyyyyyy",
        "manage/account/confirmation": "nnnnyyyyyy",
        "POST manage/account/identities": "nnnnyyyyyy",
        "POST manage/account/recovery-codes": "nnnnyyyyyy",
        "manage/account/second-factor": "nnnnyyyyyy",
        "POST manage/account/second-factor": "nnnnyyyyyy",
        "POST manage/account/second-factor/removal": "nnnnyyyyyy",
        "POST manage/account/sessions/ID": "nnnnyyyyyy",
        "POST manage/account/sessions/others": "nnnnyyyyyy",
        "manage/groups": "nnnnnnyyyy",
        "manage/groups/ID": "nnnnnnyyyy",
        "POST manage/groups/ID/supervisors": "nnnnnnnnyy",
        "manage/integration/log": "nnnnnnnnyy",
        "manage/integration/log.csv": "nnnnnnnnyy",
        "manage/integration/log.json": "nnnnnnnnyy",
        "manage/integration/plugins": "nnnnnnnnyy",
        "POST manage/integration/plugins": "nnnnnnnnyy",
        "manage/integration/plugins/ID": "nnnnnnnnyy",
        "POST manage/integration/plugins/ID": "nnnnnnnnyy",
        "manage/integration/plugins/ID/clients": "nnnnnnnnyy",
        "POST manage/integration/plugins/ID/clients": "nnnnnnnnyy",
        "POST manage/integration/plugins/ID/clients/ID/federation": "nnnnnnnnyy",
        "POST manage/integration/plugins/ID/clients/ID/revocation": "nnnnnnnnyy",
        "POST manage/integration/plugins/ID/clients/ID/secrets": "nnnnnnnnyy",
        "POST manage/integration/plugins/ID/clients/secrets/ID/revocation": "nnnnnnnnyy",
        "manage/integration/plugins/ID/deletion": "nnnnnnnnyy",
        "POST manage/integration/plugins/ID/deletion": "nnnnnnnnyy",
        "manage/integration/plugins/ID/guide": "nnnnnnnnyy",
        "manage/integration/plugins/ID/certificate.pem": "nnnnnnnnyy",
        "POST manage/integration/plugins/ID/keys": "nnnnnnnnyy",
        "manage/integration/plugins/ID/provider": "nnnnnnnnyy",
        "POST manage/integration/plugins/ID/provider": "nnnnnnnnyy",
        "POST manage/integration/plugins/ID/provider/approval": "nnnnnnnnyy",
        "manage/integration/plugins/ID/sign-ins": "nnnnnnnnyy",
        "manage/integration/plugins/ID/sign-ins/ID": "nnnnnnnnyy",
        "POST manage/integration/plugins/ID/role-mappings": "nnnnnnnnyy",
        "POST manage/integration/plugins/ID/tokens": "nnnnnnnnyy",
        "POST manage/integration/plugins/ID/tokens/ID/revocation": "nnnnnnnnyy",
        "manage/integration/reviews": "nnnnnnnnyy",
        "POST manage/integration/reviews": "nnnnnnnnyy",
        "manage/security": "nnnnnnnnyy",
        "manage/security.csv": "nnnnnnnnyy",
        "manage/security.json": "nnnnnnnnyy",
        "manage/settings": "nnnnnnnnyy",
        "POST manage/settings": "nnnnnnnnyy",
        "manage/settings/domains": "nnnnnnnnyy",
        "POST manage/settings/domains": "nnnnnnnnyy",
        "POST manage/settings/domains/x.example/check": "nnnnnnnnyy",
        "POST manage/settings/domains/x.example/removal": "nnnnnnnnyy",
        "manage/team": "nnnnyyyyyy",
        "manage/team/ID": "nnnnyyyyyy",
        "manage/users": "nnnnnnyyyy",
        "manage/users/ID": "nnnnnnyyyy",
        "POST manage/users/ID/deletion": "nnnnnnnnyy",
        "manage/users/ID/edit": "nnnnnnnnyy",
        "POST manage/users/ID/edit": "nnnnnnnnyy",
        "POST manage/users/ID/identities": "nnnnnnnnyy",
        "POST manage/users/ID/invitation": "nnnnnnnnyy",
        "POST manage/users/ID/password-link": "nnnnnnnnyy",
        "POST manage/users/ID/release": "nnnnnnnnyy",
        "POST manage/users/ID/restoration": "nnnnnnnnyy",
        "POST manage/users/ID/roles": "nnnnnnnnyy",
        "POST manage/users/ID/second-factor": "nnnnnnnnyy",
        "POST manage/users/ID/sign-out": "nnnnnnnnyy",
        "POST manage/users/ID/suspension": "nnnnnnnnyy",
        "manage/users/deleted": "nnnnnnnnyy",
        "manage/users/imports": "nnnnnnnnyy",
        "POST manage/users/imports": "nnnnnnnnyy",
        "manage/users/imports/ID": "nnnnnnnnyy",
        "POST manage/users/imports/ID/beginning": "nnnnnnnnyy",
        "manage/users/imports/ID/results.csv": "nnnnnnnnyy",
        "manage/users/imports/template.csv": "nnnnnnnnyy",
        "manage/users/new": "nnnnnnnnyy",
        "POST manage/users/new": "nnnnnnnnyy",
        "password/x": "yyyyyyyyyy",
    ]

    @Test func `each page lets in whom the table says`() async throws {
        let browser = try await Browser()
        let words = try Catalogue(.en, json: Resources.messages[.en] ?? [])
        var cookies: [Caller: String] = [:]
        for caller in Caller.allCases {
            guard let role = caller.role else { continue }
            _ = try await browser.makeUser("\(caller)@x.example", role)
        }
        let supervisor = try await Self.find("supervisor@x.example", browser)
        let scope = TenantScope(tenant: browser.tenant.id, admission: .operator)
        _ = try await UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers).create(
            .named("report@x.example", manager: supervisor.description), role: .trainee,
            origin: ChangeOrigin(actor: .operator, requestID: "r"), in: scope)
        let elsewhere = try await Browser()
        _ = try await elsewhere.signedIn(as: "admin@x.example", .admin)
        // The other tenant's secret, under this one's name.
        let secret = try #require(elsewhere.cookie?.split(separator: "=").last)
        cookies[.adminElsewhere] = "__Host-lectern-\(browser.tenant.slug)=\(secret)"
        for (caller, text) in [(Caller.token, Self.token(1)), (.revokedToken, Self.token(2))] {
            let client = try await browser.test.makeClient(
                of: browser.tenant, tokenDigest: TokenDigest(of: text))
            if caller == .revokedToken {
                try await browser.test.integration.revoke(
                    client.token, change: TestDatabase.change(.revoke, .token(client.token)), in: scope)
            }
        }
        for (route, expected) in Self.golden.sorted(by: { $0.key < $1.key }) {
            var seen = ""
            for caller in Caller.allCases {
                browser.cookie = cookies[caller]
                browser.bearer = caller == .token ? Self.token(1) : caller == .revokedToken ? Self.token(2) : nil
                if caller.role != nil, browser.cookie == nil { await browser.signIn("\(caller)@x.example") }
                let isPost = route.hasPrefix("POST ")
                let answer = isPost ? await browser.post(Self.path(route)) : await browser.get(Self.path(route))
                seen += Self.verdict(on: answer, to: caller, forbidden: words["problem.forbidden"])
                cookies[caller] = caller == .adminElsewhere ? cookies[caller] : browser.cookie
            }
            browser.bearer = nil
            #expect(seen == expected, "\(route)")
        }
    }

    /// `n` where the guard refused whom this caller meets: signing in for who has no session here, the permission for
    /// who has. `y` where none did; then the things of the path are nowhere, and the forms lack everything. Else what
    /// came instead.
    private static func verdict(on answer: Browser.Answer, to caller: Caller, forbidden: String) -> String {
        let isSentToSignIn = answer.location.contains("/login?next=")
        let isForbidden = answer.status == 403 && answer.text.contains(forbidden)
        if caller.role == nil ? isSentToSignIn : isForbidden { return "n" }
        let isBehindTheGuards = answer.status < 500 && ![401, 403, 405, 429].contains(answer.status)
        return isBehindTheGuards && !isSentToSignIn ? "y" : "(\(caller): \(answer.status) \(answer.location))"
    }

    private static func path(_ route: String) -> String {
        route.replacing("POST ", with: "").replacing("ID", with: "01900000-0000-7000-8000-000000000000")
    }

    private static func token(_ number: UInt8) -> String {
        PlainToken(secret: [UInt8](repeating: number, count: 32), for: .token).text
    }

    private static func find(_ name: String, _ browser: Browser) async throws -> UserID {
        let found = try await browser.test.users.users(
            matching: .comparison(.userName, .equal, .text(name, caseExact: false)), order: ListOrder(),
            page: PageRequest(offset: 0, limit: 1),
            in: TenantScope(tenant: browser.tenant.id, admission: .operator))
        return try #require(found.elements.first).id
    }

    @Test func `a route that nobody has reviewed is none`() throws {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/Manage/ConsoleRoute.swift")
        let text = try String(contentsOf: source, encoding: .utf8)
        let declared = text.split(separator: "typealias")[0]
            .split(separator: "\n").filter { $0.hasPrefix("    case ") }
            .flatMap { $0.dropFirst(9).matches(of: /[a-zA-Z]+(?=[,(]|$)/).map { String($0.output) } }
            .filter { $0.first?.isLowercase == true }
        var reviewed: Set<String> = ["asset"]
        for route in Self.golden.keys {
            let found = try #require(ConsoleRoute(Self.path(route).split(separator: "/").map(String.init)), "\(route)")
            reviewed.insert(String("\(found)".prefix { $0 != "(" }))
            for method in found.methods {
                let bare = route.replacing("POST ", with: "")
                let line = method == .post ? "POST \(bare)" : bare
                // Signing in and its like have a form without a session, which anybody may send.
                #expect(Self.golden[line] != nil || found.access == .anybody, "\(line) is not in the table")
            }
        }
        #expect(Set(declared) == reviewed)
        #expect(declared.count > 40)
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

    @Test func `what is filled into a text is left as it is`() throws {
        let words = try Catalogue(.en, json: Array(#"{"a": {"b": "{x} and {y}{", "c": "{z}"}}"#.utf8))
        #expect(words["a.b", ["x": "{y}", "y": "{x}"]] == "{y} and {x}{")
        #expect(words["a.c"] == "{z}" && words["a.none"] == "a.none")
    }

    @Test func `every word that a template uses exists, and every template is embedded`() throws {
        let keys = try Catalogue(.en, json: Resources.messages[.en] ?? []).keys
        let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/Manage/templates")
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(Set(files) == Set(Resources.templates.keys.map { "\($0).mustache" }))
        for (name, bytes) in Resources.templates {
            let text = String(decoding: bytes, as: UTF8.self)
            for match in text.matches(of: /\{\{t\.([A-Za-z.-]+)\}\}/) {
                #expect(keys.contains(String(match.output.1)), "\(name): \(match.output.1)")
            }
            for match in text.matches(of: /\{\{[<>]([a-z-]+)\}\}/) {
                #expect(Resources.templates[String(match.output.1)] != nil, "\(name): \(match.output.1)")
            }
            // The templates escape every value.
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
        let known: [(String, Language)] = [
            ("en_US", .en), ("de-CH", .de), ("DE", .de), ("English", .en), ("Deutsch", .de), ("deu", .de),
            ("fr, de_AT;q=0.3", .de),
        ]
        for (stated, language) in known {
            let other = language == .en ? "de" : "en"
            #expect(Language.chosen(accept: stated, tenant: other) == language, "\(stated)")
        }
        for stated in ["denglish", "klingon!!", "fr", "*", ""] {
            #expect(Language.chosen(accept: stated, tenant: "en") == .en, "\(stated)")
            #expect(Language.chosen(accept: stated, tenant: "de-AT") == .de, "\(stated)")
        }
    }

    @Test func `a cell of a table is no formula`() {
        #expect(CSVFile.cell("=1+1") == "\"'=1+1\"")
        #expect(CSVFile.cell("a\"b") == "\"a\"\"b\"")
        #expect(CSVFile.cell("@x") == "\"'@x\"" && CSVFile.cell("x@y") == "\"x@y\"")
    }
}
