import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import SCIMAdapter
import StrictJSON
import Testing

struct UserTests {
    @Test func `a user name with a character that no name may have is rejected with its code point`() async throws {
        let scim = try await SCIMClient()
        for (name, code) in [
            ("x\t", "U+0009"), ("x\u{200B}", "U+200B"), ("x\u{200D}", "U+200D"), ("x\u{AD}", "U+00AD"),
            ("x\u{2028}", "U+2028"), ("mar\u{212A}@x.example", "U+212A"), ("o\u{FB00}ice@x.example", "U+FB00"),
        ] {
            let answer = await scim.createUser(name)
            #expect(answer.status == 400 && answer.scimType == "invalidValue", "\(code)")
            #expect(answer.json["detail"]?.stringValue?.contains(code) == true, "\(answer.json)")
        }
        let user = await scim.createUser("sp")
        #expect(await scim.createUser("sp ").status == 409)
        let path = "/Users/\(user.id)"
        let renamed = await scim.send(
            .put, path, ["schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": " Sp "])
        #expect(renamed.json["userName"] == "Sp")
        #expect(await scim.send(.get, "/Users?filter=userName%20eq%20%22sp%20%22").json["totalResults"] == 1)
    }

    @Test func `a user whose name was given before names were checked is changed, disabled and deleted`() async throws {
        let scim = try await SCIMClient()
        let user = try await UserChanges(
            users: scim.test.users, identifiers: TestDatabase.identifiers, source: scim.client.plugin
        ).create(
            .named("x\u{AD}@x.example"), role: .trainee,
            origin: ChangeOrigin(actor: .token(scim.client.token, of: scim.client.plugin), requestID: "r"),
            in: TenantScope(scim.client))
        let path = "/Users/\(user.id)"
        let titled = await scim.send(
            .put, path,
            [
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "x\u{AD}@x.example",
                "title": "T",
            ])
        #expect(titled.status == 200 && titled.json["userName"] == "x\u{AD}@x.example")
        let disabled = await scim.patch(path, ["op": "replace", "path": "active", "value": false])
        #expect(disabled.json["active"] == false, "\(disabled.json)")
        #expect(await scim.send(.delete, path).status == 204)
    }

    @Test func `a user is created, read, found, changed, disabled and removed`() async throws {
        let scim = try await SCIMClient()
        let created = await scim.createUser("Anna@x.example", ["externalId": "E1", "name": ["givenName": "Anna"]])
        #expect(created.status == 201)
        let location = "\(scim.base)/Users/\(created.id)"
        #expect(created.headers[.location] == location && created.json["meta"]?["location"]?.stringValue == location)
        #expect(created.headers[.eTag] == "W/\"v1\"" && created.json["meta"]?["version"] == "W/\"v1\"")
        #expect(created.json["active"] == true)

        let read = await scim.send(.get, "/Users/\(created.id)")
        #expect(read.status == 200 && read.json == created.json)
        let found = await scim.send(.get, "/Users?filter=userName+eq+%22anna@X.example%22")
        #expect(found.json["totalResults"] == 1 && found.json["Resources"]?[0] == created.json)
        let missed = await scim.send(.get, "/Users?filter=userName+eq+%22nobody%22")
        #expect(missed.status == 200 && missed.json["totalResults"] == 0 && missed.json["Resources"] == [])

        let patched = await scim.patch("/Users/\(created.id)", ["op": "Replace", "path": "active", "value": "False"])
        #expect(patched.status == 200 && patched.json["active"] == false)
        #expect(patched.headers[.eTag] == "W/\"v2\"")
        let replaced = await scim.send(
            .put, "/Users/\(created.id)", ["schemas": [.string(SCIMClient.user)], "userName": "b@x.example"])
        #expect(replaced.json["externalId"] == nil && replaced.json["userName"] == "b@x.example")

        let deleted = await scim.send(.delete, "/Users/\(created.id)")
        #expect(deleted.status == 204 && deleted.bytes.isEmpty)
        for method in [HTTPRequest.Method.get, .delete] {
            let gone = await scim.send(method, "/Users/\(created.id)")
            #expect(gone.status == 404 && gone.json["schemas"] == [.string(SCIMClient.error)])
        }
    }

    @Test func `a name that is taken is 409 uniqueness, in whatever case, and renaming into it too`() async throws {
        let scim = try await SCIMClient()
        _ = await scim.createUser("anna@x.example")
        let again = await scim.createUser("ANNA@x.example")
        #expect(again.status == 409 && again.scimType == "uniqueness")
        let other = await scim.createUser("b@x.example")
        let renamed = await scim.patch(
            "/Users/\(other.id)", ["op": "replace", "path": "userName", "value": "Anna@X.example"])
        #expect(renamed.status == 409 && renamed.scimType == "uniqueness")
        #expect(await scim.send(.get, "/Users/\(other.id)").json["userName"] == "b@x.example")
    }

