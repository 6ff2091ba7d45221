import Domain
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Testing

/// Taking access away works on every plan and in every state; giving it does not.
struct RemovalTests {
    enum Hindrance: String, CaseIterable {
        case plan, pause, suspension

        var status: Int { self == .pause ? 503 : 403 }
    }

    private let scim: SCIMClient
    private let user: String
    private let leaver: String
    private let group: String

    init() async throws {
        scim = try await SCIMClient()
        user = await scim.createUser("anna@x.example", ["externalId": "a"]).id
        leaver = await scim.createUser("bob@x.example").id
        group = await scim.send(
            .post, "/Groups", Self.group("Teachers", members: [user, leaver])
        ).id
    }

    private static func group(_ name: String, members: [String]) -> JSON {
        [
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": .string(name),
            "members": .array(members.map { ["value": .string($0)] }),
        ]
    }

    private func begin(_ hindrance: Hindrance) async throws {
        let tenant = PostgresBind.uuid(scim.tenant.id.rawValue)
        let statement: PostgresQuery =
            switch hindrance {
            case .plan: "update app.tenants set plan = 'starter', entitlements = '{}' where id = \(tenant)"
            case .pause: "update app.plugins set paused = true, version = version + 1 where tenant_id = \(tenant)"
            case .suspension: "update app.tenants set status = 'suspended' where id = \(tenant)"
            }
        _ = try await scim.test.superuser.write([statement])
    }

    private var members: Set<String> {
        get async {
            let list = await scim.send(.get, "/Groups/\(group)").json["members"]?.arrayValue ?? []
            return Set(list.compactMap { $0["value"]?.stringValue })
        }
    }

    @Test(arguments: Hindrance.allCases)
    func `a provider finds, disables and deletes its leavers`(hindrance: Hindrance) async throws {
        try await begin(hindrance)
        let found = await scim.send(.get, "/Users?filter=userName+eq+%22anna@x.example%22")
        #expect(found.status == 200 && found.json["totalResults"] == 1)
        let disabled = await scim.patch(
            "/Users/\(user)", ["op": "replace", "path": "active", "value": "False"],
            ["op": "replace", "path": "title", "value": "Former"])
        #expect(disabled.status == 200 && disabled.json["active"] == false && disabled.json["title"] == "Former")
        let body: JSON = ["schemas": [.string(SCIMClient.user)], "userName": "bob@x.example", "active": false]
        #expect(await scim.send(.put, "/Users/\(leaver)", body).json["active"] == false)
        #expect(await scim.send(.delete, "/Users/\(leaver)").status == 204)
    }

    @Test(arguments: Hindrance.allCases)
    func `everything that may give access is refused`(hindrance: Hindrance) async throws {
        #expect(
            await scim.patch("/Users/\(leaver)", ["op": "replace", "path": "active", "value": false]).status == 200)
        try await begin(hindrance)
        let answers = [
            await scim.createUser("new@x.example"),
            await scim.createUser("new@x.example", ["active": false]),
            await scim.patch("/Users/\(leaver)", ["op": "replace", "path": "active", "value": true]),
            await scim.patch("/Users/\(user)", ["op": "replace", "path": "title", "value": "Dr."]),
            await scim.send(
                .put, "/Users/\(leaver)",
                ["schemas": [.string(SCIMClient.user)], "userName": "bob@x.example", "active": true]),
            await scim.send(.post, "/Groups", Self.group("More", members: [])),
            await scim.patch("/Groups/\(group)", ["op": "replace", "path": "displayName", "value": "Admins"]),
            await scim.patch("/Groups/\(group)", ["op": "add", "path": "members", "value": [["value": "nobody"]]]),
            await scim.send(.put, "/Groups/\(group)", Self.group("Admins", members: [user])),
        ]
        for answer in answers { #expect(answer.status == hindrance.status, "\(answer.json)") }
        #expect(await scim.send(.get, "/Users/\(leaver)").json["active"] == false)
        #expect(await scim.send(.get, "/Users?filter=userName+eq+%22new@x.example%22").json["totalResults"] == 0)
        #expect(await members == [user, leaver])
    }

    @Test(arguments: Hindrance.allCases)
    func `a provider takes members out of groups, one by one and by a shorter list`(hindrance: Hindrance) async throws {
        try await begin(hindrance)
        let repeated: JSON = ["op": "add", "path": "members", "value": [["value": .string(user)]]]
        #expect(await scim.patch("/Groups/\(group)", repeated).status == 204)
        #expect(await scim.send(.put, "/Groups/\(group)", Self.group("Teachers", members: [user])).status == 200)
        #expect(await members == [user])
        let remove: JSON = ["op": "remove", "path": .string("members[value eq \"\(user)\"]")]
        #expect(await scim.patch("/Groups/\(group)", remove).status == 204)
        #expect(await members.isEmpty)
        #expect(await scim.send(.delete, "/Groups/\(group)").status == 204)
    }

    @Test(arguments: Hindrance.allCases)
    func `operations of a bulk are told apart`(hindrance: Hindrance) async throws {
        try await begin(hindrance)
        let operations: [JSON] = [
            ["method": "DELETE", "path": .string("/Users/\(leaver)")],
            [
                "method": "PATCH", "path": .string("/Users/\(user)"),
                "data": [
                    "schemas": [.string(SCIMClient.patchOp)],
                    "Operations": [["op": "replace", "path": "title", "value": "Dr."]],
                ],
            ],
        ]
        let bulk = await scim.send(
            .post, "/Bulk",
            ["schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": .array(operations)])
        let statuses = bulk.json["Operations"]?.arrayValue?.compactMap { $0["status"]?.stringValue }
        #expect(statuses == ["204", "\(hindrance.status)"])
    }

    @Test func `a connection that an administrator switched off does nothing more`() async throws {
        _ = try await scim.test.superuser.write([
            """
            update app.plugins set enabled = false, version = version + 1
            where tenant_id = \(.uuid(scim.tenant.id.rawValue))
            """
        ])
        #expect(await scim.send(.delete, "/Users/\(user)").status == 403)
        #expect(await scim.send(.get, "/Users/\(user)").status == 403)
    }

    @Test func `a hindrance that ends is forgotten at once`() async throws {
        try await begin(.suspension)
        #expect(await scim.createUser("new@x.example").status == 403)
        _ = try await scim.test.superuser.write([
            "update app.tenants set status = 'active' where id = \(.uuid(scim.tenant.id.rawValue))"
        ])
        #expect(await scim.createUser("new@x.example").status == 201)
    }
}
