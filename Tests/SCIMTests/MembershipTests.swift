import SCIM
import StrictJSON
import Testing

private func split(_ operations: String) throws -> (rest: PatchRequest, members: [MembershipOperation]) {
    let body = try JSON.parse("{\"schemas\":[\"\(SchemaURN.patchOp)\"],\"Operations\":[\(operations)]}")
    return try PatchRequest(parsing: body).split(multiValued: "members")
}

private let a = MemberReference(value: "a")
private let b = MemberReference(value: "b")

@Suite struct MembershipTests {
    @Test(
        arguments: [
            (
                "{\"op\":\"Add\",\"path\":\"members\",\"value\":[{\"$ref\":null,\"value\":\"a\"},{\"value\":\"b\"},{\"value\":\"a\"}]}",
                [.add([a, b])]
            ),
            (
                "{\"op\":\"add\",\"path\":\"MEMBERS\",\"value\":{\"value\":\"a\",\"type\":\"User\",\"display\":\"A\"}}",
                [.add([MemberReference(value: "a", type: "User", display: "A")])]
            ),
            (
                "{\"op\":\"add\",\"path\":\"urn:ietf:params:scim:schemas:core:2.0:Group:members\",\"value\":[{\"value\":\"a\"}]}",
                [.add([a])]
            ),
            ("{\"op\":\"add\",\"value\":{\"members\":[{\"value\":\"a\"}]}}", [.add([a])]),
            ("{\"op\":\"add\",\"path\":\"members\",\"value\":[]}", []),
            ("{\"op\":\"add\",\"path\":\"members\",\"value\":null}", []),
            (
                "{\"op\":\"add\",\"path\":\"members.value\",\"value\":\"a\"}",
                [.add([MemberReference(value: "a", isPlain: true)])]
            ),
            (
                "{\"op\":\"replace\",\"path\":\"members\",\"value\":\"a,b\"}",
                [.replace([MemberReference(value: "a,b", isPlain: true)])]
            ),
            ("{\"op\":\"replace\",\"path\":\"members\",\"value\":[{\"value\":\"a\"}]}", [.replace([a])]),
            ("{\"op\":\"replace\",\"path\":\"members\",\"value\":[]}", [.removeAll]),
            ("{\"op\":\"replace\",\"path\":\"members\",\"value\":null}", [.removeAll]),
            ("{\"op\":\"replace\",\"value\":{\"Members\":[{\"value\":\"b\"}]}}", [.replace([b])]),
            (
                "{\"op\":\"replace\",\"value\":{\"urn:ietf:params:scim:schemas:core:2.0:Group\":{\"members\":[{\"value\":\"b\"}]}}}",
                [.replace([b])]
            ),
            (
                "{\"op\":\"replace\",\"path\":\"members[value eq \\\"a\\\"]\",\"value\":{\"value\":\"b\"}}",
                [.exchange([a], for: [b])]
            ),
            ("{\"op\":\"replace\",\"path\":\"members[value eq \\\"a\\\"]\",\"value\":null}", [.remove([a])]),
            ("{\"op\":\"remove\",\"path\":\"members\"}", [.removeAll]),
            ("{\"op\":\"remove\",\"path\":\"members\",\"value\":null}", [.removeAll]),
            ("{\"op\":\"remove\",\"path\":\"members\",\"value\":[]}", []),
            (
                "{\"op\":\"Remove\",\"path\":\"members\",\"value\":[{\"$ref\":null,\"value\":\"a\"},{\"value\":\"b\"}]}",
                [.remove([a, b])]
            ),
            ("{\"op\":\"remove\",\"path\":\"members[value eq \\\"a\\\"]\"}", [.remove([a])]),
            (
                "{\"op\":\"remove\",\"path\":\"members[value eq \\\"a\\\" or value eq \\\"b\\\"]\",\"value\":[{\"value\":\"x\"}]}",
                [.remove([a, b])]
            ),
            ("{\"op\":\"remove\",\"path\":\"members[type eq \\\"User\\\" and value eq \\\"a\\\"]\"}", [.remove([a])]),
            ("{\"op\":\"add\",\"path\":\"members[value eq \\\"a\\\"]\",\"value\":[{\"value\":\"a\"}]}", [.add([a])]),
            (
                "{\"op\":\"remove\",\"path\":\"members[value eq \\\"a\\\"]\"},{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":\"b\"}]}",
                [.remove([a]), .add([b])]
            ),
        ] as [(String, [MembershipOperation])])
    func `all shapes of membership changes are understood`(operations: String, members: [MembershipOperation]) throws {
        let result = try split(operations)
        #expect(result.members == members)
        #expect(result.rest.operations.isEmpty)
    }

    @Test func `the rest of the patch is kept`() throws {
        let result = try split(
            "{\"op\":\"replace\",\"value\":{\"id\":\"g\",\"displayName\":\"N\",\"members\":[{\"value\":\"a\"}]}},{\"op\":\"replace\",\"path\":\"externalId\",\"value\":\"e\"}"
        )
        #expect(result.members == [.replace([a])])
        #expect(result.rest.operations.count == 2)
        let patched = try result.rest.apply(
            to: ["displayName": "O", "schemas": [.string(SchemaURN.group)]], schema: .group)
        #expect(patched.resource["displayName"] == "N")
        #expect(patched.resource["externalId"] == "e")
    }

    @Test(arguments: [
        ("{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"display\":\"x\"}]}", SCIMErrorType.invalidValue),
        ("{\"op\":\"add\",\"path\":\"members\",\"value\":[1]}", .invalidValue),
        ("{\"op\":\"add\",\"path\":\"members\",\"value\":true}", .invalidValue),
        ("{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":7}]}", .invalidValue),
        ("{\"op\":\"remove\",\"path\":\"members[display sw \\\"x\\\"]\"}", .invalidFilter),
        ("{\"op\":\"remove\",\"path\":\"members[not (value eq \\\"x\\\")]\"}", .invalidFilter),
        ("{\"op\":\"replace\",\"path\":\"members[value eq \\\"x\\\"].display\",\"value\":\"y\"}", .mutability),
        ("{\"op\":\"remove\",\"path\":\"members.value\"}", .mutability),
    ])
    func `what is no membership change is refused`(operations: String, type: SCIMErrorType) {
        #expect { try split(operations) } throws: { ($0 as? SCIMError)?.scimType == type }
    }

    @Test(arguments: [
        "{\"op\":\"replace\",\"value\":{\"members\":[],\"Members\":[{\"value\":\"a\"}]}}",
        "{\"op\":\"replace\",\"value\":{\"members\":[],\"\(SchemaURN.group):members\":[{\"value\":\"a\"}]}}",
        "{\"op\":\"replace\",\"value\":{\"members\":[],\"\(SchemaURN.group)\":{\"members\":[{\"value\":\"a\"}]}}}",
        "{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":\"a\",\"VALUE\":\"b\"}]}",
    ])
    func `a list that is given twice in two spellings is invalidSyntax`(operations: String) {
        #expect { try split(operations) } throws: { ($0 as? SCIMError)?.scimType == .invalidSyntax }
    }

    @Test func `an unknown extension does not block a membership change`() throws {
        let unknown = "{\"op\":\"add\",\"path\":\"urn:x:y:z\",\"value\":1}"
        let group: JSONObject = ["displayName": "g"]
        let both = try split(unknown + ",{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":\"a\"}]}")
        #expect(try both.rest.apply(to: group, schema: .group).ignored == ["urn:x:y:z"])
        let alone = try split(unknown)
        #expect(throws: SCIMError.self) { try alone.rest.apply(to: group, schema: .group) }
    }
}
