import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import Postgres
import StrictJSON
import Synchronization
import Testing

struct ProvisioningLogTests {
    private func log(_ scim: SCIMClient, refusedOnly: Bool = false) async throws -> [ProvisioningLogEntry] {
        await scim.refusals.write()
        return try await scim.test.provisioningLog.entries(
            ProvisioningLogFilter(outcome: refusedOnly ? .refused : .all), before: nil, limit: 100,
            in: TenantScope(tenant: scim.tenant.id, admission: .operator))
    }

    @Test func `what was done and what was refused is told in words, latest first`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser("secret.name@x.example")
        _ = await scim.createUser("Secret.Name@x.example")
        _ = await scim.patch("/Users/\(user.id)", ["op": "replace", "path": "active", "value": false])
        _ = await scim.patch("/Users/\(user.id)", ["op": "replace", "path": "id", "value": "x"])
        _ = await scim.send(.get, "/Users/01990000-0000-7000-8000-000000000000")
        _ = await scim.send(.delete, "/Users/\(user.id)")
        let entries = try await log(scim)
        #expect(
            entries.map(\.action) == [
                "deleted", "refused PATCH with 400", "disabled", "refused POST with 409", "created",
            ])
        #expect(entries[1].subjectID == user.id && entries[1].subject == "user")
        #expect(entries[3].reason?.contains("userName") == true && entries[3].remedy == .taken)
        #expect(entries[0].reason == nil && entries[3].subjectName == "Secret.Name@x.example")
        #expect(try await log(scim, refusedOnly: true).count == 2)
        // No line holds a name but that of whom it is about.
        let kept = entries.map { entry in
            var entry = entry
            entry.subjectName = nil
            return entry
        }
        #expect(!"\(kept)".lowercased().contains("secret.name"))
    }

    @Test func `emptying a group removes members, and replacing members is found as both`() async throws {
        let scim = try await SCIMClient()
        let (ann, bea) = (await scim.createUser("ann@x").id, await scim.createUser("bea@x").id)
        let members: JSON = [["value": .string(ann)], ["value": .string(bea)]]
        let group = await scim.send(
            .post, "/Groups",
            [
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "All", "members": members,
            ])
        func found(_ action: Change.Action) async throws -> [String] {
            try await scim.test.provisioningLog.entries(
                ProvisioningLogFilter(action: action), before: nil, limit: 100,
                in: TenantScope(tenant: scim.tenant.id, admission: .operator)
            ).map(\.action)
        }
        _ = await scim.patch("/Groups/\(group.id)", ["op": "remove", "path": "members"])
        #expect(try await found(.removeMembers) == ["removed members"])
        #expect(try await found(.addMembers) == [])
        _ = await scim.patch(
            "/Groups/\(group.id)", ["op": "replace", "path": "members", "value": [["value": .string(ann)]]])
        _ = await scim.patch(
            "/Groups/\(group.id)",
            ["op": "replace", "value": ["displayName": "Some", "members": [["value": .string(bea)]]]])
        #expect(try await found(.addMembers).count == 2)
        #expect(try await found(.removeMembers).count == 3)
    }

    @Test func `a token that lets nobody in is a line, once a minute`() async throws {
        let scim = try await SCIMClient()
        try await scim.test.integration.revoke(
            scim.client.token, change: TestDatabase.change(.revoke, .token(scim.client.token)),
            in: TenantScope(tenant: scim.tenant.id, admission: .operator))
        for _ in 0..<3 { #expect(await scim.send(.get, "/Users").status == 401) }
        let entries = try await log(scim, refusedOnly: true)
        #expect(entries.count == 1)
        #expect(entries.first?.reason == "The token has been revoked." && entries.first?.remedy == .credentials)
    }

    @Test func `being held back leaves a trace at the connection, once a minute, and no lines`() async throws {
        let start = Edge.Environment.system.now()
        let clock = Mutex(start)
        var environment = Edge.Environment.system
        environment.now = { clock.withLock { $0 } }
        let scim = try await SCIMClient(rate: RequestRate(perSecond: 1, burst: 1), environment: environment)
        let throttled = {
            await scim.refusals.write()
            return try await scim.test.integration.plugins(
                in: TenantScope(tenant: scim.tenant.id, admission: .operator)
            ).first?.throttledAt
        }
        #expect(await scim.send(.get, "/Users").status == 200)
        #expect(try await throttled() == nil)
        #expect(await scim.send(.get, "/Users").status == 429)
        #expect(try await throttled() == start)
        for (later, noted) in [(30, 0), (61, 61)] as [(Int64, Int64)] {
            clock.withLock { $0 = start.adding(seconds: later) }
            #expect(await scim.send(.get, "/Users").status == 200)
            #expect(await scim.send(.get, "/Users").status == 429)
            #expect(try await throttled() == start.adding(seconds: noted))
        }
        #expect(try await log(scim, refusedOnly: true).isEmpty)
    }

    @Test func `an operation that fails in a bulk is a line of its own`() async throws {
        let scim = try await SCIMClient()
        _ = await scim.createUser("a@x")
        _ = await scim.send(
            .post, "/Bulk",
            [
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                "Operations": [
                    [
                        "method": "POST", "path": "/Users", "bulkId": "1",
                        "data": ["schemas": [.string(SCIMClient.user)], "userName": "a@x"],
                    ]
                ],
            ])
        let entries = try await log(scim, refusedOnly: true)
        #expect(entries.map(\.action) == ["refused POST with 409"] && entries.map(\.subjectName) == ["a@x"])
    }

    @Test func `a refused creation tells the beginning of the name that it asked for, in any spelling`() async throws {
        let scim = try await SCIMClient()
        let group: JSON = [
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "DISPLAYNAME": .string(String(repeating: "é", count: 2000)),
        ]
        #expect(await scim.send(.post, "/Groups", group).status == 400)
        _ = await scim.send(.post, "/Users", ["schemas": [.string(SCIMClient.user)]])
        _ = await scim.send(.post, "/Users", raw: Array("{".utf8))
        #expect(
            try await log(scim, refusedOnly: true).map(\.subjectName) == [nil, nil, String(repeating: "é", count: 300)])
    }

    @Test func `refused requests are forgotten after the tenant's time`() async throws {
        let scim = try await SCIMClient()
        _ = await scim.send(.post, "/Users", ["schemas": [.string(SCIMClient.user)]])
        #expect(try await log(scim, refusedOnly: true).count == 1)
        _ = try await scim.test.superuser.write([
            "update app.refused_requests set at = at - interval '91 days' where tenant_id = \(.uuid(scim.tenant.id.rawValue))"
        ])
        try await scim.test.provisioningLog.forgetOld(of: scim.tenant.id)
        #expect(try await log(scim, refusedOnly: true).isEmpty)
    }
}
