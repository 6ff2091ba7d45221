import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import Testing

@testable import Manage

/// The rules that hold for every route, tried on each of the table.
struct RouteRuleTests {
    /// An Owner who is signed in, somebody else, and a connection, so that routes lead to things that are there.
    private struct Site {
        let browser: Browser
        let user: UserID
        let plugin: String

        func path(_ route: String) -> String {
            let bare = route.replacing("POST ", with: "")
            let id = bare.hasPrefix("manage/users/") ? user.description : plugin
            guard let place = bare.firstRange(of: "ID") else { return bare }
            return bare.replacingCharacters(in: place, with: id)
                .replacing("ID", with: "01900000-0000-7000-8000-000000000000")
        }

        /// The number of changes that the tenant's log holds.
        func changes() async throws -> Int64 {
            try await browser.test.superuser.read([
                "select count(*) from app.changes where tenant_id = \(.uuid(browser.tenant.id.rawValue))"
            ])[0][0].bigint(0)
        }
    }

    private func site() async throws -> Site {
        let browser = try await Browser()
        let user = try await browser.makeUser("ann@x.example", .trainee)
        _ = try await browser.signedIn()
        let path = await browser.post("manage/integration/plugins", ["name": "Okta"]).location
        let plugin = try #require(path.split(separator: "/").last).prefix { $0 != "?" }
        return Site(browser: browser, user: user, plugin: String(plugin))
    }

    /// The routes for which an old sign-in does not suffice. Pages that ask for a fresh one only with certain values
    /// are not here.
    private static let fresh: Set<String> = [
        "POST manage/account/identities", "POST manage/account/recovery-codes", "manage/account/second-factor",
        "POST manage/account/second-factor", "POST manage/account/second-factor/removal",
        "POST manage/integration/plugins/ID", "manage/integration/plugins/ID/clients",
        "POST manage/integration/plugins/ID/clients", "POST manage/integration/plugins/ID/clients/ID/federation",
        "POST manage/integration/plugins/ID/clients/ID/revocation",
        "POST manage/integration/plugins/ID/clients/ID/secrets",
        "POST manage/integration/plugins/ID/clients/secrets/ID/revocation",
        "manage/integration/plugins/ID/deletion", "POST manage/integration/plugins/ID/deletion",
        "POST manage/integration/plugins/ID/keys", "manage/integration/plugins/ID/provider",
        "POST manage/integration/plugins/ID/provider", "POST manage/integration/plugins/ID/provider/approval",
        "POST manage/integration/plugins/ID/role-mappings", "POST manage/integration/plugins/ID/tokens",
        "POST manage/integration/plugins/ID/tokens/ID/revocation", "POST manage/integration/reviews",
        "POST manage/users/ID/deletion", "POST manage/users/ID/identities", "POST manage/users/ID/invitation",
        "POST manage/users/ID/password-link", "POST manage/users/ID/restoration", "POST manage/users/ID/roles",
        "POST manage/users/ID/second-factor", "POST manage/users/imports/ID/beginning",
    ]

    @Test func `a sign-in that is a while ago is asked for again on the routes of the table, and nothing changes`()
        async throws
    {
        let site = try await site()
        let later = try await Browser(tenant: site.browser.tenant, secondsAhead: Session.freshness + 60)
        later.cookie = site.browser.cookie
        let before = try await site.changes()
        for route in AccessTests.golden.keys.sorted() where ConsoleRoute(site.path(route).parts)?.access != .anybody {
            guard Self.fresh.contains(route) else { continue }
            let isPost = route.hasPrefix("POST ")
            let answer = isPost ? await later.post(site.path(route)) : await later.get(site.path(route))
            let asks = answer.location.contains("/confirmation?next=") || answer.text.contains("proof_password")
            #expect(asks, "\(route): \(answer.status) \(answer.location)")
        }
        #expect(try await site.changes() == before)
        #expect(Self.fresh.isSubset(of: AccessTests.golden.keys))
        // The other way round: what is not in the table asks for nothing.
        for (route, path) in AccessTests.golden.keys.map({ ($0, site.path($0)) }) {
            let found = try #require(ConsoleRoute(path.parts), "\(route)")
            let method: ConsoleMethod = route.hasPrefix("POST ") ? .post : .get
            #expect(found.needsFreshSignIn(method) == Self.fresh.contains(route), "\(route)")
        }
    }

    @Test func `a form without the session's token is refused on every route, and nothing changes`() async throws {
        let site = try await site()
        let before = try await site.changes()
        var tried = 0
        for route in AccessTests.golden.keys.sorted() where route.hasPrefix("POST ") {
            let path = site.path(route)
            let isOpen = ConsoleRoute(path.parts)?.access == .anybody
            let foreign = await site.browser.post(path, origin: "https://evil.example")
            #expect(foreign.status == 403, "\(route) from elsewhere")
            if isOpen { continue }
            for token in [nil, "", "0000", String(repeating: "0", count: 64)] {
                #expect(await site.browser.post(path, token: token).status == 403, "\(route) \(token ?? "none")")
            }
            tried += 1
        }
        #expect(tried > 40)
        #expect(try await site.changes() == before)
        let noted = try await site.browser.securityEvents(.foreignForm)
        #expect(Set(noted.map(\.event.reason)) == ["origin", "form-token"])
        // The same forms with the token of the session get past the rule.
        #expect(await site.browser.post("manage/account/sessions/others").status == 303)
    }

    @Test func `a browser's word that a form comes from another site is enough to refuse it`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let token = try #require(await browser.get("manage/account").field("form_token"))
        let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
        for (value, status) in [("cross-site", 403), ("same-site", 403), ("same-origin", 303)] {
            let answer = await browser.send(
                .post, "manage/account/sessions/others", "form_token=\(token)",
                [.contentType: "application/x-www-form-urlencoded", site: value])
            #expect(answer.status == status, "\(value)")
        }
    }

    @Test func `every page has the same policy`() async throws {
        let site = try await site()
        let policy =
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
            + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        for route in AccessTests.golden.keys.sorted() where !route.hasPrefix("POST ") {
            let page = await site.browser.get(site.path(route))
            if page.status == 303 { continue }
            #expect(page.headers[.contentSecurityPolicy] == policy, "\(route)")
            #expect(page.headers[.cacheControl] == "no-store", "\(route)")
        }
        for path in ["login", "nowhere", "manage/nowhere", "password/x"] {
            #expect(await site.browser.get(path).headers[.contentSecurityPolicy] == policy, "\(path)")
        }
        let open = await site.browser.post("login", ["name": "x", "password": "y"], token: nil)
        #expect(open.headers[.contentSecurityPolicy] == policy)
    }
}

extension String {
    fileprivate var parts: [String] { split(separator: "/").map(String.init) }

    fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
