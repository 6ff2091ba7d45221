import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

@testable import Manage

/// The provisioning log: which lines are shown, and to which words.
struct LogPageTests {
    private static let log = "manage/integration/log"

    /// A tenant with a connection that has done this and that.
    private struct Log {
        let browser: Browser
        let plugin: Plugin
        let ann: UserID
        let bea: UserID
        let team: GroupID
    }

    /// Ann is created and renamed, Bea created and deleted; both are in a team.
    private func furnished() async throws -> Log {
        let browser = try await Browser()
        _ = try await browser.signedIn()
        let plugin = try await IntegrationChanges(
            integration: browser.test.integration, identifiers: TestDatabase.identifiers,
            origin: ChangeOrigin(actor: .operator, requestID: "r")
        ).create(.scim, name: "Entra", in: browser.scope)
        let origin = ChangeOrigin(actor: .token(TokenID(rawValue: 1), of: plugin.id), requestID: "q")
        let users = UserChanges(users: browser.test.users, identifiers: TestDatabase.identifiers, source: plugin.id)
        let ann = try await users.create(
            .named("Ann@x.example", emails: ["ann.work@x.example"]), role: .trainee, origin: origin, in: browser.scope)
        let bea = try await users.create(.named("bea"), role: .trainee, origin: origin, in: browser.scope)
        let team = try await GroupChanges(groups: browser.test.groups, identifiers: TestDatabase.identifiers).create(
            GroupAttributes(displayName: "The Team", externalID: nil, document: ["displayName": "The Team"]),
            members: MemberNames(ids: [ann.id.rawValue, bea.id.rawValue]), source: plugin.id, origin: origin,
            in: browser.scope)
        _ = try await users.update(ann.id, origin: origin, in: browser.scope) { user in
            var attributes = try user.attributes(active: true)
            attributes.document["title"] = "Baker"
            return attributes
        }
        _ = try await users.delete(bea.id, version: nil, origin: origin, in: browser.scope)
        return Log(browser: browser, plugin: plugin, ann: ann.id, bea: bea.id, team: team.id)
    }

    private func refuse(
        _ method: String, _ log: Log, of id: UserID? = nil, at time: Timestamp? = nil, status: Int = 400,
        scimType: String? = "invalidValue", reason: String = "because", name: String? = nil,
        by token: TokenID = TokenID(rawValue: 1), request: String
    ) async {
        let refusals = RefusalLog(repository: log.browser.test.provisioningLog, environment: .system)
        let at = time ?? log.browser.now
        refusals.record(
            RefusedRequest(
                id: ChangeID(
                    rawValue: UUIDv7.make(milliseconds: at.microseconds / 1000, random: TestDatabase.identifiers.next())
                ),
                at: at, plugin: log.plugin.id, token: token, method: method, resourceType: "User",
                resourceID: id?.description, name: name, status: status, scimType: scimType, reason: reason,
                requestID: request),
            of: log.browser.tenant.id)
        await refusals.write()
    }

    /// The events, line by line, latest first.
    private func lines(_ page: Browser.Answer) -> [String] {
        page.text.matches(of: /<p><strong>([^<]*)<\/strong>/).map { String($0.output.1) }
    }

    private func lines(_ query: String, _ log: Log) async -> [String] {
        lines(await log.browser.get("\(Self.log)?\(query)"))
    }

    @Test func `a person or a group is found by name, address and id`() async throws {
        let log = try await furnished()
        for person in ["ann@X.example", "ANN.work@x.example", "\(log.ann)", "\(log.ann)".uppercased()] {
            let lines = await lines("subject=\(PercentEncoding.encode(person))", log)
            #expect(lines.contains("Created") && lines.contains { $0.hasPrefix("Changed") }, "\(person)")
            #expect(!lines.contains("Deleted"), "\(person)")
        }
        // A deleted user still has a name.
        #expect(await lines("subject=Bea", log).contains("Deleted"))
        let page = await log.browser.get("\(Self.log)?subject=the+team")
        #expect(page.text.contains("The Team</a>") && !page.text.contains("Ann@x.example</a>"))
        #expect(page.text.contains("value=\"the team\""))
    }

    @Test func `a refused creation is found by the name that it asked for`() async throws {
        let log = try await furnished()
        await refuse("POST", log, name: "Missing@X.example", request: "no-post")
        #expect(await lines("subject=missing@x.example", log) == ["Refused POST with 400"])
        #expect(await lines("subject=missing@x.example&outcome=done", log).isEmpty)
        #expect(await lines("subject=bea", log).allSatisfy { !$0.hasPrefix("Refused") })
        let (other, path) = (try await furnished(), "\(Self.log)?subject=missing@x.example")
        #expect(lines(await other.browser.get(path)).isEmpty)
    }

