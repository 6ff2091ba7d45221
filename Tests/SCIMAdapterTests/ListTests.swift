import Domain
import Edge
import Foundation
import HTTPTypes
import LecternTesting
import Postgres
import StrictJSON
import Synchronization
import Testing

struct ListTests {
    /// The userNames of a list, in its order.
    private func names(_ answer: SCIMClient.Answer) -> [String] {
        answer.json["Resources"]?.arrayValue?.compactMap { $0["userName"]?.stringValue } ?? []
    }

    private func scimWithUsers(_ count: Int) async throws -> SCIMClient {
        let scim = try await SCIMClient()
        for number in 0..<count {
            // Every fifth has no title.
            let more: JSONObject =
                number % 5 == 0 ? [:] : ["title": .string("T\(number % 3)"), "nickName": .string("n\(number)")]
            #expect(await scim.createUser("u\(String(number, radix: 36))@x.example", more).status == 201)
        }
        return scim
    }

    /// Follows cursors from a first query to the end.
    private func walk(
        _ scim: SCIMClient, _ query: String, meanwhile: (Int) async -> Void = { _ in }
    ) async throws -> [String] {
        var seen: [String] = []
        var cursor: String? = ""
        var page = 0
        while let next = cursor {
            let answer = await scim.send(.get, "/Users?\(query)&cursor=\(next)")
            try #require(answer.status == 200, "\(answer.json)")
            seen += names(answer)
            cursor = answer.json["nextCursor"]?.stringValue
            page += 1
            await meanwhile(page)
        }
        return seen
    }

