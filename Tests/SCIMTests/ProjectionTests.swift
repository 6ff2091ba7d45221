import SCIM
import StrictJSON
import Testing

private let resource: JSONObject = [
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "u", "title": "T",
    "name": ["givenName": "Gi", "familyName": "Fa"],
    "emails": [["value": "w", "type": "work"], ["value": "h", "type": "home"]], "groups": [],
    "meta": ["resourceType": "User", "location": "http://x/1"], "password": "secret", "unknown": 1,
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": ["employeeNumber": "7", "department": "Sales"],
]

private func project(_ attributes: String? = nil, excluding: String? = nil) -> JSONObject {
    Projection(attributes: attributes, excludedAttributes: excluding).apply(to: resource, schema: .user)
}

@Suite struct ProjectionTests {
    @Test func `by default all is there but what is never returned`() {
        #expect(project().keys == resource.keys.filter { $0 != "password" && $0 != "unknown" })
        #expect(Projection().isDefault)
        #expect(Projection(attributes: "", excludedAttributes: " ").isDefault)
        #expect(!Projection(attributes: "userName").isDefault)
    }

    @Test(
        arguments: [
            ("userName", ["userName": "u"]), ("USERNAME, title", ["userName": "u", "title": "T"]),
            ("name.givenName", ["name": ["givenName": "Gi"]]),
            ("emails.value", ["emails": [["value": "w"], ["value": "h"]]]),
            ("urn:ietf:params:scim:schemas:core:2.0:User:title", ["title": "T"]),
            ("urn:ietf:params:scim:schemas:core:2.0:User:name.familyName", ["name": ["familyName": "Fa"]]),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
                [SchemaURN.enterpriseUser: ["department": "Sales"]]
            ),
            (
                "URN:ietf:params:scim:schemas:extension:enterprise:2.0:user",
                [SchemaURN.enterpriseUser: ["employeeNumber": "7", "department": "Sales"]]
            ),
            ("meta.location", ["meta": ["location": "http://x/1"]]), ("noSuch", [:]), ("id", [:]), ("password", [:]),
            ("userName,password", ["userName": "u"]), ("groups", ["groups": []]),
            ("name.givenName,name", ["name": ["givenName": "Gi", "familyName": "Fa"]]),
        ] as [(String, JSONObject)])
    func `attributes names what is wanted besides id and schemas`(names: String, expected: JSONObject) {
        var wanted = expected
        wanted["id"] = "1"
        wanted["schemas"] = resource["schemas"]
        #expect(project(names) == wanted)
        #expect(project(names, excluding: "title") == wanted)
    }

    @Test(
        arguments: [
            ("emails,TITLE", ["emails", "title"]), ("id,schemas", []), ("meta", ["meta"]), ("noSuch", []),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", [SchemaURN.enterpriseUser]),
        ] as [(String, [String])])
    func `excludedAttributes names what is not wanted`(names: String, gone: [String]) {
        #expect(project(excluding: names).keys == project().keys.filter { !gone.contains($0) })
    }

    @Test func `sub-attributes can be excluded`() {
        #expect(project(excluding: "name.givenName")["name"] == ["familyName": "Fa"])
        #expect(project(excluding: "name.givenName,name.familyName")["name"] == nil)
        #expect(
            project(excluding: "\(SchemaURN.enterpriseUser):department")[SchemaURN.enterpriseUser] == [
                "employeeNumber": "7"
            ])
    }

    @Test func `an adapter can tell what need not be fetched`() {
        #expect(Projection(excludedAttributes: "Members").excludes("members"))
        #expect(Projection(attributes: "displayName").excludes("members"))
        #expect(!Projection(attributes: "members.value").excludes("members"))
        #expect(!Projection(excludedAttributes: "members.display").excludes("members"))
        #expect(!Projection().excludes("members"))
    }

    @Test func `returned always and request are obeyed in extensions`() {
        let schema = ResourceSchema(
            name: "User", endpoint: "/Users", core: .user,
            extensions: [
                .init(
                    Schema(
                        id: "urn:x:y", name: "X", description: "X",
                        attributes: [
                            AttributeDefinition("always", description: "A.", returned: .always),
                            AttributeDefinition("request", description: "R.", returned: .request),
                            AttributeDefinition("never", description: "N.", returned: .never),
                        ]))
            ])
        let resource: JSONObject = ["urn:x:y": ["always": 1, "request": 2, "never": 3]]
        #expect(Projection().apply(to: resource, schema: schema) == ["urn:x:y": ["always": 1]])
        #expect(
            Projection(attributes: "urn:x:y:request").apply(to: resource, schema: schema) == [
                "urn:x:y": ["always": 1, "request": 2]
            ])
        #expect(
            Projection(excludedAttributes: "urn:x:y").apply(to: resource, schema: schema) == ["urn:x:y": ["always": 1]])
    }
}
