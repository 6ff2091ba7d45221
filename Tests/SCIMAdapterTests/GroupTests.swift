import Domain
import HTTPTypes
import LecternTesting
import Persistence
import StrictJSON
import Testing

struct GroupTests {
    private static let group = "urn:ietf:params:scim:schemas:core:2.0:Group"

    private func create(_ scim: SCIMClient, _ name: String, members: [String] = []) async -> SCIMClient.Answer {
        await scim.send(
            .post, "/Groups",
            [
                "schemas": [.string(Self.group)], "displayName": .string(name),
                "members": .array(members.map { ["value": .string($0)] }),
            ])
    }

    private func members(_ scim: SCIMClient, _ id: String) async -> Set<String> {
        let group = await scim.send(.get, "/Groups/\(id)")
        return Set(group.json["members"]?.arrayValue?.compactMap { $0["value"]?.stringValue } ?? [])
    }

    @Test func `spaces around the name of a group do not count, and characters that are other letters do`() async throws
    {
        let scim = try await SCIMClient()
        #expect(await create(scim, "X").status == 201)
        #expect(await create(scim, "X ").status == 409)
        #expect(await create(scim, "R²").status == 201)
        #expect(await create(scim, "R2").status == 201)
        #expect(await create(scim, " Trimmed ").json["displayName"] == "Trimmed")
        let refused = await create(scim, "a\u{AD}b")
        #expect(refused.status == 400 && refused.json["detail"]?.stringValue?.contains("U+00AD") == true)
    }

    @Test func `members are added and removed in every provider's way`() async throws {
        let scim = try await SCIMClient()
        let (a, b) = (await scim.createUser("a").id, await scim.createUser("b").id)
        let group = await create(scim, "Sales", members: [a])
        #expect(group.status == 201 && group.json["members"]?[0]?["type"] == "User")
        let added = await scim.patch(
            "/Groups/\(group.id)", ["op": "Add", "path": "members", "value": [["$ref": .null, "value": .string(b)]]])
        #expect(added.status == 204)
        #expect(await members(scim, group.id) == [a, b])
        _ = await scim.patch("/Groups/\(group.id)", ["op": "remove", "path": .string("members[value eq \"\(a)\"]")])
        #expect(await members(scim, group.id) == [b])
        _ = await scim.patch(
            "/Groups/\(group.id)", ["op": "Remove", "path": "members", "value": [["value": .string(b)]]])
        #expect(await members(scim, group.id) == [])
        _ = await scim.patch(
            "/Groups/\(group.id)",
            ["op": "replace", "value": ["displayName": "Sales 2", "members": [["value": .string(a)]]]])
        #expect(await members(scim, group.id) == [a])
        #expect(await scim.send(.get, "/Users/\(a)").json["groups"]?[0]?["display"] == "Sales 2")
        #expect(await scim.send(.get, "/Groups/\(group.id)?excludedAttributes=members").json["members"] == nil)
        #expect(await scim.send(.delete, "/Groups/\(group.id)").status == 204)
        #expect(await scim.send(.get, "/Users/\(a)").json["groups"] == nil)
    }

