import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

struct PolicyTests {
    private static let group = "urn:ietf:params:scim:schemas:core:2.0:Group"

    private func scope(_ scim: SCIMClient) -> TenantScope {
        TenantScope(tenant: scim.tenant.id, admission: .operator)
    }

    private func map(_ origin: RoleMapping.Origin, _ value: String, _ role: Role, _ scim: SCIMClient) async throws {
        try await scim.test.integration.set(
            RoleMapping(origin: origin, value: value, role: role), isPresent: true, of: scim.client.plugin,
            change: TestDatabase.change(.update, .plugin(scim.client.plugin)), in: scope(scim))
    }

    /// A user's roles with their origins.
    private func roles(_ id: String, _ scim: SCIMClient) async throws -> Set<String> {
        let grants = try await scim.test.users.roles(of: UserID(id)!, in: scope(scim))
        return Set(grants.map { "\($0.role.rawValue) by \($0.origin)" })
    }

    private func group(_ scim: SCIMClient, _ name: String, _ members: String...) async -> String {
        await scim.send(
            .post, "/Groups",
            [
                "schemas": [.string(Self.group)], "displayName": .string(name),
                "members": .array(members.map { ["value": .string($0)] }),
            ]
        ).id
    }

    @Test func `what roles say gives roles, and the default one only to whom nothing maps`() async throws {
        let scim = try await SCIMClient()
        try await map(.appRole, "Course.Author", .editor, scim)
        let author = await scim.createUser("a@x", ["roles": [["value": "course.author", "primary": true]]])
        let other = await scim.createUser("b@x", ["roles": [["value": "Something"]]])
        let plain = await scim.createUser("c@x")
        #expect(try await roles(author.id, scim) == ["editor by app-role"])
        #expect(try await roles(other.id, scim) == ["trainee by default"])
        #expect(try await roles(plain.id, scim) == ["trainee by default"])
        _ = await scim.patch(
            "/Users/\(plain.id)", ["op": "Add", "path": "roles", "value": [["value": "Course.Author"]]])
        #expect(try await roles(plain.id, scim) == ["editor by app-role"])
        _ = await scim.patch("/Users/\(author.id)", ["op": "remove", "path": "roles"])
        #expect(try await roles(author.id, scim) == ["trainee by default"])
    }

    @Test func `roles that Entra ID packs into strings are unpacked, and not doubled when sent again`() async throws {
        let scim = try await SCIMClient()
        try await map(.appRole, "Author", .editor, scim)
        let user = await scim.createUser()
        let packed = #"{"id":"18d1","value":"Author","displayName":"Course author"}"#
        for _ in 0..<2 {
            _ = await scim.patch(
                "/Users/\(user.id)", ["op": "Add", "path": "roles", "value": [["value": .string(packed)]]])
        }
        let stored = await scim.send(.get, "/Users/\(user.id)").json["roles"]?.arrayValue ?? []
        #expect(stored.count == 1 && stored[0]["value"] == "Author" && stored[0]["display"] == "Course author")
        #expect(try await roles(user.id, scim) == ["editor by app-role"])
    }

    @Test func `who is in a group has its role, also through other groups, as long as that is so`() async throws {
        let scim = try await SCIMClient()
        let (a, b) = (await scim.createUser("a@x").id, await scim.createUser("b@x").id)
        let inner = await group(scim, "Inner", a)
        let outer = await group(scim, "Teachers", inner)
        #expect(try await roles(a, scim) == ["trainee by default"])
        // A new rule counts for everybody who is there already.
        try await map(.group, "teachers", .instructor, scim)
        #expect(try await roles(a, scim) == ["instructor by group"])
        _ = await scim.patch("/Groups/\(inner)", ["op": "add", "path": "members", "value": [["value": .string(b)]]])
        #expect(try await roles(b, scim) == ["instructor by group"])
        _ = await scim.patch("/Groups/\(inner)", ["op": "remove", "path": "members[value eq \"\(a)\"]"])
        #expect(try await roles(a, scim) == ["trainee by default"])
        _ = await scim.patch("/Groups/\(outer)", ["op": "replace", "path": "displayName", "value": "Others"])
        #expect(try await roles(b, scim) == ["instructor by group"])
        _ = await scim.send(.delete, "/Groups/\(outer)")
        #expect(try await roles(b, scim) == ["trainee by default"])
    }

