import Domain
import LecternTesting
import Postgres
import Testing

/// The effect of an account's plan on its connections.
struct PlanTests {
    private let list = "manage/integration/plugins"
    private let scimLocked = "SCIM is part of the plan Ultimate and above."
    private let samlLocked = "SAML is part of the plan Ultimate and above."

    /// The plan contains these from now on.
    private func setEntitlements(_ names: [String], _ browser: Browser) async throws {
        let update = PostgresQuery(
            unsafeSQL: "update app.tenants set entitlements = $2 where id = $1",
            binds: [.uuid(browser.tenant.id.rawValue), .textArray(names)])
        _ = try await browser.test.superuser.write([update])
    }

    @Test func `each kind that the plan does not contain says which plan does`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        for (entitlements, scim, saml) in [
            (["scim", "saml"], true, true), (["saml"], false, true), (["scim"], true, false),
            (["groups"], false, false),
        ] {
            try await setEntitlements(entitlements, browser)
            let page = await browser.get(list).text
            #expect(page.contains(scimLocked) == !scim && page.contains(samlLocked) == !saml, "\(entitlements)")
            #expect(page.contains("value=\"scim\">") == scim && page.contains("value=\"saml\">") == saml)
            #expect(page.contains("id=\"name\"") == (scim || saml), "\(entitlements)")
            for (kind, isOpen) in [("scim", scim), ("saml", saml)] {
                let made = await browser.post(list, ["kind": kind, "name": "\(kind) \(entitlements)"])
                #expect(made.status == (isOpen ? 303 : 422), "\(kind) \(entitlements)")
                #expect(isOpen || made.text.contains("id=\"problem\""))
            }
        }
    }

    @Test func `a connection that the plan contains no longer says so and keeps its settings`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        var paths: [String: String] = [:]
        for kind in ["scim", "saml"] {
            let made = await browser.post(list, ["kind": kind, "name": "Entra"])
            paths[kind] = made.location.split(separator: "?").first.map(String.init)
        }
        let (scim, saml) = (try #require(paths["scim"]), try #require(paths["saml"]))
        for path in [scim, "\(scim)/clients", saml, list] {
            let page = await browser.get(path).text
            #expect(!page.contains("is part of the plan") && !page.contains("not in the plan"), "\(path)")
        }
        try await setEntitlements(["saml"], browser)
        #expect(await browser.get(scim).text.contains(scimLocked))
        #expect(await browser.get("\(scim)/clients").text.contains(scimLocked))
        #expect(await browser.get(saml).text.contains(samlLocked) == false)
        #expect(await browser.get(list).text.ranges(of: "not in the plan</span>").count == 1)
        try await setEntitlements([], browser)
        #expect(await browser.get(saml).text.contains(samlLocked))
        #expect(await browser.post(scim, ["enabled": "on", "name": "Entra two"]).status == 303)
        try await setEntitlements(["scim"], browser)
        #expect(await browser.get(scim).text.contains(scimLocked) == false)
    }
}
