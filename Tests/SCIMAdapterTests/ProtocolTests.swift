import Domain
import Edge
import HTTPTypes
import LecternTesting
import Persistence
import SCIMAdapter
import StrictJSON
import Testing

struct ProtocolTests {
    @Test func `a packed body is not unpacked`() async throws {
        let scim = try await SCIMClient()
        let user: JSON = ["schemas": [.string(SCIMClient.user)], "userName": "a@x"]
        let packed = await scim.send(.post, "/Users", user, headers: [.contentEncoding: "gzip"])
        #expect(packed.status == 415 && packed.json["detail"]?.stringValue?.contains("content coding") == true)
        #expect(await scim.send(.post, "/Users", user, headers: [.contentEncoding: "identity"]).status == 201)
    }

    @Test func `without a good token everything is 401 in SCIM's form`() async throws {
        let scim = try await SCIMClient()
        for (method, target) in [
            (HTTPRequest.Method.get, "/Users"), (.post, "/Users"), (.delete, "/Users/x"), (.get, "/nowhere"),
            (.get, "/Schemas"), (.post, "/Bulk"),
        ] {
            for token in [nil, "wrong", scim.token + "x", String(scim.token.dropLast())] {
                let answer = await scim.send(method, target, token: token)
                #expect(answer.status == 401 && answer.json["status"] == "401", "\(method) \(target)")
                let challenge = answer.headers[.wwwAuthenticate] ?? ""
                #expect(challenge.hasPrefix("Bearer") && challenge.contains("invalid_token") == (token != nil))
            }
        }
    }