    @Test func `a list of members that is replaced, and a group that is deleted inside another, take roles with them`()
        async throws
    {
        let scim = try await SCIMClient()
        try await map(.group, "Teachers", .instructor, scim)
        try await map(.group, "Bosses", .admin, scim)
        let (a, b) = (await scim.createUser("a@x").id, await scim.createUser("b@x").id)
        let inner = await group(scim, "Inner", a)
        let outer = await group(scim, "Teachers", inner)
        _ = await group(scim, "Bosses", b)
        #expect(try await roles(a, scim) == ["instructor by group"])
        _ = await scim.send(
            .put, "/Groups/\(inner)",
            ["schemas": [.string(Self.group)], "displayName": "Inner", "members": [["value": .string(b)]]])
        #expect(try await roles(a, scim) == ["trainee by default"])
        #expect(try await roles(b, scim) == ["instructor by group", "admin by group"])
        _ = await scim.send(.delete, "/Groups/\(inner)")
        #expect(try await roles(b, scim) == ["admin by group"])
        let left = await scim.send(.get, "/Groups/\(outer)").json
        #expect(left["members"]?.arrayValue?.isEmpty ?? true)
    }

    @Test func `who gets the name that a group waits for has its role as well`() async throws {
        let scim = try await SCIMClient()
        try await map(.group, "Bosses", .admin, scim)
        _ = await group(scim, "Bosses", "new@x")
        let user = await scim.createUser("old@x")
        _ = await scim.patch("/Users/\(user.id)", ["op": "replace", "path": "userName", "value": "new@x"])
        #expect(try await roles(user.id, scim) == ["admin by group"])
    }

    /// Active Owners whom this connection provisions.
    private func owners(_ names: String..., of scim: SCIMClient) async throws -> [UserID] {
        let changes = UserChanges(
            users: scim.test.users, identifiers: TestDatabase.identifiers, source: scim.client.plugin)
        var owners: [UserID] = []
        for name in names {
            let origin = ChangeOrigin(actor: .operator, requestID: "t")
            let user = try await changes.create(.named(name), role: .trainee, origin: origin, in: scope(scim)).id
            // A connection's rules make nobody an Owner; people do.
            let change = TestDatabase.change(.assignRoles, .user(user))
            try await scim.test.users.set(.owner, isGiven: true, to: user, change: change, in: scope(scim))
            owners.append(user)
        }
        return owners
    }

    @Test func `of the last two active Owners who are disabled and deleted at the same time one stays active`()
        async throws
    {
        let scim = try await SCIMClient()
        let owners = try await owners("o1@x", "o2@x", of: scim)
        async let first = scim.patch("/Users/\(owners[0])", ["op": "replace", "path": "active", "value": false])
        async let second = scim.send(.delete, "/Users/\(owners[1])")
        let (disabling, deletion) = await (first.status, second.status)
        // Either may be first; what they answer is what has happened.
        let isFirstActive = await scim.send(.get, "/Users/\(owners[0])").json["active"] == true
        let isSecondThere = await scim.send(.get, "/Users/\(owners[1])").status == 200
        #expect(isFirstActive != isSecondThere)
        #expect(disabling == (isFirstActive ? 409 : 200))
        #expect(deletion == (isSecondThere ? 409 : 204))
    }

    @Test(arguments: ["DELETE", "PATCH", "PUT"])
    func `the last active Owner is neither deleted nor disabled, and the last but one is`(method: String) async throws {
        let scim = try await SCIMClient()
        let owners = try await owners("o1@x", "o2@x", of: scim)
        func remove(_ owner: UserID, named name: String) async -> Int {
            let path = "/Users/\(owner)"
            switch method {
            case "DELETE": return await scim.send(.delete, path).status
            case "PATCH": return await scim.patch(path, ["op": "replace", "path": "active", "value": false]).status
            default:
                let user: JSON = ["schemas": [.string(SCIMClient.user)], "userName": .string(name), "active": false]
                return await scim.send(.put, path, user).status
            }
        }
        #expect(await remove(owners[0], named: "o1@x") == (method == "DELETE" ? 204 : 200))
        #expect(await remove(owners[1], named: "o2@x") == 409)
        #expect(await scim.send(.get, "/Users/\(owners[1])").json["active"] == true)
    }

    @Test func `a user of another source is taken over, with a note of it, or left alone`() async throws {
        let scim = try await SCIMClient()
        let stranger = try await UserChanges(users: scim.test.users, identifiers: TestDatabase.identifiers).create(
            .named("local@x"), role: .editor, origin: ChangeOrigin(actor: .operator, requestID: "t"), in: scope(scim))
        let title: JSON = ["op": "replace", "path": "title", "value": "Boss"]
        #expect(await scim.patch("/Users/\(stranger.id)", title).status == 200)
        #expect(try await scim.test.users.user(stranger.id, in: scope(scim)).source == scim.client.plugin)
        #expect(try await roles("\(stranger.id)", scim) == ["editor by operator", "trainee by default"])

        let careful = try await SCIMClient(policy: ProvisioningPolicy(matching: .refuse))
        let local = try await UserChanges(users: careful.test.users, identifiers: TestDatabase.identifiers).create(
            .named("local@x"), role: .admin, origin: ChangeOrigin(actor: .operator, requestID: "t"), in: scope(careful))
        #expect(await careful.patch("/Users/\(local.id)", title).status == 403)
        #expect(await careful.send(.delete, "/Users/\(local.id)").status == 403)
        #expect(await careful.send(.get, "/Users/\(local.id)").json["title"] == nil)
    }

