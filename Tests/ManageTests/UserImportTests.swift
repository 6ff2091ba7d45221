import Domain
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

@testable import Manage

struct UserImportTests {
    private let origin = ChangeOrigin(actor: .operator, requestID: "r")

    private func scope(_ browser: Browser) -> TenantScope {
        TenantScope(tenant: browser.tenant.id, admission: .operator)
    }

    /// Brings a file and waits for the trial; gives the path of its page.
    private func tried(
        _ file: String, _ mode: UserImport.Mode = .create, _ browser: Browser
    ) async throws -> String {
        let answer = await browser.upload("manage/users/imports", ["mode": mode.rawValue], file: file)
        #expect(answer.status == 303, "\(answer.text)")
        return try await finished(answer.location, browser)
    }

    private func begun(_ path: String, _ browser: Browser) async throws -> String {
        #expect(await browser.post("\(path)/beginning").status == 303)
        return try await finished(path, browser)
    }

    private func finished(_ path: String, _ browser: Browser) async throws -> String {
        #expect(try await eventually { await !browser.get(path).text.contains("data-live") })
        return path
    }

    private func tally(_ path: String, _ browser: Browser) async throws -> [ImportResult.Outcome: Int] {
        let id = try #require(UserImportID(path.split(separator: "/").last ?? ""))
        return try await browser.test.imports.userImport(id, in: scope(browser)).tally
    }

    private func user(_ name: String, _ browser: Browser) async throws -> User? {
        try await browser.test.users.users(
            matching: .comparison(.userName, .equal, .text(name, caseExact: false)), order: ListOrder(),
            page: PageRequest(offset: 0, limit: 2), in: scope(browser)
        ).elements.first
    }

    @Test func `a file is tried first, and then done`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let file = """
            First name;Last name;E-mail;Rolle;Shoe size;department
            Ann;Émile;ann@x.example;Editor;39;Sales
            Bea;"O""Hara; Jr.";bea@x.example;;40;
            ;;;;;
            Cyd;;nonsense;;41;
            Dee;;dee@x.example;emperor;42;
            Eve;;eve@x.example;owner;42;
            Ann;;ANN@x.example;;42;
            Fay;;;;42;
            Gus;;owner@x.example;;42;
            """
        let path = try await tried("\u{FEFF}" + file, .create, browser)
        let page = await browser.get(path).text
        #expect(page.contains("Nothing has been changed yet") && page.contains("are left out: Shoe size"))
        for sentence in [
            "must look like name@company.example", "An earlier row of the file has the same: User name",
            "The cell is empty: E-mail", "Somebody has this already: User name", "The role is owner, admin, editor",
            "O&quot;Hara; Jr.",
        ] { #expect(page.contains(sentence), "\(sentence)") }
        #expect(try await tally(path, browser) == [.created: 3, .refused: 5])
        #expect(try await user("ann@x.example", browser) == nil)
        #expect(page.contains("Import 3 rows now"))
        _ = try await begun(path, browser)
        #expect(try await tally(path, browser) == [.created: 3, .refused: 5])
        let ann = try #require(try await user("ann@x.example", browser))
        #expect(try await browser.test.users.roles(of: ann.id, in: scope(browser)).map(\.role) == [.editor])
        #expect(await browser.get("manage/users/\(ann.id)").text.contains("Sales"))
        // It is done once, and what came of it can be taken along.
        #expect(await browser.post("\(path)/beginning").status == 303)
        #expect(try await tally(path, browser) == [.created: 3, .refused: 5])
        let results = await browser.get("\(path)/results.csv").text
        #expect(results.contains("\"2\",\"ann@x.example\",\"created\",\"\",\"\(ann.id)\""))
        #expect(await browser.get("\(path)?outcome=refused").text.contains("bea@x.example") == false)
        #expect(await browser.get("manage/users/imports").text.contains("people.csv"))
    }