    @Test func `nobody found is an empty list that says so, also for another tenant's`() async throws {
        let (log, other) = (try await furnished(), try await furnished())
        let own = try await log.browser.makeUser("only.here@x.example", .trainee)
        for person in ["nobody", "only.here@x.example", "\(own)"] {
            let page = await other.browser.get("\(Self.log)?subject=\(person)")
            #expect(page.status == 200 && lines(page).isEmpty, "\(person)")
            let words = person == "\(own)" ? "No line fits" : "Nobody here and no group has this name"
            #expect(page.text.contains(words), "\(person)")
            let rows = await other.browser.get("\(Self.log).json?subject=\(person)")
            #expect(rows.status == 200 && rows.text == "[]")
        }
        #expect(
            try await log.browser.test.provisioningLog.subjects(named: "ANN@x.example", in: log.browser.scope)
                == [log.ann.description])
    }

    @Test func `an action is asked for, done or refused`() async throws {
        let log = try await furnished()
        await refuse("DELETE", log, of: log.ann, request: "no-delete")
        await refuse("PATCH", log, of: log.ann, request: "no-patch")
        #expect(Set(await lines("action=delete", log)) == ["Deleted", "Refused DELETE with 400"])
        #expect(Set(await lines("action=create", log)) == ["Created"])
        #expect(await lines("action=update", log).contains("Refused PATCH with 400"))
        #expect(await lines("action=disable", log).isEmpty)
        #expect(await lines("action=delete&outcome=refused", log) == ["Refused DELETE with 400"])
        let rows = await log.browser.get("\(Self.log).csv?action=delete&subject=bea").text.split(separator: "\r\n")
        #expect(rows.count == 2 && rows[1].contains("\(log.bea)"))
    }

    @Test func `the lines of one token are asked for, also once it is revoked`() async throws {
        let log = try await furnished()
        let connections = IntegrationChanges(
            integration: log.browser.test.integration, identifiers: TestDatabase.identifiers,
            origin: ChangeOrigin(actor: .operator, requestID: "r"))
        let make = { (name: SecretName, prefix: String) in
            try await connections.createToken(
                of: log.plugin, named: name,
                digest: TokenDigest(bytes: (0..<32).map { _ in UInt8.random(in: 0...255) }), prefix: prefix,
                expiresAt: nil, now: log.browser.now, in: log.browser.scope)
        }
        let leaked = try await make(SecretName("Leaked & old")!, "lct_abcd")
        let other = try await make(.none, "lct_wxyz")
        let users = UserChanges(
            users: log.browser.test.users, identifiers: TestDatabase.identifiers, source: log.plugin.id)
        for (token, name) in [(leaked, "by.leaked@x.example"), (other, "by.other@x.example")] {
            _ = try await users.create(
                .named(name), role: .trainee,
                origin: ChangeOrigin(actor: .token(token.id, of: log.plugin.id), requestID: "q"), in: log.browser.scope)
        }
        await refuse("PATCH", log, by: leaked.id, request: "refused-by-leaked")
        await refuse("PATCH", log, by: other.id, request: "refused-by-other")
        try await connections.revoke(leaked.id, in: log.browser.scope)
        let page = await log.browser.get("\(Self.log)?token=\(leaked.id)")
        #expect(Set(lines(page)).isSuperset(of: ["Refused PATCH with 400", "Created"]))
        #expect(!lines(page).contains("Deleted"))
        #expect(page.text.contains("by.leaked@x.example</a>") && !page.text.contains("by.other@x.example</a>"))
        #expect(
            page.text.contains(
                "value=\"\(leaked.id)\" selected>Entra: Leaked &amp; old (lct_abcd…) – revoked</option>"))
        #expect(page.text.contains("value=\"\(other.id)\">Entra: lct_wxyz…</option>"))
        #expect(await lines("token=\(leaked.id)&outcome=refused", log) == ["Refused PATCH with 400"])
        #expect(await lines("token=\(leaked.id)&subject=bea", log).isEmpty)
        for format in ["csv", "json"] {
            let rows = await log.browser.get("\(Self.log).\(format)?token=\(leaked.id)").text
            #expect(rows.contains("refused-by-leaked") && !rows.contains("refused-by-other"), "\(format)")
            #expect(page.text.contains("log.\(format)?outcome=all&amp;token=\(leaked.id)\""), "\(format)")
        }
        // The id of another tenant's token finds nothing.
        #expect(await lines("token=\(TestDatabase.identifier())", log).isEmpty)
        let german = await log.browser.get("\(Self.log)?token=\(leaked.id)", headers: [.acceptLanguage: "de"])
        #expect(german.text.contains("(lct_abcd…) – widerrufen</option>"))
    }

    @Test func `a value that cannot be chosen is refused, on the page and in exports`() async throws {
        let log = try await furnished()
        // No connection performs an export.
        for (query, field) in [
            ("outcome=maybe", "outcome"), ("plugin=x", "plugin"), ("token=x", "token"), ("action=zzz", "action"),
            ("action=export", "action"),
        ] {
            for format in ["", ".csv", ".json"] {
                let page = await log.browser.get("\(Self.log)\(format)?\(query)")
                #expect(page.status == 422 && lines(page).isEmpty, "\(query)\(format)")
                #expect(page.text.contains("<a href=\"#\(field)\">The address of this page asks"), "\(query)\(format)")
            }
        }
        #expect(await log.browser.get("\(Self.log).json?outcome=&plugin=&token=&action=").status == 200)
        #expect(await log.browser.get("manage/security.json?kind=zzz").status == 422)
    }

    @Test func `a time is asked for by its days`() async throws {
        let log = try await furnished()
        let words = try Catalogue(.en, json: Resources.messages[.en] ?? [])
        let date = { (daysAgo: Int64) -> String in
            let time = log.browser.now.adding(seconds: -daysAgo * 86_400)
            return String(Moment(time: time, now: time, words: words).iso.prefix(10))
        }
        // The last second of a day is that day's, and the first of the next is not.
        for (daysAgo, second) in [(12, 0), (11, 86_399), (10, 0)] as [(Int64, Int64)] {
            let time = try #require(Day(date(daysAgo))).start.adding(seconds: second)
            await refuse("POST", log, at: time, request: "ago-\(daysAgo)")
        }
        let days = { (query: String) async -> [String] in
            await log.browser.get("\(Self.log)?outcome=refused&\(query)").text
                .matches(of: /ago-(\d+)/).map { String($0.output.1) }
        }
        #expect(await days("from=\(date(11))&to=\(date(11))") == ["11"])
        #expect(await days("from=\(date(11))") == ["10", "11"])
        #expect(await days("to=\(date(11))") == ["11", "12"])
        #expect(await days("to=\(date(13))").isEmpty)
        #expect(await days("from=0001-01-01&to=9999-12-31") == ["10", "11", "12"])
        #expect(await lines("from=\(date(1))&subject=bea", log).contains("Deleted"))
        #expect(await lines("to=\(date(2))&subject=bea", log).isEmpty)
    }

    @Test func `a day that is none keeps the form and says what is wrong`() async throws {
        let log = try await furnished()
        for (query, field) in [
            ("from=2026-02-30", "from"), ("to=yesterday", "to"), ("from=2026-1-1", "from"), ("to=1.2.2026", "to"),
            ("from=2026-02-02&to=2026-02-01", "to"), ("from=%2B02026-01-01", "from"),
            ("to=%22%3E%3Cimg%3E", "to"),
        ] {
            for format in ["", ".csv", ".json"] {
                let page = await log.browser.get("\(Self.log)\(format)?\(query)&action=delete&subject=bea")
                #expect(page.status == 422, "\(query)\(format)")
                #expect(page.text.contains("<a href=\"#\(field)\">") && page.text.contains("id=\"\(field)\""))
                #expect(page.text.contains("value=\"bea\"") && page.text.contains("value=\"delete\" selected"))
                #expect(!page.text.contains("<img>"), "\(query)")
                #expect(lines(page).isEmpty && page.text.contains("<title>Error: "))
            }
        }
        let page = await log.browser.get("\(Self.log)?from=2026-02-30", headers: [.acceptLanguage: "de"])
        #expect(page.text.contains("kein Tag des Kalenders") && page.text.contains("value=\"2026-02-30\""))
    }

    @Test func `older pages and exports keep what was asked for`() async throws {
        let log = try await furnished()
        for number in 0..<60 { await refuse("PATCH", log, of: log.ann, request: "n\(number)x") }
        await refuse("DELETE", log, of: log.ann, request: "other")
        let page = await log.browser.get(
            "\(Self.log)?outcome=refused&action=update&subject=ann%40x.example&from=2020-01-01&to=9999-12-31")
        #expect(lines(page).count == 50 && !page.text.contains("other</code>"))
        let links = page.text.matches(of: /href="([^"]*log[^"]*from=[^"]*)"/).map {
            String($0.output.1).replacing("&amp;", with: "&")
        }
        #expect(links.count == 3)
        for link in links {
            #expect(link.contains("action=update&subject=ann%40x.example&from=2020-01-01&to=9999-12-31"))
            #expect(await log.browser.get(link).text.contains("other") == false)
        }
        #expect(lines(await log.browser.get(links[0])).count == 10)
        #expect(await log.browser.get(links[1]).text.split(separator: "\r\n").count == 61)
    }

    @Test func `exports name people, groups and members, also deleted ones and those who were refused`() async throws {
        let log = try await furnished()
        await refuse("POST", log, name: "new@x.example", request: "refused-creation")
        let export = await log.browser.get("\(Self.log).json").text
        let lines = try #require(try JSON.parse(export).arrayValue)
        func line(_ id: String, _ action: String) throws -> JSON {
            try #require(lines.first { $0["subject_id"] == .string(id) && $0["action"] == .string(action) })
        }
        let deletion = try line("\(log.bea)", "Deleted")
        #expect(deletion["subject_kind"] == "user" && deletion["subject_name"] == "bea")
        let team = try line("\(log.team)", "Created")
        #expect(team["subject_kind"] == "group" && team["subject_name"] == "The Team")
        #expect(team["members"] == "2 members added: Ann@x.example, bea")
        #expect(try line("\(log.team)", "Removed members")["members"] == "One member removed: bea")
        let refused = try #require(lines.first { $0["request_id"] == "refused-creation" })
        #expect(refused["subject_name"] == "new@x.example" && refused["subject_id"] == "")
        let table = await log.browser.get("\(Self.log).csv").text.split(separator: "\r\n")
        #expect(
            table.first == """
                "at","connection","subject_kind","subject_id","subject_name","action","members","reason","next_step","request_id"
                """)
        #expect(table.contains { $0.contains("\"user\",\"\(log.bea)\",\"bea\",\"Deleted\"") })
        // The page names who was refused as well.
        #expect(await log.browser.get("\(Self.log)?outcome=refused").text.contains("new@x.example"))
    }

    @Test func `in German pages and exports are German, with what was recorded as a detail`() async throws {
        let log = try await furnished()
        let german: HTTPFields = [.acceptLanguage: "de"]
        await refuse(
            "POST", log, status: 409, scimType: "uniqueness", reason: "Another resource has this userName already.",
            request: "taken")
        await refuse(
            RefusedRequest.anyMethod, log, status: 401, scimType: nil, reason: Refusal.tokenExpired.sentence,
            request: "old")
        let page = await log.browser.get(Self.log, headers: german)
        #expect(page.text.contains("<p>Einen Wert, den es nur einmal geben darf, hat schon jemand anderes.</p>"))
        #expect(page.text.contains("lang=\"en\">Another resource has this userName already.</p>"))
        #expect(page.text.contains("<p>Das Token ist abgelaufen.</p>") && !page.text.contains("The token has expired."))
        #expect(lines(page).contains("Token mit 401 abgelehnt") && lines(page).contains("Geändert: Position"))
        let rows = await log.browser.get("\(Self.log).csv", headers: german).text
        for words in [
            "Geändert: Position", "Angelegt", "hat schon jemand anderes. (Another", "Das Token ist abgelaufen.",
        ] {
            #expect(rows.contains(words), "\(words)")
        }
        // English says what was recorded, once.
        let english = await log.browser.get(Self.log)
        #expect(english.text.contains("<p>Another resource has this userName already.</p>"))
        #expect(!english.text.contains("lang=\"en\">Another") && lines(english).contains("Changed: Title"))
        #expect(await log.browser.get("\(Self.log).json").text.contains("\"Changed: Title\""))
        // The doctor says the same.
        let doctor = "manage/integration/plugins/\(log.plugin.id)"
        #expect(await log.browser.get(doctor, headers: german).text.contains("Das Token ist abgelaufen."))
        #expect(await log.browser.get(doctor).text.contains("The token has expired."))
    }

    @Test func `every code of a refusal has words, and an unknown one is told as it came`() throws {
        let german = try Catalogue(.de, json: Resources.messages[.de] ?? [])
        let codes =
            Refusal.allCases.map(\.rawValue)
            + ["invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget"]
            + ["invalidValue", "invalidVers", "sensitive", "invalidCursor", "expiredCursor", "invalidCount"]
            + ["400", "401", "403", "404", "405", "409", "412", "413", "415", "501", "other"]
        for code in codes { #expect(german.keys.contains("refusal.\(code)"), "\(code)") }
        let entry = ProvisioningLogEntry(
            id: ChangeID(rawValue: 1), at: Timestamp(microseconds: 0), pluginName: "x", subject: "user", subjectID: "",
            subjectName: nil, isSubjectDeleted: false,
            outcome: .refused(method: "PATCH", status: 418, scimType: "new", reason: "raw"), requestID: "r")
        let reason = try #require(RefusalWords(words: german).reason(of: entry))
        #expect(reason.text == "Die Anfrage wurde abgelehnt." && reason.detail == "raw")
        for refusal in Refusal.allCases { #expect(Refusal(sentence: refusal.sentence) == refusal) }
        #expect(Refusal(sentence: "x") == nil)
    }
}
