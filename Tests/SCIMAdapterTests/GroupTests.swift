import HTTPTypes
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

    @Test func `members are added and removed in every provider's way`() async throws {
        let scim = try await SCIMClient()
        let (a, b) = (await scim.createUser("a").id, await scim.createUser("b").id)
        let group = await create(scim, "Sales", members: [a])
        #expect(group.status == 201 && group.json["members"]?[0]?["type"] == "User")
        let added = await scim.patch(
            "/Groups/\(group.id)", ["op": "Add", "path": "members", "value": [["$ref": nil, "value": .string(b)]]])
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

    @Test func `a member's name is given to whoever asks for it`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser("a", ["displayName": "Anna"])
        let group = await create(scim, "G", members: [user.id])
        #expect(group.json["members"]?[0]?["display"] == nil)
        let asked = await scim.send(.get, "/Groups/\(group.id)?attributes=members.display")
        #expect(asked.json["members"]?[0]?["display"] == "Anna")
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
}
