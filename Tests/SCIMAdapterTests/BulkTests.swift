import HTTPTypes
import SCIMAdapter
import StrictJSON
import Testing

struct BulkTests {
    private static let group = "urn:ietf:params:scim:schemas:core:2.0:Group"

    private func bulk(_ scim: SCIMClient, failOnErrors: Int? = nil, _ operations: JSON...) async -> [JSON] {
        var message: JSONObject = [
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": .array(operations),
        ]
        if let failOnErrors { message["failOnErrors"] = .integer(Int64(failOnErrors)) }
        let answer = await scim.send(.post, "/Bulk", .object(message))
        #expect(answer.status == 200, "\(answer.json)")
        return answer.json["Operations"]?.arrayValue ?? []
    }

    private func statuses(_ results: [JSON]) -> [String] { results.compactMap { $0["status"]?.stringValue } }

    private func user(_ name: String, bulkId: String, manager: String? = nil) -> JSON {
        var data: JSONObject = ["schemas": [.string(SCIMClient.user)], "userName": .string(name)]
        if let manager { data[SCIMClient.enterprise] = ["manager": ["value": .string(manager)]] }
        return ["method": "POST", "path": "/Users", "bulkId": .string(bulkId), "data": .object(data)]
    }

    private func group(_ name: String, bulkId: String, member: String) -> JSON {
        [
            "method": "POST", "path": "/Groups", "bulkId": .string(bulkId),
            "data": [
                "schemas": [.string(Self.group)], "displayName": .string(name), "members": [["value": .string(member)]],
            ],
        ]
    }

    @Test func `what is referred to is made first, and the answers keep their order`() async throws {
        let scim = try await SCIMClient()
        let results = await bulk(
            scim, group("G", bulkId: "g", member: "bulkId:u"),
            [
                "method": "PATCH", "path": "/Users/bulkId:u",
                "data": [
                    "schemas": [.string(SCIMClient.patchOp)],
                    "Operations": [["op": "replace", "path": "title", "value": "Boss"]],
                ],
            ], user("a@x", bulkId: "u"))
        #expect(statuses(results) == ["201", "200", "201"] || statuses(results) == ["201", "204", "201"])
        #expect(results.map { $0["bulkId"]?.stringValue } == ["g", nil, "u"])
        let id = results[2]["location"]!.stringValue!.split(separator: "/").last.map(String.init)!
        let made = await scim.send(.get, "/Users/\(id)")
        #expect(made.json["title"] == "Boss" && made.json["groups"]?[0]?["display"] == "G")
    }

    @Test func `two who manage each other can be made together`() async throws {
        let scim = try await SCIMClient()
        let results = await bulk(
            scim, user("a@x", bulkId: "a", manager: "bulkId:b"), user("b@x", bulkId: "b", manager: "bulkId:a"))
        #expect(statuses(results) == ["201", "201"])
        let users = await scim.send(.get, "/Users?sortBy=userName").json["Resources"]!.arrayValue!
        func manager(_ index: Int) -> JSON? { users[index][SCIMClient.enterprise]?["manager"]?["value"] }
        #expect(manager(0) == users[1]["id"] && manager(1) == users[0]["id"])
    }

    @Test func `groups that would contain each other are refused`() async throws {
        let scim = try await SCIMClient()
        let results = await bulk(
            scim, group("A", bulkId: "a", member: "bulkId:b"), group("B", bulkId: "b", member: "bulkId:a"),
            group("C", bulkId: "c", member: "bulkId:c"))
        #expect(statuses(results) == ["409", "409", "409"])
    }

    @Test func `a failure is told in its place, and stops the rest when asked to`() async throws {
        let scim = try await SCIMClient()
        let taken = await scim.createUser("taken@x")
        let results = await bulk(
            scim, user("taken@x", bulkId: "t"), group("G", bulkId: "g", member: "bulkId:t"),
            group("H", bulkId: "h", member: "bulkId:nobody"), user("free@x", bulkId: "f"),
            ["method": "DELETE", "path": .string("/Users/\(taken.id)"), "version": "W/\"v9\""],
            ["method": "DELETE", "path": .string("/Users/\(taken.id)")])
        #expect(statuses(results) == ["409", "409", "400", "201", "412", "204"])
        #expect(results[0]["response"]?["scimType"] == "uniqueness" && results[0]["location"] == nil)
        let stopped = await bulk(
            scim, failOnErrors: 1, user("free@x", bulkId: "1"), user("other@x", bulkId: "2"))
        #expect(statuses(stopped) == ["409"])
        #expect(
            await scim.send(.get, "/Users?filter=userName%20eq%20%22other@x%22").json["totalResults"] == .integer(0))
    }

    @Test func `too many operations are refused as a whole`() async throws {
        var limits = SCIMLimits()
        limits.bulkOperations = 1
        let scim = try await SCIMClient(limits: limits)
        let message: JSON = [
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": [user("a@x", bulkId: "a"), user("b@x", bulkId: "b")],
        ]
        #expect(await scim.send(.post, "/Bulk", message).status == 413)
        #expect(await scim.send(.get, "/Users").json["totalResults"] == .integer(0))
    }
}