    @Test func `a strict profile names what is missing, and never keeps a leaver active`() async throws {
        let lenient = try await SCIMClient(policy: ProvisioningPolicy(requiredProfile: .velpic))
        let user = await lenient.createUser()
        #expect(user.status == 201)
        let strict = try await SCIMClient(policy: ProvisioningPolicy(requiredProfile: .velpic, isStrict: true))
        let refused = await strict.createUser()
        #expect(refused.status == 400 && refused.scimType == "invalidValue")
        #expect(refused.json["detail"]?.stringValue?.contains("name.givenName") == true)
        let whole = await strict.createUser(
            "a@x",
            [
                "name": ["givenName": "A", "familyName": "B"],
                "emails": [["type": "work", "value": "a@x.example"]],
            ])
        #expect(whole.status == 201)
        let bare: JSON = ["op": "remove", "path": "name"]
        #expect(await strict.patch("/Users/\(whole.id)", bare).status == 400)
        let leave: JSON = ["op": "replace", "path": "active", "value": false]
        #expect(await strict.patch("/Users/\(whole.id)", bare, leave).status == 200)
    }

    @Test func `unknown attributes are left out in every form, and administrators see which`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser("a@x", ["otherMails": ["y@x"]])
        #expect(user.status == 201)
        let body: JSON = ["schemas": [.string(SCIMClient.user)], "userName": "a@x", "isSoftDeleted": false]
        #expect(await scim.send(.put, "/Users/\(user.id)", body).status == 200)
        let unknown: JSON = ["op": "Add", "path": "otherMails[value eq \"z@x\"].display", "value": "Z"]
        let disabled = await scim.patch(
            "/Users/\(user.id)", unknown, ["op": "Replace", "path": "active", "value": "False"],
            ["op": "Replace", "value": ["badge": "blue"]])
        #expect(disabled.status == 200 && disabled.json["active"] == false)
        #expect(await scim.patch("/Users/\(user.id)", unknown).scimType == "invalidPath")
        let group = await scim.send(
            .post, "/Groups", ["schemas": [.string(Self.group)], "displayName": "G", "mailNickname": "g"])
        #expect(group.status == 201)
        await scim.refusals.write()
        let ignored = try await scim.test.provisioningLog.ignoredAttributes(
            of: scim.client.plugin, in: scope(scim))
        #expect(
            ignored.map(\.name) == ["badge", "isSoftDeleted", "mailNickname", "otherMails", "otherMails[].display"])
    }

    @Test func `a connection can refuse unknown attributes, and never keeps a leaver active by it`() async throws {
        let scim = try await SCIMClient(policy: ProvisioningPolicy(unknownAttributes: .refuse))
        let refused = await scim.createUser("a@x", ["otherMails": ["y@x"]])
        #expect(refused.status == 400 && refused.scimType == "invalidValue")
        #expect(refused.json["detail"]?.stringValue?.contains("otherMails") == true)
        let user = await scim.createUser("a@x")
        let unknown: JSON = ["op": "Add", "path": "otherMails", "value": ["y@x"]]
        #expect(
            await scim.patch("/Users/\(user.id)", unknown, ["op": "add", "path": "title", "value": "T"]).status == 400)
        #expect(await scim.send(.get, "/Users/\(user.id)").json["title"] == nil)
        let leave: JSON = ["op": "replace", "path": "active", "value": false]
        #expect(await scim.patch("/Users/\(user.id)", unknown, leave).json["active"] == false)
    }

    @Test func `values that cannot be used are stored, and administrators see which`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser(
            "a@x.example",
            ["preferredLanguage": "klingon!!", "locale": "en_us", "emails": [["value": "not-an-address"]]])
        #expect(user.status == 201 && user.json["preferredLanguage"] == "klingon!!")
        #expect(user.json["locale"] == "en_us" && user.json["emails"] == [["value": "not-an-address"]])
        let patched = await scim.patch(
            "/Users/\(user.id)", ["op": "replace", "path": "locale", "value": "en_US.UTF-8"])
        #expect(patched.status == 200 && patched.json["locale"] == "en_US.UTF-8")
        await scim.refusals.write()
        let ignored = try await scim.test.provisioningLog.ignoredAttributes(
            of: scim.client.plugin, in: scope(scim))
        #expect(ignored.map(\.name) == ["emails.value", "locale", "preferredLanguage"])
    }

    @Test func `languages as providers write them are usable`() async throws {
        let scim = try await SCIMClient()
        for (number, language) in ["en-GB, de;q=0.7", "en_US", "English", "zh-Hant-TW", "*"].enumerated() {
            let user = await scim.createUser("u\(number)@x.example", ["preferredLanguage": .string(language)])
            #expect(user.json["preferredLanguage"] == .string(language))
        }
        _ = await scim.createUser("last@x.example", ["locale": "nl_nl", "emails": [["value": "Zoë@x.example"]]])
        await scim.refusals.write()
        let ignored = try await scim.test.provisioningLog.ignoredAttributes(
            of: scim.client.plugin, in: scope(scim))
        #expect(ignored.isEmpty)
    }

    @Test func `a connection that refuses unknown attributes refuses values that cannot be used`() async throws {
        let scim = try await SCIMClient(policy: ProvisioningPolicy(unknownAttributes: .refuse))
        let unusable: [(String, JSON)] = [
            ("preferredLanguage", "klingon!!"), ("locale", "klingon!!"), ("emails", [["value": "a@b"]]),
        ]
        for (name, value) in unusable {
            let refused = await scim.createUser("a@x.example", JSONObject([(name, value)]))
            #expect(refused.status == 400 && refused.scimType == "invalidValue", "\(name)")
            #expect(refused.json["detail"]?.stringValue?.contains(name) == true, "\(name)")
        }
        let user = await scim.createUser("a@x.example", ["preferredLanguage": "en-GB, de;q=0.7"])
        #expect(user.status == 201)
        let language: JSON = ["op": "replace", "path": "preferredLanguage", "value": "klingon!!"]
        #expect(await scim.patch("/Users/\(user.id)", language).status == 400)
        let leave: JSON = ["op": "replace", "path": "active", "value": false]
        #expect(await scim.patch("/Users/\(user.id)", language, leave).json["active"] == false)
        // A value that was stored before is no reason to refuse another change.
        #expect(
            await scim.patch("/Users/\(user.id)", ["op": "replace", "path": "title", "value": "T"]).status == 200)
    }

    @Test func `a circle of managers is stored as the provider states it`() async throws {
        let scim = try await SCIMClient()
        let (a, b) = (await scim.createUser("a@x.example").id, await scim.createUser("b@x.example").id)
        func report(_ user: String, to manager: String) async -> SCIMClient.Answer {
            await scim.patch(
                "/Users/\(user)",
                [
                    "op": "replace", "path": .string("\(SCIMClient.enterprise):manager"),
                    "value": ["value": .string(manager)],
                ])
        }
        for (user, manager) in [(a, b), (b, a), (a, a)] {
            let answer = await report(user, to: manager)
            #expect(answer.status == 200)
            #expect(answer.json[SCIMClient.enterprise]?["manager"]?["value"] == .string(manager))
        }
    }

    @Test func `an extension path with a dot for the colon is understood`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser()
        let number: JSON = [
            "op": "replace", "path": .string("\(SCIMClient.enterprise).employeeNumber"), "value": "56789",
        ]
        #expect(
            await scim.patch("/Users/\(user.id)", number).json[SCIMClient.enterprise]?["employeeNumber"] == "56789")
        let pathless = await scim.patch(
            "/Users/\(user.id)",
            ["op": "replace", "value": .object(["\(SCIMClient.enterprise).department": "D", "title": "T"])])
        #expect(pathless.json[SCIMClient.enterprise]?["department"] == "D" && pathless.json["title"] == "T")
        let twice = await scim.patch(
            "/Users/\(user.id)",
            [
                "op": "replace",
                "value": .object([
                    "\(SCIMClient.enterprise).department": "D", "\(SCIMClient.enterprise):department": "E",
                ]),
            ])
        #expect(twice.scimType == "invalidSyntax")
    }

    @Test func `roles are listed for those who ask for it only`() async throws {
        let scim = try await SCIMClient(policy: ProvisioningPolicy(listsRoles: true))
        let types = await scim.send(.get, "/ResourceTypes").json["Resources"]!.arrayValue!
        #expect(types.contains { $0["schema"] == "urn:okta:scim:schemas:core:1.0:Role" && $0["endpoint"] == "/Roles" })
        let page = await scim.send(.get, "/Roles?count=1&startIndex=2")
        #expect(page.json["totalResults"] == .integer(4) && page.json["Resources"]?[0]?["id"] == "editor")
        #expect(page.json["Resources"]?.arrayValue?.count == 1)
        #expect(await scim.send(.get, "/Roles/trainee").json["displayName"] == "Trainee")
        #expect(await scim.send(.get, "/Roles/owner").status == 404)
        let other = try await SCIMClient()
        #expect(await other.send(.get, "/Roles").status == 404)
        #expect(await other.send(.get, "/ResourceTypes").json["totalResults"] == .integer(2))
    }
}