    @Test func `an externalId is one user's within a connection, also when it is given later`() async throws {
        let scim = try await SCIMClient()
        _ = await scim.createUser("a@x.example", ["externalId": "e1"])
        let again = await scim.createUser("b@x.example", ["externalId": "e1"])
        #expect(again.status == 409 && again.scimType == "uniqueness")
        #expect(again.json["detail"]?.stringValue?.contains("externalId") == true)
        let other = await scim.createUser("b@x.example", ["externalId": "E1"])
        #expect(other.status == 201)
        let moved = await scim.patch("/Users/\(other.id)", ["op": "replace", "path": "externalId", "value": "e1"])
        #expect(moved.status == 409 && moved.scimType == "uniqueness")
        let found = await scim.send(.get, "/Users?filter=externalId+eq+%22e1%22")
        #expect(found.json["totalResults"] == 1)
        // It is free again once its user is gone.
        _ = await scim.send(.delete, "/Users/\(found.json["Resources"]?[0]?["id"]?.stringValue ?? "")")
        let freed = await scim.patch("/Users/\(other.id)", ["op": "replace", "path": "externalId", "value": "e1"])
        #expect(freed.status == 200)
    }

    @Test func `what real clients send without schemas, as plain strings and with a long photo is taken`() async throws
    {
        let scim = try await SCIMClient()
        let photo = JSON.string(String(repeating: "A", count: 20_000))
        let created = await scim.send(
            .post, "/Users",
            [
                "userName": "a@x.example", "emails": ["a@x.example", ["value": "h@x.example", "type": "home"]],
                "photos": [["value": photo, "type": "photo"]],
            ])
        #expect(created.status == 201 && created.json["photos"] == nil)
        #expect(created.json["emails"] == [["value": "a@x.example"], ["value": "h@x.example", "type": "home"]])
        let replaced = await scim.send(.put, "/Users/\(created.id)", ["userName": "b@x.example"])
        #expect(replaced.status == 200)
        let foreign = await scim.send(
            .put, "/Users/\(created.id)",
            ["schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "userName": "b@x.example"])
        #expect(foreign.status == 400)
        await scim.refusals.write()
        let ignored = try await scim.test.provisioningLog.ignoredAttributes(
            of: scim.client.plugin, in: TenantScope(tenant: scim.tenant.id, admission: .operator))
        #expect(ignored.map(\.name) == ["photos"])
        let bulk = await scim.send(
            .post, "/Bulk",
            [
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                "Operations": [
                    [
                        "method": "PATCH", "path": .string("/Users/\(created.id)"),
                        "data": ["Operations": [["op": "replace", "path": "title", "value": "T"]]],
                    ]
                ],
            ])
        #expect(bulk.json["Operations"]?[0]?["status"] == "200")
    }

    @Test func `at most one of many equal creations succeeds`() async throws {
        let scim = try await SCIMClient()
        let statuses = await withTaskGroup(of: Int.self, returning: [Int].self) { group in
            for _ in 0..<16 { group.addTask { await scim.createUser("same@x.example").status } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == 201 }.count == 1 && statuses.filter { $0 == 409 }.count == 15)
    }

    @Test func `a change with an old version is 412 and changes nothing`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser()
        let operation: JSON = ["op": "replace", "path": "title", "value": "T"]
        let body: JSON = ["schemas": [.string(SCIMClient.patchOp)], "Operations": [operation]]
        let first = await scim.send(.patch, "/Users/\(user.id)", body, headers: [.ifMatch: "W/\"v1\""])
        #expect(first.status == 200)
        for (method, content) in [(HTTPRequest.Method.patch, body), (.delete, nil)] as [(HTTPRequest.Method, JSON?)] {
            let stale = await scim.send(
                method, "/Users/\(user.id)", content, headers: [.ifMatch: "W/\"v1\", \"other\""])
            #expect(stale.status == 412)
        }
        let current = await scim.send(.get, "/Users/\(user.id)", headers: [.ifNoneMatch: "W/\"v2\""])
        #expect(current.status == 304 && current.bytes.isEmpty)
        #expect(await scim.send(.delete, "/Users/\(user.id)", headers: [.ifMatch: "*"]).status == 204)
    }

    @Test func `the tag of a user moves with what it shows of its groups, and the version does not`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser()
        let group = await scim.send(
            .post, "/Groups",
            [
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Sales",
                "members": [["value": .string(user.id)]],
            ])
        let alone = try #require(user.headers[.eTag])
        let joined = await scim.send(.get, "/Users/\(user.id)", headers: [.ifNoneMatch: alone])
        #expect(joined.status == 200 && joined.json["meta"]?["version"]?.stringValue == joined.headers[.eTag])
        let tag = try #require(joined.headers[.eTag])
        #expect(await scim.send(.get, "/Users/\(user.id)", headers: [.ifNoneMatch: tag]).status == 304)
        _ = await scim.patch("/Groups/\(group.id)", ["op": "replace", "path": "displayName", "value": "Selling"])
        #expect(await scim.send(.get, "/Users/\(user.id)", headers: [.ifNoneMatch: tag]).status == 200)
        // A tag is compared as a whole, also when something is to be changed.
        let body: JSON = ["schemas": [.string(SCIMClient.user)], "userName": "b@x.example"]
        #expect(await scim.send(.put, "/Users/\(user.id)", body, headers: [.ifMatch: alone]).status == 412)
        let current = try #require(await scim.send(.get, "/Users/\(user.id)").headers[.eTag])
        #expect(await scim.send(.put, "/Users/\(user.id)", body, headers: [.ifMatch: current]).status == 200)
    }