    @Test func `rows with a language or an address that is none, or a circle of managers, are refused`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = try await tried(
            """
            email,manager,preferredLanguage
            ann@x.example,bea@x.example,DE-ch
            bea@x.example,ann@x.example,
            cyd@x.example,cyd@x.example,
            dee@x.example,,klingon!!
            a@b,,
            """,
            .create, browser)
        #expect(try await tally(path, browser) == [.created: 1, .refused: 4])
        let trial = await browser.get(path).text
        for sentence in [
            "bea@x.example → ann@x.example → bea@x.example", "cyd@x.example → cyd@x.example",
            "must be a language tag such as en", "must look like name@company.example",
        ] { #expect(trial.contains(sentence), "\(sentence)") }
        _ = try await begun(path, browser)
        #expect(try await tally(path, browser) == [.created: 1, .refused: 4])
        #expect(await browser.get(path).text.contains("bea@x.example → ann@x.example → bea@x.example"))
        let ann = try #require(try await user("ann@x.example", browser))
        #expect(try ann.profile.attributes()["preferredLanguage"] == "de-CH")
        let again = try await tried("email,preferredLanguage\nann@x.example,de-ch", .updateByEmail, browser)
        #expect(try await tally(again, browser) == [.unchanged: 1])
    }

    @Test func `a trial finds circles of managers across rows, and refuses what the import refuses`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        var path = try await tried(
            """
            email,manager
            r1@x.example,r2@x.example
            r2@x.example,r3@x.example
            r3@x.example,r1@x.example
            """,
            .create, browser)
        #expect(try await tally(path, browser) == [.created: 2, .refused: 1])
        let circle = "r3@x.example → r1@x.example → r2@x.example → r3@x.example"
        #expect(await browser.get(path).text.contains(circle))
        _ = try await begun(path, browser)
        #expect(try await tally(path, browser) == [.created: 2, .refused: 1])
        // The first row ends the line that the second one turns around.
        path = try await tried(
            "email,manager\nr1@x.example,owner@x.example\nr2@x.example,r1@x.example\nowner@x.example,r2@x.example",
            .updateByEmail, browser)
        #expect(try await tally(path, browser) == [.updated: 2, .refused: 1])
        _ = try await begun(path, browser)
        #expect(try await tally(path, browser) == [.updated: 2, .refused: 1])
    }

    @Test func `users are found by address or number, and what the file does not say stays`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        var path = try await tried(
            """
            givenName,email,employeeNumber,title
            Ann,ann@x.example,007,Clerk
            Bea,bea@x.example,008,Cook
            Cyd,cyd@x.example,008,
            """,
            .create, browser)
        _ = try await begun(path, browser)
        path = try await tried(
            "email,title,givenName\nANN@x.example,Baker,\nbea@x.example,Cook,Bea\nnobody@x.example,Cook,",
            .updateByEmail,
            browser)
        #expect(try await tally(path, browser) == [.updated: 1, .unchanged: 1, .refused: 1])
        let trial = await browser.get(path).text
        #expect(trial.contains("Nobody is found by this: E-mail") && trial.contains("would be changed"))
        let before = try #require(try await user("ann@x.example", browser))
        #expect(try before.profile.attributes()["title"] == "Clerk")
        _ = try await begun(path, browser)
        let after = try #require(try await user("ann@x.example", browser))
        #expect(try after.profile.attributes()["title"] == "Baker")
        #expect(try after.profile.attributes()["name"]?["givenName"] == "Ann")
        path = try await tried(
            "Employee number,Title\n007,Chef\n008,Chef\n009,Chef", .updateByEmployeeNumber, browser)
        #expect(try await tally(path, browser) == [.updated: 1, .refused: 2])
        #expect(await browser.get(path).text.contains("Several people are found by this: Employee number"))
    }

    @Test func `an import changes no Owner unless an Owner brings it, and nothing that a provider manages`()
        async throws
    {
        let browser = try await Browser()
        _ = try await browser.makeUser("owner@x.example", .owner)
        _ = try await browser.signedIn(as: "admin@x.example", .admin)
        let client = try await browser.test.makeClient(
            of: browser.tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 7, count: 32)))
        _ = try await UserChanges(
            users: browser.test.users, identifiers: TestDatabase.identifiers, source: client.plugin
        ).create(
            .named("ann@x.example", emails: ["ann@x.example"], more: ["title": "Clerk"]), role: .trainee,
            origin: ChangeOrigin(actor: .token(client.token, of: client.plugin), requestID: "r"), in: scope(browser))
        let path = try await tried(
            "email,title\nowner@x.example,Boss\nann@x.example,Baker\nadmin@x.example,Boss", .updateByEmail, browser)
        #expect(try await tally(path, browser) == [.updated: 1, .refused: 2])
        let made = try await tried("email,role\nboss@x.example,owner", .create, browser)
        #expect(await browser.get(made).text.contains("An Owner is made and changed"))
        let page = await browser.get(path).text
        #expect(page.contains("An Owner is made and changed") && page.contains("manages this: Title"))
    }

    @Test func `a file that is none is told so`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let rows = String(repeating: "a@x.example\n", count: UserImport.maximumRows + 1)
        for (file, sentence) in [
            ("", "Choose a file."), ("email\n", "no rows below"), ("name\nAnn", "no column E-mail"),
            ("email,E-mail\na@x.example,b@x.example", "E-mail occurs twice"),
            ("email\n\"a@x.example", "quotation mark"),
            ("email\n\"a\"b", "quotation mark"), ("email\n" + rows, "more than 20000 rows"),
            ("email\n" + String(repeating: "x", count: UserImport.maximumBytes), "larger than 8 MB"),
            ("email\n\u{0}", "not plain text"),
        ] {
            let answer = await browser.upload("manage/users/imports", file: file)
            #expect(answer.status == 422 && answer.text.contains(sentence), "\(sentence)")
        }
        let wrong = await browser.upload(
            "manage/users/imports", ["mode": "update-by-employee-number"], file: "email\na@x.example")
        #expect(wrong.text.contains("no column Employee number"))
        #expect(await browser.get("manage/users/imports").text.contains("Nothing has been imported"))
        #expect(await browser.get("manage/users/imports/template.csv").text.hasPrefix("\"First name\",\"Last name\""))
    }

    @Test func `who may not manage users any more imports nobody`() async throws {
        let browser = try await Browser()
        _ = try await browser.makeUser("owner@x.example", .owner)
        let admin = try await browser.signedIn(as: "admin@x.example", .admin)
        let path = try await tried("email\na@x.example\nb@x.example", .create, browser)
        let id = try #require(UserImportID(path.split(separator: "/").last ?? ""))
        #expect(try await browser.test.imports.begin(id, in: scope(browser)))
        // The remaining role reads users and manages none.
        for (role, isGiven) in [(Role.editor, true), (.admin, false)] {
            try await browser.test.users.set(
                role, isGiven: isGiven, to: admin, change: TestDatabase.change(.assignRoles, .user(admin)),
                in: scope(browser))
        }
        await browser.signIn("owner@x.example")
        _ = try await finished(path, browser)
        #expect(await browser.get(path).text.contains("may not manage users any more"))
        #expect(try await user("a@x.example", browser) == nil)
        #expect(try await user("b@x.example", browser) == nil)
    }

    @Test func `a row that was done and not noted is not done twice`() async throws {
        let browser = try await Browser()
        let owner = try await browser.signedIn()
        let path = try await tried("email\na@x.example", .create, browser)
        let id = try #require(UserImportID(path.split(separator: "/").last ?? ""))
        #expect(try await browser.test.imports.begin(id, in: scope(browser)))
        let row = try #require(try await browser.test.imports.open(id, limit: 1, in: scope(browser)).first)
        let work = ImportWork(
            try await browser.test.imports.userImport(id, in: scope(browser)), mayManageOwners: true,
            users: browser.test.users, roles: browser.test.users, integration: browser.test.integration,
            history: browser.test.history, identifiers: TestDatabase.identifiers,
            in: TenantScope(tenant: browser.tenant.id, admission: .work(owner, .manageUsers)))
        #expect(try await work.result(of: row).outcome == .created)
        #expect(try await work.result(of: row).outcome == .created)
        // Two processes do not work on it at once.
        #expect(try await browser.test.imports.claim(id, in: scope(browser)))
        #expect(try await browser.test.imports.claim(id, in: scope(browser)) == false)
    }

    @Test func `a file that would grow in memory is refused, and one long row refuses itself only`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let commas = String(repeating: ",", count: 100_000)
        for (file, sentence) in [
            ("email\na@x.example\n\(commas)\n", "more than 200 cells"),
            ("email\(commas)\na@x.example", "more than 200"),
            ("email\n" + String(repeating: "\n", count: 50_000), "more than 20000 rows"),
            ("email,title\na@x.example,\u{301}abc", "an accent without a letter"),
            ("email,role,Role\na@x.example,editor,admin", "Role occurs twice"),
        ] {
            let answer = await browser.upload("manage/users/imports", file: file)
            #expect(answer.status == 422 && answer.text.contains(sentence), "\(sentence)")
        }
        let path = try await tried(
            "\n\nemail,First name\na1@x.example,A\na2@x.example,B,more\n,,,\na3@x.example,C,,\n", .create, browser)
        #expect(try await tally(path, browser) == [.created: 2, .refused: 1])
    }

    @Test func `a user who is deleted meanwhile costs their row, not the import`() async throws {
        let browser = try await Browser()
        let owner = try await browser.signedIn()
        let ann = try await browser.makeUser("ann@x.example", .trainee)
        let path = try await tried(
            "email,User name,title\nann@x.example,ANN@x.example,Clerk", .updateByEmail, browser)
        // Another spelling of one's own name is not somebody else's.
        #expect(try await tally(path, browser) == [.updated: 1])
        let id = try #require(UserImportID(path.split(separator: "/").last ?? ""))
        let found = try await browser.test.imports.rows(of: id, outcome: nil, after: 0, limit: 1, in: scope(browser))
        _ = try await UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers).delete(
            ann, version: nil, origin: origin, in: scope(browser))
        let work = ImportWork(
            try await browser.test.imports.userImport(id, in: scope(browser)), mayManageOwners: true,
            users: browser.test.users, roles: browser.test.users, integration: browser.test.integration,
            history: browser.test.history, identifiers: TestDatabase.identifiers,
            in: TenantScope(tenant: browser.tenant.id, admission: .work(owner, .manageUsers)))
        #expect(try await work.result(of: found[0].0).reason == .nobody)
    }

    @Test func `what a process has left is gone on with by the next`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = try await tried("email\na@x.example\nb@x.example", .create, browser)
        let id = try #require(UserImportID(path.split(separator: "/").last ?? ""))
        #expect(try await browser.test.imports.begin(id, in: scope(browser)))
        await browser.resumeImports()
        let scope = scope(browser)
        #expect(try await eventually { try await browser.test.imports.userImport(id, in: scope).state == .done })
        #expect(try await tally(path, browser) == [.created: 2])
    }

    @Test func `an import that another process works on is left alone until its claim has passed`() async throws {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let path = try await tried("email\na@x.example", .create, browser)
        let id = try #require(UserImportID(path.split(separator: "/").last ?? ""))
        let (scope, imports) = (scope(browser), browser.test.imports)
        #expect(try await imports.abandoned(in: scope).isEmpty)
        #expect(try await imports.begin(id, in: scope))
        #expect(try await imports.claim(id, in: scope))
        #expect(try await imports.abandoned(in: scope).isEmpty)
        _ = try await browser.test.superuser.write([
            """
            update app.user_imports set claimed_until = now() - interval '1 second'
            where tenant_id = \(.uuid(browser.tenant.id.rawValue)) and id = \(.uuid(id.rawValue))
            """
        ])
        #expect(try await imports.abandoned(in: scope).map(\.id) == [id])
        await browser.resumeImports()
        #expect(try await eventually { try await imports.userImport(id, in: scope).state == .done })
        #expect(try await imports.abandoned(in: scope).isEmpty)
    }
}