    @Test func `PingOne finds users by an address that it calls email`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser("p@x", ["emails": [["value": "Anna.P@x.example", "type": "work"]]])
        _ = await scim.createUser("q@x")
        let found = await scim.send(.get, "/Users?filter=email%20Co%20%22anna.p@x%22").json
        #expect(found["Resources"]?.arrayValue?.map { $0["id"]?.stringValue } == [user.id])
        #expect(await scim.send(.get, "/Groups?filter=email%20eq%20%22x%22").status == 400)
        // An attribute of another schema is another attribute.
        #expect(await scim.send(.get, "/Users?filter=urn:x:y:email%20co%20%22anna.p@x%22").status == 400)
    }

    @Test func `a group is found by the name of a group in it`() async throws {
        let scim = try await SCIMClient()
        func group(_ name: String, _ members: [String] = []) async -> String {
            let list = members.map { JSON.object(["value": .string($0)]) }
            return await scim.send(
                .post, "/Groups",
                [
                    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": .string(name),
                    "members": .array(list),
                ]
            ).id
        }
        let inner = await group("Inner")
        _ = await group("Other")
        let outer = await group("Outer", [inner])
        for (name, ids) in [("Inner", [outer]), ("Other", [])] as [(String, [String])] {
            let found = await scim.send(.get, "/Groups?filter=members%5Bdisplay%20eq%20%22\(name)%22%5D")
            #expect(found.status == 200)
            let foundIDs = found.json["Resources"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
            #expect(foundIDs == ids, "\(name)")
        }
    }

    @Test func `a filter finds the text that is stored, whatever the case of its letters`() async throws {
        let scim = try await SCIMClient()
        let more: JSONObject = ["displayName": "İbrahim Çelik", "nickName": "ΝΊΚΟΣ", "title": "R²"]
        let user = await scim.createUser("νίκος@x.example", more)
        _ = await scim.createUser("other@x.example", ["displayName": "Other", "nickName": "Other", "title": "R2"])
        for filter in [
            "displayName eq \"İbrahim Çelik\"", "displayName eq \"İBRAHIM ÇELIK\"", "displayName co \"İb\"",
            "displayName ne \"Other\"", "nickName eq \"νίκος\"", "nickName sw \"νίκο\"", "title eq \"r²\"",
            "userName eq \"ΝΊΚΟΣ@x.example\"", "userName sw \"ΝΊΚ\"", "not (title eq \"R2\")",
        ] {
            let query = filter.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            let found = await scim.send(.get, "/Users?filter=\(query)").json["Resources"]?.arrayValue
            #expect(found?.map { $0["id"]?.stringValue } == [user.id], "\(filter)")
        }
        #expect(await scim.createUser("ΝΊΚΟΣ@x.example").status == 409)
    }

    @Test func `who has no value comes last, or first when the order descends`() async throws {
        let scim = try await scimWithUsers(10)
        let up = await scim.send(.get, "/Users?sortBy=title&attributes=userName,title")
        let titles = up.json["Resources"]!.arrayValue!.map { $0["title"]?.stringValue }
        #expect(titles == ["T0", "T0", "T0", "T1", "T1", "T1", "T2", "T2", nil, nil])
        let down = await scim.send(.get, "/Users?sortBy=title&sortOrder=descending&attributes=userName,title")
        #expect(down.json["Resources"]!.arrayValue!.map { $0["title"]?.stringValue } == titles.reversed())
    }

    @Test func `names sort as people look for them, and a walk meets each once`() async throws {
        let scim = try await SCIMClient()
        let order = ["adam@x", "Ärger@x", "Azra@x", "öl@x", "Żaba@x", "Zoe@x", "zoo@x"]
        for name in order.shuffled() {
            _ = await scim.createUser(name, ["displayName": .string(name), "externalId": .string(name)])
            _ = await scim.send(
                .post, "/Groups",
                ["schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": .string(name)])
        }
        for attribute in ["userName", "displayName"] {
            #expect(names(await scim.send(.get, "/Users?sortBy=\(attribute)")) == order, "\(attribute)")
            #expect(try await walk(scim, "count=2&sortBy=\(attribute)") == order, "\(attribute)")
            let down = try await walk(scim, "count=3&sortOrder=descending&sortBy=\(attribute)")
            #expect(down == order.reversed(), "\(attribute)")
        }
        let groups = await scim.send(.get, "/Groups?sortBy=displayName").json["Resources"]?.arrayValue ?? []
        #expect(groups.map { $0["displayName"]?.stringValue } == order)
        // Case-exact values keep the order of their code points.
        let exact = ["Azra@x", "Zoe@x", "adam@x", "zoo@x", "Ärger@x", "öl@x", "Żaba@x"]
        #expect(names(await scim.send(.get, "/Users?sortBy=externalId")) == exact)
    }

    @Test func `names sort without case, and what has no order keeps the usual one`() async throws {
        let scim = try await SCIMClient()
        for name in ["b@x", "A@x", "C@x"] { _ = await scim.createUser(name) }
        #expect(names(await scim.send(.get, "/Users?sortBy=userName")) == ["A@x", "b@x", "C@x"])
        for attribute in ["groups", "nonsense", "name", "password"] {
            #expect(names(await scim.send(.get, "/Users?sortBy=\(attribute)")) == ["b@x", "A@x", "C@x"])
        }
    }

    @Test(arguments: ["", "sortBy=title", "sortBy=title&sortOrder=descending", "sortBy=meta.created", "sortBy=emails"])
    func `a walk meets everybody once, in order`(order: String) async throws {
        let scim = try await scimWithUsers(12)
        let whole = names(await scim.send(.get, "/Users?count=50&\(order)"))
        #expect(try await walk(scim, "count=5&\(order)") == whole && Set(whole).count == 12)
    }

    @Test(arguments: ["", "sortOrder=descending", "sortBy=meta.created", "sortBy=meta.created&sortOrder=descending"])
    func `a walk over users who were created in the same microsecond meets everybody once, forwards and back`(
        order: String
    ) async throws {
        let scim = try await scimWithUsers(9)
        _ = try await scim.test.superuser.write([
            """
            update app.users set created_at = '2026-01-01T00:00:00Z'
            where tenant_id = \(.uuid(scim.tenant.id.rawValue))
            """
        ])
        let whole = names(await scim.send(.get, "/Users?count=50&\(order)"))
        #expect(Set(whole).count == 9)
        #expect(try await walk(scim, "count=2&\(order)") == whole)
        var pages = [await scim.send(.get, "/Users?count=4&cursor=&\(order)")]
        while let next = pages.last?.json["nextCursor"]?.stringValue {
            pages.append(await scim.send(.get, "/Users?count=4&cursor=\(next)&\(order)"))
        }
        #expect(pages.count == 3)
        let previous = try #require(pages.last?.json["previousCursor"]?.stringValue)
        #expect(names(await scim.send(.get, "/Users?count=4&cursor=\(previous)&\(order)")) == names(pages[1]))
    }

    @Test func `a walk loses nobody who stayed while others are deleted`() async throws {
        let scim = try await scimWithUsers(30)
        let everybody = await scim.send(.get, "/Users?count=50").json["Resources"]!.arrayValue!
        let seen = try await walk(scim, "count=4&sortBy=userName") { page in
            // One who was seen already, and one who was not.
            for index in [page, 30 - page] where page < 7 {
                let id = everybody[index]["id"]!.stringValue!
                _ = await scim.send(.delete, "/Users/\(id)")
            }
        }
        let left = names(await scim.send(.get, "/Users?count=50"))
        #expect(Set(left).subtracting(seen).isEmpty && Set(seen).count == seen.count && left.count < 30)
    }

    @Test func `previousCursor leads back`() async throws {
        let scim = try await scimWithUsers(9)
        let first = await scim.send(.get, "/Users?count=3&cursor=")
        #expect(first.json["previousCursor"] == nil && first.json["startIndex"] == nil)
        let second = await scim.send(.get, "/Users?count=3&cursor=\(first.json["nextCursor"]!.stringValue!)")
        let back = await scim.send(.get, "/Users?count=3&cursor=\(second.json["previousCursor"]!.stringValue!)")
        #expect(names(back) == names(first) && back.json["previousCursor"] == nil)
        let again = await scim.send(.get, "/Users?count=3&cursor=\(back.json["nextCursor"]!.stringValue!)")
        #expect(names(again) == names(second))
    }

    @Test func `a cursor is good for its own query, tenant and time only`() async throws {
        let clock = Mutex(Timestamp(microseconds: 1_800_000_000_000_000))
        var environment = Edge.Environment.system
        environment.now = { clock.withLock { $0 } }
        let scim = try await SCIMClient(environment: environment)
        for number in 0..<3 { _ = await scim.createUser("u\(number)@x") }
        let cursor = await scim.send(.get, "/Users?count=1&cursor=").json["nextCursor"]!.stringValue!
        for (path, client) in [
            ("/Users?filter=active%20eq%20true&cursor=\(cursor)", scim), ("/Groups?cursor=\(cursor)", scim),
            ("/Users?cursor=\(cursor)", try await SCIMClient()), ("/Users?cursor=\(cursor)x", scim),
            ("/Users?cursor=x", scim),
        ] {
            let answer = await client.send(.get, path)
            #expect(answer.status == 400 && answer.scimType == "invalidCursor", "\(path)")
        }
        clock.withLock { $0 = $0.adding(seconds: 3601) }
        #expect(await scim.send(.get, "/Users?cursor=\(cursor)").scimType == "expiredCursor")
    }

    @Test func `one search finds users and groups`() async throws {
        let scim = try await scimWithUsers(3)
        for name in ["G1", "G2"] {
            _ = await scim.send(
                .post, "/Groups",
                ["schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": .string(name)])
        }
        let all = await scim.send(.get, "/")
        #expect(all.json["totalResults"] == .integer(5))
        let page = await scim.send(.get, "/?startIndex=3&count=2")
        let types = page.json["Resources"]!.arrayValue!.map { $0["meta"]!["resourceType"]!.stringValue! }
        #expect(types == ["User", "Group"] && page.json["totalResults"] == .integer(5))
        let search: JSON = [
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": "displayName eq \"g2\"",
        ]
        #expect(await scim.send(.post, "/.search", search).json["totalResults"] == .integer(1))
        // Cursors lead through both kinds (RFC 9865 §2).
        var (cursor, seen): (String?, [String]) = ("", [])
        while let next = cursor {
            let part = await scim.send(.get, "/?count=2&cursor=\(next)")
            #expect(part.status == 200 && (part.json["Resources"]?.arrayValue?.count ?? 0) <= 2)
            seen += part.json["Resources"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
            cursor = part.json["nextCursor"]?.stringValue
        }
        #expect(seen == all.json["Resources"]?.arrayValue?.compactMap { $0["id"]?.stringValue })
        let bounded: JSON = [
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "count": 2, "startIndex": 1,
        ]
        let first = await scim.send(.post, "/.search", bounded)
        #expect(first.json["nextCursor"] != nil && first.json["itemsPerPage"] == 2)
        // A sort key that both kinds have orders both; one that only one kind has puts the other at the end.
        for (query, order) in [
            ("sortBy=id", seen.sorted()), ("sortBy=id&sortOrder=descending", seen.sorted().reversed()),
        ] {
            let sorted = await scim.send(.get, "/?\(query)").json["Resources"]?.arrayValue ?? []
            #expect(sorted.compactMap { $0["id"]?.stringValue } == order, "\(query)")
        }
        for sortBy in ["displayName", "userName", "meta.lastModified", "externalId", "title", "active"] {
            var (cursor, ids): (String?, [String]) = ("", [])
            while let next = cursor {
                let part = await scim.send(.get, "/?sortBy=\(sortBy)&count=2&cursor=\(next)")
                #expect(part.status == 200, "\(sortBy)")
                ids += part.json["Resources"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
                cursor = part.json["nextCursor"]?.stringValue
            }
            #expect(ids.count == 5 && Set(ids) == Set(seen), "\(sortBy)")
        }
        let byName = await scim.send(.get, "/?sortBy=userName").json["Resources"]?.arrayValue ?? []
        #expect(
            byName.compactMap { $0["meta"]?["resourceType"]?.stringValue } == [
                "User", "User", "User", "Group", "Group",
            ])
        for count in ["x", "1.5"] {
            #expect(await scim.send(.get, "/?cursor=&count=\(count)").scimType == "invalidCount")
            #expect(await scim.send(.get, "/Users?count=\(count)").scimType == "invalidValue")
        }
        let users = await scim.send(.get, "/?filter=userName%20pr")
        #expect(users.json["totalResults"] == .integer(3))
        #expect(await scim.send(.get, "/?filter=nonsense%20eq%201").scimType == "invalidFilter")
    }
}