    @Test func `a tag that only begins like the current one is another, for reading too`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser()
        let group = await scim.send(
            .post, "/Groups",
            ["schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "G"])
        for path in ["/Users/\(user.id)", "/Groups/\(group.id)"] {
            for tag in ["W/\"v1-zzz\"", "\"v10\"", "W/\"v2\"", "v1"] {
                for method in [HTTPRequest.Method.get, .delete] {
                    let answer = await scim.send(method, path, headers: [.ifMatch: tag])
                    #expect(answer.status == 412, "\(method) \(tag)")
                }
            }
            for tag in ["W/\"v1\"", "\"v1\"", "\"x\", W/\"v1\"", "*"] {
                #expect(await scim.send(.get, path, headers: [.ifMatch: tag]).status == 200, "\(tag)")
            }
        }
    }

    @Test func `a manager is removed by a filter that names them, by the id that is shown too`() async throws {
        let scim = try await SCIMClient()
        let boss = await scim.createUser("boss@x.example")
        for manager in [boss.id, "boss@x.example"] {
            let user = await scim.createUser(
                "\(manager.count)@x.example",
                [SCIMClient.enterprise: ["manager": ["value": .string(manager)], "department": "D"]])
            func remove(_ value: String, _ attribute: String) -> JSON {
                ["op": "remove", "path": .string("\(attribute)[value eq \"\(value)\"]")]
            }
            let other = await scim.patch("/Users/\(user.id)", remove("somebody", "manager"))
            #expect(other.status == 200 && other.headers[.eTag] == user.headers[.eTag])
            let removed = await scim.patch(
                "/Users/\(user.id)", remove(boss.id, "\(SCIMClient.enterprise):manager"),
                ["op": "replace", "path": "active", "value": false])
            #expect(removed.json[SCIMClient.enterprise] == ["department": "D"] && removed.json["active"] == false)
        }
    }

    @Test func `a replacement that says nothing of active brings nobody back`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser()
        _ = await scim.patch("/Users/\(user.id)", ["op": "replace", "path": "active", "value": false])
        let body: JSON = ["schemas": [.string(SCIMClient.user)], "userName": "anna@x.example"]
        #expect(await scim.send(.put, "/Users/\(user.id)", body).json["active"] == false)
    }

    /// The forms in which clients say that `active` has no value.
    private static let unassignments: [JSON] = [
        ["op": "replace", "path": "active", "value": .null], ["op": "Replace", "path": "active", "value": ""],
        ["op": "replace", "path": "active", "value": []], ["op": "add", "path": "active", "value": .null],
        ["op": "remove", "path": "active"], ["op": "replace", "value": ["active": .null]],
        ["op": "replace", "value": ["ACTIVE": ""]], ["op": "add", "value": ["active": []]],
        ["op": "replace", "path": .string("\(SCIMClient.user):active"), "value": .null],
        ["op": "remove", "path": .string("\(SCIMClient.user):active")],
        ["op": "replace", "value": .object([SCIMClient.user: ["active": .null]])],
        ["op": "replace", "value": .object(["\(SCIMClient.user):active": .null])],
    ]