    @Test func `a member's name is what the member is called now`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser("a", ["displayName": "Anna \"A\""])
        let group = await scim.send(
            .post, "/Groups",
            [
                "schemas": [.string(Self.group)], "displayName": "G",
                "members": [["value": .string(user.id), "display": "Echo"]],
            ])
        #expect(group.json["members"]?[0]?["display"] == "Anna \"A\"")
        _ = await scim.patch("/Users/\(user.id)", ["op": "replace", "path": "displayName", "value": "Bea"])
        #expect(await scim.send(.get, "/Groups/\(group.id)").json["members"]?[0]?["display"] == "Bea")
        #expect(await scim.send(.get, "/Groups").json["Resources"]?[0]?["members"]?[0]?["display"] == "Bea")
        let without = await scim.send(.get, "/Groups/\(group.id)?excludedAttributes=members.display")
        #expect(without.json["members"]?[0]?["value"]?.stringValue == user.id)
        #expect(without.json["members"]?[0]?["display"] == nil)
    }

    @Test func `a name and an externalId are unique within a connection, and free in another`() async throws {
        let scim = try await SCIMClient()
        func create(_ name: String, _ externalID: String) async -> SCIMClient.Answer {
            await scim.send(
                .post, "/Groups",
                [
                    "schemas": [.string(Self.group)], "displayName": .string(name), "externalId": .string(externalID),
                ])
        }
        let first = await create("All staff", "e1")
        for (name, externalID, key) in [("ALL STAFF", "e2", "displayName"), ("Others", "e1", "externalId")] {
            let taken = await create(name, externalID)
            #expect(taken.status == 409 && taken.scimType == "uniqueness")
            #expect(taken.json["detail"]?.stringValue?.contains(key) == true)
        }
        let other = await create("Others", "E1")
        #expect(other.status == 201)
        let moved = await scim.patch("/Groups/\(other.id)", ["op": "replace", "path": "externalId", "value": "e1"])
        #expect(moved.status == 409)
        // Another connection's groups have names of their own.
        let second = try await scim.test.groups.create(
            NewGroup(
                id: GroupID(TestDatabase.identifier())!,
                source: try await scim.test.makeClient(
                    of: scim.tenant, tokenDigest: TokenDigest(bytes: [UInt8](repeating: 9, count: 32))
                ).plugin,
                attributes: GroupAttributes(
                    displayName: "All staff", externalID: "e1",
                    document: ["displayName": "All staff", "externalId": "e1"]),
                members: MemberNames(), change: TestDatabase.change(.create, .tenant(scim.tenant.id)),
                unknownMembers: .keep), in: TenantScope(tenant: scim.tenant.id, admission: .operator))
        #expect("\(second.id)" != first.id)
        let schemas = await scim.send(.get, "/Schemas/\(Self.group)")
        let name = schemas.json["attributes"]?.arrayValue?.first { $0["name"] == "displayName" }
        #expect(name?["uniqueness"] == "server")
    }

    @Test func `a change that changes nothing keeps the version and lastModified`() async throws {
        let scim = try await SCIMClient()
        let (a, b) = (await scim.createUser("a", ["externalId": "e1"]).id, await scim.createUser("b").id)
        let group = await create(scim, "G", members: [a, "later@x.example"])
        let empty = await create(scim, "Empty")
        let list: JSON = [["value": .string(a)], ["value": "later@x.example"]]
        let idle: [JSON] = [
            ["op": "add", "path": "members", "value": [["value": .string(a)]]],
            ["op": "add", "path": "members", "value": [["value": "e1"]]],
            ["op": "add", "path": "members", "value": [["value": "later@x.example"]]],
            ["op": "add", "path": "members", "value": []], ["op": "replace", "path": "members", "value": list],
            ["op": "remove", "path": .string("members[value eq \"\(b)\"]")],
            ["op": "remove", "path": "members", "value": [["value": "nobody@x.example"]]],
            ["op": "replace", "value": ["displayName": "G", "members": list]],
        ]
        for operation in idle {
            let answer = await scim.patch("/Groups/\(group.id)", operation)
            #expect([200, 204].contains(answer.status), "\(operation.text)")
            #expect(answer.headers[.eTag] == group.headers[.eTag], "\(operation.text)")
        }
        let put = await scim.send(
            .put, "/Groups/\(group.id)", ["schemas": [.string(Self.group)], "displayName": "G", "members": list])
        #expect(put.json["meta"] == group.json["meta"])
        for operation in [["op": "replace", "path": "members", "value": []], ["op": "remove", "path": "members"]]
            as [JSON]
        {
            #expect(await scim.patch("/Groups/\(empty.id)", operation).headers[.eTag] == empty.headers[.eTag])
        }
        let after = await scim.send(.get, "/Groups/\(group.id)")
        #expect(after.json["meta"] == group.json["meta"])
        // With a condition it is the same, and a stale one fails all the same.
        let body: JSON = ["schemas": [.string(SCIMClient.patchOp)], "Operations": [idle[0]]]
        let current = try #require(group.headers[.eTag])
        #expect(await scim.send(.patch, "/Groups/\(group.id)", body, headers: [.ifMatch: current]).status == 204)
        #expect(await scim.send(.patch, "/Groups/\(group.id)", body, headers: [.ifMatch: "W/\"v9\""]).status == 412)
        let changed = await scim.patch(
            "/Groups/\(group.id)", ["op": "replace", "path": "members", "value": [["value": .string(a)]]])
        #expect(changed.headers[.eTag] != group.headers[.eTag])
    }

    @Test func `an answer without a body says where the group is and its version`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser("a")
        let group = await create(scim, "G")
        let add: JSON = ["op": "add", "path": "members", "value": [["value": .string(user.id)]]]
        let patched = await scim.patch("/Groups/\(group.id)", add)
        #expect(patched.status == 204 && patched.headers[.eTag] == "W/\"v2\"")
        #expect(patched.headers[.location] == "\(scim.base)/Groups/\(group.id)")
        let bulk = await scim.send(
            .post, "/Bulk",
            [
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                "Operations": [
                    [
                        "method": "PATCH", "path": .string("/Groups/\(group.id)"),
                        "data": ["schemas": [.string(SCIMClient.patchOp)], "Operations": [add]],
                    ]
                ],
            ])
        #expect(bulk.json["Operations"]?[0]?["status"] == "204")
        #expect(bulk.json["Operations"]?[0]?["version"] == "W/\"v2\"")
    }

    @Test func `a member is replaced by another, and one who is not in the group is noTarget`() async throws {
        let scim = try await SCIMClient()
        let (a, b) = (await scim.createUser("a").id, await scim.createUser("b").id)
        let group = await create(scim, "G", members: [a])
        func replace(_ old: String) -> JSON {
            [
                "op": "replace", "path": .string("members[value eq \"\(old)\"]"), "value": ["value": .string(b)],
            ]
        }
        for old in ["zz", b] {
            let missed = await scim.patch("/Groups/\(group.id)", replace(old))
            #expect(missed.status == 400 && missed.scimType == "noTarget")
        }
        #expect(await scim.send(.get, "/Groups/\(group.id)").headers[.eTag] == group.headers[.eTag])
        #expect(await scim.patch("/Groups/\(group.id)", replace(a)).status == 204)
        #expect(await members(scim, group.id) == [b])
    }

    @Test(
        arguments: [
            ["op": "add", "path": "members", "value": 7], ["op": "replace", "path": "noSuch", "value": "x"],
            ["op": "replace", "path": "id", "value": "x"], ["op": "replace", "path": "meta.created", "value": "x"],
            ["op": "add", "path": "urn:x:y:z", "value": 1], ["op": "remove", "path": "displayName"],
            ["op": "replace", "path": "displayName", "value": 7],
        ] as [JSON])
    func `a wrong patch is 400 also where there is no such resource, a right one 404`(operation: JSON) async throws {
        let scim = try await SCIMClient()
        for id in ["01990000-0000-7000-8000-00000000dead", "nobody"] {
            #expect(await scim.patch("/Groups/\(id)", operation).status == 400)
            #expect(
                await scim.patch("/Groups/\(id)", ["op": "replace", "path": "displayName", "value": "x"]).status == 404)
            #expect(await scim.patch("/Users/\(id)", ["op": "replace", "path": "groups", "value": []]).status == 400)
            #expect(await scim.patch("/Users/\(id)", ["op": "replace", "path": "title", "value": "x"]).status == 404)
        }
    }

    @Test func `a membership change moves the version`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser("a")
        let group = await create(scim, "G")
        _ = await scim.patch(
            "/Groups/\(group.id)", ["op": "add", "path": "members", "value": [["value": .string(user.id)]]])
        #expect(await scim.send(.get, "/Groups/\(group.id)").headers[.eTag] == "W/\"v2\"")
        let stale = await scim.send(.delete, "/Groups/\(group.id)", headers: [.ifMatch: "W/\"v1\""])
        #expect(stale.status == 412)
    }

    @Test func `groups are found by name and member`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser("a")
        let group = await create(scim, "Sales", members: [user.id])
        for filter in [
            "displayName%20eq%20%22SALES%22", "members%20eq%20%22\(user.id)%22",
            "members%5Bvalue%20eq%20%22\(user.id)%22%5D",
            "id%20eq%20%22\(group.id)%22%20and%20members.value%20eq%20%22\(user.id)%22",
        ] {
            let found = await scim.send(.get, "/Groups?filter=\(filter)")
            #expect(found.json["Resources"]?[0]?["id"]?.stringValue == group.id, "\(filter)")
        }
        #expect(await create(scim, "sales").scimType == "uniqueness")
    }

    @Test func `members who do not exist yet join when they arrive, by whatever they were called`() async throws {
        let scim = try await SCIMClient()
        let foreign = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
        let group = await create(scim, "G", members: ["e1", "Later@X.example", "e2", foreign])
        #expect(group.status == 201 && group.json["members"] == [])
        let first = await scim.createUser("one@x.example", ["externalId": "e1"])
        let second = await scim.createUser("Later@X.example")
        #expect(Set(await members(scim, group.id)) == [first.id, second.id])
        #expect(await scim.send(.get, "/Users/\(first.id)").json["groups"]?[0]?["value"]?.stringValue == group.id)
        // A user who was removed again before being created does not join.
        _ = await scim.patch(
            "/Groups/\(group.id)", ["op": "remove", "path": "members", "value": [["value": "e2"]]])
        _ = await scim.createUser("two@x.example", ["externalId": "e2"])
        #expect(await members(scim, group.id).count == 2)
        // A name that somebody has already is them.
        _ = await scim.patch("/Groups/\(group.id)", ["op": "add", "path": "members", "value": [["value": "e2"]]])
        #expect(await members(scim, group.id).count == 3)
        // An identity provider's own UUID is an external identifier, also for somebody who is there already.
        let third = await scim.createUser("three@x.example", ["externalId": .string(foreign)])
        #expect(await members(scim, group.id).contains(third.id))
        let late = await create(scim, "H", members: [foreign])
        #expect(await members(scim, late.id) == [third.id])
        _ = await scim.patch(
            "/Groups/\(late.id)", ["op": "remove", "path": .string("members[value eq \"\(foreign)\"]")])
        #expect(await members(scim, late.id) == [])
    }

    @Test func `an id of ours that is nobody's here is refused like another tenant's`() async throws {
        let scim = try await SCIMClient()
        let other = try await SCIMClient()
        let known = await scim.createUser()
        let group = await create(scim, "G", members: [known.id])
        let strangers = [
            "01990000-0000-7000-8000-00000000dead", await other.createUser().id, await create(other, "O").id,
        ]
        for stranger in strangers {
            let created = await create(scim, "H", members: [stranger])
            #expect(created.status == 400 && created.scimType == "invalidValue")
            #expect(!String(decoding: created.bytes, as: UTF8.self).contains(stranger))
            for op in ["add", "replace"] {
                let patched = await scim.patch(
                    "/Groups/\(group.id)",
                    ["op": .string(op), "path": "members", "value": [["value": .string(stranger)]]])
                #expect(patched.json == created.json)
            }
        }
        let after = await scim.send(.get, "/Groups/\(group.id)")
        #expect(after.headers[.eTag] == group.headers[.eTag])
        #expect(await members(scim, group.id) == [known.id])
    }

    @Test func `members as JSON text are read as what the text holds`() async throws {
        let scim = try await SCIMClient()
        let (a, b) = (await scim.createUser("a").id, await scim.createUser("b").id)
        let group = await create(scim, "G", members: [a, b])
        func list(_ ids: String...) -> JSON {
            .string(JSON.array(ids.map { ["value": .string($0)] }).text)
        }
        #expect(
            await scim.patch("/Groups/\(group.id)", ["op": "replace", "path": "members", "value": list(a)]).status
                == 204)
        #expect(await members(scim, group.id) == [a])
        #expect(
            await scim.patch("/Groups/\(group.id)", ["op": "add", "path": "members", "value": list(b)]).status == 204)
        #expect(await members(scim, group.id) == [a, b])
        // Reconciling of scim-for-keycloak 3.10.
        let whole = JSON.object([
            "schemas": [.string(Self.group)], "externalId": "K1", "displayName": "H",
            "members": [["value": .string(b)]],
        ])
        let reconciled = await scim.patch("/Groups/\(group.id)", ["op": "replace", "value": .string(whole.text)])
        #expect(reconciled.status == 200)
        #expect(reconciled.json["displayName"] == "H" && reconciled.json["externalId"] == "K1")
        #expect(await members(scim, group.id) == [b])
        let put = await scim.send(
            .put, "/Groups/\(group.id)",
            ["schemas": [.string(Self.group)], "displayName": "H", "members": list(a)])
        #expect(put.status == 200)
        #expect(await members(scim, group.id) == [a])
    }

    @Test func `a text in place of the members that is nobody's name is refused and changes nothing`() async throws {
        let scim = try await SCIMClient()
        let (a, b) = (await scim.createUser("a").id, await scim.createUser("b").id)
        let group = await create(scim, "G", members: [a, "later@x.example"])
        for text in ["\(a),\(b)", "nobody@x.example", "[{\"value\":", "{}x", "bulkId:u"] {
            for op in ["add", "replace", "remove"] {
                let answer = await scim.patch(
                    "/Groups/\(group.id)", ["op": .string(op), "path": "members", "value": .string(text)])
                #expect(answer.status == 400 && answer.scimType == "invalidValue", "\(op) \(text)")
            }
        }
        #expect(await scim.send(.get, "/Groups/\(group.id)").headers[.eTag] == group.headers[.eTag])
        #expect(await members(scim, group.id) == [a])
        // One that is somebody's is understood.
        #expect(await scim.patch("/Groups/\(group.id)", ["op": "add", "path": "members", "value": "B"]).status == 204)
        #expect(await members(scim, group.id) == [a, b])
        for text in [b, "later@x.example"] {
            let removed = await scim.patch(
                "/Groups/\(group.id)", ["op": "remove", "path": "members", "value": .string(text)])
            #expect(removed.status == 204)
        }
        #expect(await members(scim, group.id) == [a])
    }

    @Test func `a connection can refuse members who do not exist`() async throws {
        let scim = try await SCIMClient(policy: ProvisioningPolicy(unknownMembers: .refuse))
        let user = await scim.createUser()
        let refused = await create(scim, "G", members: [user.id, "nobody"])
        #expect(refused.status == 400 && refused.scimType == "invalidValue")
        #expect(await create(scim, "G", members: [user.id]).status == 201)
    }

    @Test func `groups do not contain themselves, also not through others or at the same time`() async throws {
        let scim = try await SCIMClient()
        let (a, b) = (await create(scim, "A"), await create(scim, "B"))
        func add(_ member: String, to group: String) async -> Int {
            await scim.patch(
                "/Groups/\(group)", ["op": "add", "path": "members", "value": [["value": .string(member)]]]
            ).status
        }
        #expect(await add(a.id, to: a.id) == 400)
        async let first = add(b.id, to: a.id)
        async let second = add(a.id, to: b.id)
        #expect(Set(await [first, second]) == [204, 400])
    }

    @Test func `a user is indirectly in the groups that its groups are in`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser()
        let inner = await create(scim, "Inner", members: [user.id])
        let outer = await create(scim, "Outer", members: [inner.id])
        let groups = await scim.send(.get, "/Users/\(user.id)").json["groups"]?.arrayValue ?? []
        let types = Dictionary(
            uniqueKeysWithValues: groups.map { ($0["display"]!.stringValue!, $0["type"]!.stringValue!) })
        #expect(types == ["Inner": "direct", "Outer": "indirect"])
        for filter in ["groups.value eq \"\(outer.id)\"", "groups[type eq \"indirect\" and display eq \"outer\"]"] {
            let query = filter.replacing(" ", with: "%20").replacing("\"", with: "%22")
            #expect(await scim.send(.get, "/Users?filter=\(query)").json["totalResults"] == .integer(1), "\(filter)")
        }
        _ = await scim.send(.delete, "/Groups/\(inner.id)")
        #expect(await scim.send(.get, "/Users/\(user.id)").json["groups"] == nil)
    }
}