    @Test func `one tenant's token, ids and names mean nothing to another`() async throws {
        let (mine, theirs) = (try await SCIMClient(), try await SCIMClient())
        let user = await theirs.createUser("secret@x.example", ["externalId": "X1", "title": "secret"])
        #expect(await mine.send(.get, "/Users", slug: theirs.tenant.slug).status == 401)
        for method in [HTTPRequest.Method.get, .delete] {
            #expect(await mine.send(method, "/Users/\(user.id)").status == 404)
        }
        #expect(
            await mine.patch("/Users/\(user.id)", ["op": "replace", "path": "active", "value": false]).status == 404)
        for filter in [
            "userName%20eq%20%22secret@x.example%22", "id%20eq%20%22\(user.id)%22",
            "title%20pr%20or%20not%20(title%20pr)",
        ] {
            #expect(await mine.send(.get, "/Users?filter=\(filter)").json["totalResults"] == 0)
        }
        #expect(await mine.createUser("secret@x.example", ["externalId": "X1"]).status == 201)
        #expect(await theirs.send(.get, "/Users/\(user.id)").json["active"] == true)
    }

    @Test func `a token that is revoked is out with the next request`() async throws {
        let scim = try await SCIMClient()
        #expect(await scim.createUser("a").status == 201)
        try await scim.test.integration.revoke(
            scim.client.token, change: TestDatabase.change(.revoke, .token(scim.client.token)),
            in: TenantScope(tenant: scim.tenant.id, admission: .operator))
        #expect(await scim.createUser("b").status == 401)
        let answer = await scim.send(.get, "/Users")
        #expect(answer.status == 401 && answer.json["detail"] == "The token has been revoked.")
    }

    @Test func `a suspended tenant is told so`() async throws {
        let scim = try await SCIMClient()
        #expect(await scim.send(.get, "/Users").status == 200)
        try await scim.test.tenants.setStatus(
            .suspended, of: scim.tenant.id, change: TestDatabase.change(.suspend, .tenant(scim.tenant.id)))
        let answer = await scim.createUser()
        #expect(answer.status == 403 && answer.json["detail"] == "This account is suspended.")
    }

    @Test(arguments: [
        "", "{", "[]", "1", "null",
        "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"a\\u0000b\"}",
        "{\"userName\":\"a\",\"userName\":\"b\"}", "{\"a\":1} x", "{\"schemas\":[\"x\"],\"userName\":\"\\ud800\"}",
    ])
    func `what is no user is 400 and writes nothing`(body: String) async throws {
        let scim = try await SCIMClient()
        let answer = await scim.send(.post, "/Users", raw: Array(body.utf8))
        #expect(answer.status == 400 && answer.json["schemas"] == [.string(SCIMClient.error)])
        #expect(await scim.send(.get, "/Users").json["totalResults"] == 0)
    }

    @Test func `deep, long and odd input is refused by its own rule`() async throws {
        let scim = try await SCIMClient()
        let deep =
            Array(repeating: UInt8(ascii: "["), count: 10_000) + Array(repeating: UInt8(ascii: "]"), count: 10_000)
        #expect(await scim.send(.post, "/Users", raw: deep).status == 400)
        let long = await scim.send(
            .get, "/Users?filter=userName%20eq%20%22\(String(repeating: "x", count: 100_000))%22")
        #expect(long.status == 400 && long.scimType == "invalidFilter")
        #expect(await scim.createUser(String(repeating: "\u{FDFA}", count: 300)).status == 400)
        #expect(await scim.createUser("a", ["externalId": .string(String(repeating: "e", count: 5000))]).status == 400)
        let wrongType = await scim.send(.post, "/Users", ["a": 1], headers: [.contentType: "text/plain"])
        #expect(wrongType.status == 415)
        let latin = await scim.send(
            .post, "/Users", ["a": 1], headers: [.contentType: "application/json; charset=utf-16"])
        #expect(latin.status == 415)
        #expect(await scim.send(.get, "/Users?filter=%zz").status == 400)
    }

    @Test func `a large body is read once its token was found good, and for nothing else`() async throws {
        let (scim, other) = (try await SCIMClient(), try await SCIMClient())
        let path = "/t/\(scim.tenant.slug)/scim/v2/Groups/1?attributes=id"
        func request(_ method: HTTPRequest.Method, _ path: String, _ token: String?) -> HTTPRequest {
            var fields = HTTPFields()
            if let token { fields[.authorization] = "Bearer \(token)" }
            return HTTPRequest(method: method, scheme: "https", authority: "x", path: path, headerFields: fields)
        }
        let large = scim.largeBodies
        #expect(large.bytes == 8_388_608)
        #expect(large.matches(request(.put, path, nil)))
        #expect(!large.matches(request(.get, path, nil)))
        for path in [
            "/t/\(scim.tenant.slug)/scim/v2", "/t/x/login?/scim/v2/Users", "/x/scim/v2/Users", "/scim/v2/Users",
        ] {
            #expect(!large.matches(request(.post, path, nil)), "\(path)")
        }
        // The first time it is looked up, then remembered.
        for _ in 0..<2 { #expect(await large.admits(request(.put, path, scim.token))) }
        for token in [nil, "wrong", other.token, scim.token + "x"] {
            #expect(await !large.admits(request(.put, path, token)), "\(token ?? "none")")
        }
    }

    @Test func `a group with a body over a mebibyte is made`() async throws {
        let scim = try await SCIMClient()
        let count = 12_000
        let group = await scim.send(
            .post, "/Groups",
            [
                "displayName": "Many",
                "members": .array(
                    (0..<count).map {
                        [
                            "value": .string("member-\($0)@company.example"), "$ref": .null, "type": "User",
                            "display": "Somebody with a name",
                        ]
                    }),
            ])
        #expect(group.status == 201)
        let id = try #require(GroupID(group.id))
        let structure = try await scim.test.groups.structure(
            of: id, in: TenantScope(tenant: scim.tenant.id, admission: .operator))
        #expect(structure.awaitedCount == count)
    }

    @Test func `methods that do not exist are 405 with Allow, endpoints 404, the rest 501`() async throws {
        let scim = try await SCIMClient()
        let collection = await scim.send(.put, "/Users", ["a": 1])
        #expect(collection.status == 405 && collection.headers[.allow] == "GET, HEAD, POST")
        #expect(await scim.send(.post, "/Users/1", ["a": 1]).headers[.allow] == "GET, HEAD, PUT, PATCH, DELETE")
        #expect(await scim.send(.delete, "/Schemas").status == 405)
        #expect(await scim.send(.get, "/nowhere").status == 404)
        #expect(await scim.send(.get, "/Users/1/2").status == 404)
        for target in ["/Bulk", "/.search"] { #expect(await scim.send(.get, target).headers[.allow] == "POST") }
        #expect(await scim.send(.get, "/Me").status == 501)
    }

    @Test func `a tenant that sends too much is told when to come back`() async throws {
        // The clock stands still, so that a slow machine changes nothing.
        let now = Edge.Environment.system.now()
        var environment = Edge.Environment.system
        environment.now = { now }
        let scim = try await SCIMClient(rate: RequestRate(perSecond: 1, burst: 2), environment: environment)
        for _ in 0..<2 { #expect(await scim.send(.get, "/Users").status == 200) }
        let answer = await scim.send(.get, "/Users")
        #expect(answer.status == 429 && answer.json["status"] == "429" && answer.headers[.retryAfter] == "1")
        #expect(await scim.send(.get, "/Users", token: "wrong").status == 401)
    }

    @Test func `discovery says what is true`() async throws {
        let scim = try await SCIMClient()
        let configuration = await scim.send(.get, "/ServiceProviderConfig", token: nil)
        #expect(configuration.status == 200)
        for (feature, supported) in [
            ("patch", true), ("filter", true), ("etag", true), ("bulk", true), ("sort", true),
            ("changePassword", false),
        ] {
            #expect(configuration.json[feature]?["supported"] == .bool(supported), "\(feature)")
        }
        let schemes = configuration.json["authenticationSchemes"]?.arrayValue ?? []
        #expect(schemes.map { $0["type"] } == ["oauthbearertoken", "oauth2"])
        #expect(schemes.map { $0["primary"] } == [true, false])
        let types = await scim.send(.get, "/ResourceTypes")
        #expect(types.json["totalResults"] == 2)
        let schemas = await scim.send(.get, "/Schemas")
        let ids = Set(schemas.json["Resources"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? [])
        #expect(ids.isSuperset(of: [SCIMClient.user, SCIMClient.enterprise]))
        #expect(await scim.send(.get, "/Schemas/\(SCIMClient.user)").json["name"] == "User")
        #expect(await scim.send(.get, "/Schemas/urn:x").status == 404)
        #expect(await scim.send(.get, "/Schemas?filter=id%20pr").status == 403)
    }

    @Test func `answers are SCIM unless plain JSON alone is wanted, and HEAD has no body`() async throws {
        let scim = try await SCIMClient()
        #expect(await scim.send(.get, "/Users").headers[.contentType] == "application/scim+json")
        #expect(
            await scim.send(.get, "/Users", headers: [.accept: "application/json"]).headers[.contentType]
                == "application/json")
        let head = await scim.send(.head, "/Users")
        #expect(head.status == 200 && head.bytes.isEmpty)
    }

    @Test func `a projection leaves out and puts in`() async throws {
        let scim = try await SCIMClient()
        let user = await scim.createUser("a", ["title": "T", "name": ["givenName": "G", "familyName": "F"]])
        let some = await scim.send(.get, "/Users/\(user.id)?attributes=name.givenName")
        #expect(some.json["name"] == ["givenName": "G"] && some.json["title"] == nil && some.json["id"] != nil)
        let others = await scim.send(.get, "/Users/\(user.id)?excludedAttributes=title")
        #expect(others.json["title"] == nil && others.json["name"]?["familyName"] == "F")
    }
}