    @Test(arguments: unassignments)
    func `a patch that unassigns active leaves a disabled user disabled`(operation: JSON) async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser("anna@x.example", ["active": false])
        #expect(await scim.patch("/Users/\(user.id)", operation).status == 200)
        let bulk = await scim.send(
            .post, "/Bulk",
            [
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                "Operations": [
                    [
                        "method": "PATCH", "path": .string("/Users/\(user.id)"),
                        "data": ["schemas": [.string(SCIMClient.patchOp)], "Operations": [operation]],
                    ]
                ],
            ])
        #expect(bulk.json["Operations"]?[0]?["status"] == "200")
        let after = await scim.send(.get, "/Users/\(user.id)")
        #expect(after.json["active"] == false)
        #expect(after.headers[.eTag] == user.headers[.eTag])
        #expect(await scim.send(.get, "/Users?filter=active+eq+true").json["totalResults"] == 0)
        #expect(await scim.send(.get, "/Users?filter=active+eq+false").json["totalResults"] == 1)
    }

    @Test(arguments: unassignments)
    func `a patch that unassigns active leaves an active user active`(operation: JSON) async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser()
        #expect(await scim.patch("/Users/\(user.id)", operation).json["active"] == true)
    }

    @Test func `a patch that says true enables a disabled user, after an unassignment too`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser("anna@x.example", ["active": false])
        let enabled = await scim.patch(
            "/Users/\(user.id)", ["op": "remove", "path": "active"], ["op": "add", "path": "active", "value": "True"])
        #expect(enabled.json["active"] == true)
    }

    @Test func `an attribute given in two spellings is 400, and enables nobody`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser("anna@x.example", ["active": false])
        let twice: [JSONObject] = [
            ["active": false, "Active": false], ["active": .null, "ACTIVE": true],
            JSONObject([("active", false), ("\(SCIMClient.user):active", true)]),
            JSONObject([("active", false), (SCIMClient.user, ["active": true] as JSON)]), ["title": "A", "Title": "B"],
            ["externalId": "A", "externalID": "B"],
        ]
        for more in twice {
            let created = await scim.createUser("b@x.example", more)
            #expect(created.status == 400 && created.scimType == "invalidSyntax")
            var body: JSONObject = ["schemas": [.string(SCIMClient.user)], "userName": "anna@x.example"]
            for (key, value) in more { body[key] = value }
            #expect(await scim.send(.put, "/Users/\(user.id)", .object(body)).scimType == "invalidSyntax")
            let patched = await scim.patch("/Users/\(user.id)", ["op": "replace", "value": .object(more)])
            #expect(patched.scimType == "invalidSyntax")
        }
        #expect(await scim.send(.get, "/Users/\(user.id)").json["active"] == false)
        #expect(await scim.send(.get, "/Users").json["totalResults"] == 1)
    }

    @Test func `a password is taken and never seen again`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser("a@x.example", ["password": "Pw-secret-1"])
        #expect(user.status == 201)
        for answer in [user, await scim.send(.get, "/Users/\(user.id)?attributes=password")] {
            #expect(!String(decoding: answer.bytes, as: UTF8.self).contains("Pw-secret-1"))
        }
        let stored = try await scim.test.superuser.read([
            "select count(*) from app.users u where u.attributes::text like '%Pw-secret-1%'"
        ])[0][0].bigint(0)
        #expect(stored == 0)
    }

    @Test func `a manager as JSON text is read as what the text holds`() async throws {
        let scim = try await SCIMClient()
        let boss = await scim.createUser("boss@x.example")
        let text = JSON.string("{\"value\":\"\(boss.id)\"}")
        let path = JSON.string("\(SCIMClient.enterprise):manager")
        let user = await scim.createUser("a@x.example", [SCIMClient.enterprise: ["manager": text]])
        #expect(user.json[SCIMClient.enterprise]?["manager"]?["value"]?.stringValue == boss.id)
        let other = await scim.createUser("b@x.example")
        let patched = await scim.patch("/Users/\(other.id)", ["op": "replace", "path": path, "value": text])
        #expect(patched.json[SCIMClient.enterprise]?["manager"]?["value"]?.stringValue == boss.id)
        let broken = await scim.patch("/Users/\(other.id)", ["op": "replace", "path": path, "value": "{\"value\":"])
        #expect(broken.status == 400 && broken.scimType == "invalidValue")
    }

    @Test func `roles as JSON text are read as what the text holds`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser("a@x.example", ["roles": ["{\"value\":\"admin\",\"display\":\"Admin\"}"]])
        #expect(user.json["roles"] == [["value": "admin", "display": "Admin"]])
    }

    @Test func `a manager may be a string, and may come later`() async throws {
        let scim = try await SCIMClient()
        let report = await scim.createUser("r@x.example")
        let path = JSON.string("\(SCIMClient.enterprise):manager")
        let waiting = await scim.patch("/Users/\(report.id)", ["op": "Add", "path": path, "value": "boss@x.example"])
        #expect(waiting.json[SCIMClient.enterprise]?["manager"]?["value"] == "boss@x.example")
        let boss = await scim.createUser("boss@x.example", ["displayName": "The Boss"])
        let resolved = await scim.send(.get, "/Users/\(report.id)")
        let manager = resolved.json[SCIMClient.enterprise]?["manager"]
        #expect(manager?["value"]?.stringValue == boss.id && manager?["displayName"] == "The Boss")
        #expect(manager?["$ref"]?.stringValue == "\(scim.base)/Users/\(boss.id)")
        let found = await scim.send(.get, "/Users?filter=manager+eq+%22\(boss.id)%22&attributes=id")
        #expect(found.json["totalResults"] == 1)
        let cleared = await scim.patch("/Users/\(report.id)", ["op": "Replace", "path": path, "value": ""])
        #expect(cleared.json[SCIMClient.enterprise]?["manager"] == nil)
    }

    @Test func `unknown attributes are passed over`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser("a@x.example", ["department": "top", "shoeSize": 44])
        #expect(user.status == 201 && user.json["shoeSize"] == nil)
        let patched = await scim.patch(
            "/Users/\(user.id)", ["op": "replace", "path": "active", "value": false],
            ["op": "add", "path": "urn:ietf:params:scim:schemas:extension:custom:2.0:User:badge", "value": "1"])
        #expect(patched.status == 200 && patched.json["active"] == false)
    }

    @Test(arguments: [
        ("userName co \"nn\"", 1), ("emails[type eq \"work\"].value eq \"A@x.example\"", 1),
        ("emails.value sw \"a@\"", 1),
        ("emails[type eq \"home\"]", 0), ("not (active eq true)", 1), ("name.familyName pr or title eq \"x\"", 1),
        ("name.familyName pr and active eq false", 0), ("meta.created gt \"2001-01-01T00:00:00Z\"", 2),
        ("meta.resourceType eq \"User\"", 2), ("externalId eq \"e1\"", 0), ("externalId eq \"E1\"", 1),
        ("displayName eq \"100%_\\\"sure\"", 1), ("displayName co \"%\"", 1), ("title eq null", 2),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"anna\"", 1), ("id pr", 2),
    ])
    func `filters find what they describe`(filter: String, expected: Int) async throws {
        let scim = try await SCIMClient()
        _ = await scim.createUser(
            "anna",
            ["externalId": "E1", "name": ["familyName": "B"], "emails": [["type": "work", "value": "a@x.example"]]])
        _ = await scim.createUser("bob", ["active": false, "displayName": "100%_\"sure"])
        let answer = await scim.send(
            .post, "/Users/.search",
            ["schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": .string(filter)])
        #expect(answer.json["totalResults"] == .integer(Int64(expected)), "\(answer.json.text)")
    }

    @Test(arguments: [
        "userName", "noSuch eq \"x\"", "password eq \"x\"", "active gt true", "(userName eq \"x\"",
        "meta.location eq \"x\"",
    ])
    func `a filter that cannot be answered is invalidFilter, never an empty list`(filter: String) async throws {
        let scim = try await SCIMClient()
        let answer = await scim.send(
            .post, "/Users/.search",
            ["schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": .string(filter)])
        #expect(answer.status == 400 && answer.scimType == "invalidFilter", "\(answer.json.text)")
    }

    @Test func `pages have the size that was asked for, within the limit`() async throws {
        var limits = SCIMLimits()
        (limits.pageSize, limits.pageMaximum) = (2, 3)
        let scim = try await SCIMClient(limits: limits)
        for number in 0..<5 { _ = await scim.createUser("u\(number)") }
        for (query, items, start) in [
            ("", 2, 1), ("?count=100", 3, 1), ("?startIndex=5&count=3", 1, 5), ("?count=0", 0, 1),
            ("?startIndex=-4&count=-1", 0, 1), ("?startIndex=99", 0, 99),
        ] {
            let page = await scim.send(.get, "/Users\(query)")
            #expect(page.status == 200 && page.json["totalResults"] == 5, "\(query)")
            #expect(
                page.json["itemsPerPage"] == .integer(Int64(items))
                    && page.json["startIndex"] == .integer(Int64(start)), "\(query)")
        }
        #expect(await scim.send(.get, "/Users?count=x").status == 400)
        #expect(await scim.send(.get, "/Users?startIndex=99999999999999999999").status < 500)
    }
}
