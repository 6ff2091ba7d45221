import HTTPTypes
import StrictJSON
import Testing

/// `If-Match` and `If-None-Match` (RFC 9110 §13.1) on reads and on every kind of write, of users and of groups.
struct PreconditionTests {
    enum Kind: String, CaseIterable, CustomTestStringConvertible {
        case user = "Users"
        case group = "Groups"

        var testDescription: String { rawValue }
    }

    private static let writes: [HTTPRequest.Method] = [.put, .patch, .delete]

    private func make(_ kind: Kind, _ scim: SCIMClient) async throws -> (path: String, tag: String) {
        let answer = await scim.send(.post, "/\(kind.rawValue)", document(kind, "first"))
        try #require(answer.status == 201)
        return ("/\(kind.rawValue)/\(answer.id)", try #require(answer.json["meta"]?["version"]?.stringValue))
    }

    private func document(_ kind: Kind, _ name: String) -> JSON {
        switch kind {
        case .user: ["schemas": [.string(SCIMClient.user)], "userName": "ann@x.example", "title": .string(name)]
        case .group: ["schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": .string(name)]
        }
    }

    private func write(
        _ method: HTTPRequest.Method, _ kind: Kind, _ path: String, _ headers: HTTPFields, _ scim: SCIMClient
    ) async -> SCIMClient.Answer {
        let attribute = kind == .user ? "title" : "displayName"
        let body: JSON? =
            switch method {
            case .put: document(kind, "second")
            case .patch:
                [
                    "schemas": [.string(SCIMClient.patchOp)],
                    "Operations": [["op": "replace", "path": .string(attribute), "value": "second"]],
                ]
            default: nil
            }
        return await scim.send(method, path, body, headers: headers)
    }

    /// Whether the resource is as it was made.
    private func isUntouched(_ path: String, _ tag: String, _ scim: SCIMClient) async -> Bool {
        let now = await scim.send(.get, path)
        return now.status == 200 && now.json["meta"]?["version"]?.stringValue == tag
    }

    @Test(arguments: Kind.allCases, writes)
    func `a write is refused with 412 where If-None-Match names the version that there is, or any`(
        kind: Kind, method: HTTPRequest.Method
    ) async throws {
        let scim = try await SCIMClient()
        let (path, tag) = try await make(kind, scim)
        for condition in ["*", tag, "W/\"other\", \(tag)"] {
            #expect(await write(method, kind, path, [.ifNoneMatch: condition], scim).status == 412, "\(condition)")
            #expect(await isUntouched(path, tag, scim), "\(condition)")
        }
        #expect(await write(method, kind, path, [.ifNoneMatch: "W/\"other\""], scim).status < 300)
        #expect(await !isUntouched(path, tag, scim))
    }

    @Test(arguments: Kind.allCases, writes)
    func `a write is refused with 412 unless If-Match names the version that there is, or any`(
        kind: Kind, method: HTTPRequest.Method
    ) async throws {
        let scim = try await SCIMClient()
        let (path, tag) = try await make(kind, scim)
        for condition in ["W/\"other\"", "W/\"v99\"", "\"\""] {
            #expect(await write(method, kind, path, [.ifMatch: condition], scim).status == 412, "\(condition)")
            #expect(await isUntouched(path, tag, scim), "\(condition)")
        }
        #expect(await write(method, kind, path, [.ifMatch: "W/\"other\", \(tag)"], scim).status < 300)
        #expect(await !isUntouched(path, tag, scim))
        let other = try await SCIMClient()
        let (any, _) = try await make(kind, other)
        #expect(await write(method, kind, any, [.ifMatch: "*"], other).status < 300)
    }

    @Test(arguments: Kind.allCases)
    func `a read is answered with 304 where If-None-Match names the version that there is, or any`(
        kind: Kind
    ) async throws {
        let scim = try await SCIMClient()
        let (path, tag) = try await make(kind, scim)
        for condition in ["*", tag, "W/\"other\", \(tag)"] {
            let answer = await scim.send(.get, path, headers: [.ifNoneMatch: condition])
            #expect(answer.status == 304 && answer.bytes.isEmpty, "\(condition)")
            #expect(answer.headers[.eTag] == tag, "\(condition)")
        }
        #expect(await scim.send(.get, path, headers: [.ifNoneMatch: "W/\"other\""]).status == 200)
        #expect(await write(.patch, kind, path, [:], scim).status < 300)
        #expect(await scim.send(.get, path, headers: [.ifNoneMatch: tag]).status == 200)
        let missing = "/\(kind.rawValue)/01990000-0000-7000-8000-000000000000"
        #expect(await scim.send(.get, missing, headers: [.ifNoneMatch: "*"]).status == 404)
    }
}
