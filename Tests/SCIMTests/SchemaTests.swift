import SCIM
import StrictJSON
import Testing

@Suite struct SchemaTests {
    @Test(arguments: [
        ("userName", "userName"), ("USERNAME", "userName"), ("name.GIVENNAME", "name.givenName"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", "name.givenName"),
        ("URN:IETF:PARAMS:SCIM:SCHEMAS:CORE:2.0:USER:USERNAME", "userName"), ("id", "id"),
        ("Meta.Created", "meta.created"),
        ("schemas", "schemas"), ("externalid", "externalId"),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:MANAGER.value",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"
        ),
        ("department", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"),
    ])
    func `a path finds its attribute in any case`(text: String, canonical: String) throws {
        let attribute = ResourceSchema.user.attribute(for: try AttributePath(parsing: text))
        #expect(attribute?.path.description == canonical)
    }

    @Test(arguments: [
        "noSuch", "name.noSuch", "userName.x", "urn:x:y:userName", "members",
        "urn:ietf:params:scim:schemas:core:2.0:Group:displayName",
    ])
    func `a path without an attribute finds none`(text: String) throws {
        #expect(ResourceSchema.user.attribute(for: try AttributePath(parsing: text)) == nil)
    }

    @Test func `a bare name in two extensions is in none`() throws {
        func badge(_ id: String) -> ResourceSchema.Extension {
            .init(
                Schema(
                    id: id, name: "B", description: "B", attributes: [AttributeDefinition("floor", description: "F.")]))
        }
        let schema = ResourceSchema(
            name: "User", endpoint: "/Users", core: .user, extensions: [badge("urn:a:1.0"), badge("urn:b:1.0")])
        #expect(schema.attribute(for: AttributePath(attribute: "floor")) == nil)
        #expect(schema.attribute(for: try AttributePath(parsing: "urn:b:1.0:floor"))?.schema == "urn:b:1.0")
        #expect(schema.extensionURN("URN:A:1.0") == "urn:a:1.0")
        #expect(try AttributePath(parsing: "urn:a:1.0").description == "urn:a:1.0")
    }

    @Test(arguments: ["urn:a:1.0", "urn:a:2"])
    func `a URN whose end is no attribute name is a schema as a whole`(text: String) throws {
        let path = try AttributePath(parsing: text)
        #expect(path.schema == text && path.attribute.isEmpty)
    }

    @Test func `an immutable attribute keeps the value that it has`() throws {
        let schema = ResourceSchema(
            name: "Badge", endpoint: "/Badges",
            core: Schema(
                id: "urn:a:Badge", name: "Badge", description: "B",
                attributes: [AttributeDefinition("serial", description: "S.", mutability: .immutable)]))
        func check(_ stored: JSONObject, _ given: JSONObject) throws {
            try ReadResource(attributes: given).checkImmutable(against: stored, schema: schema)
        }
        try check([:], ["serial": "1"])
        try check(["serial": "1"], ["serial": "1"])
        #expect(throws: SCIMError.self) { try check(["serial": "1"], ["serial": "2"]) }
        #expect(throws: SCIMError.self) { try check(["serial": "1"], [:]) }
    }

    @Test(arguments: [Schema.user, .group, .enterpriseUser, .serviceProviderConfig, .resourceType, .schema])
    func `a schema renders all characteristics and no null`(schema: Schema) {
        let json = schema.json(baseLocation: "https://x/v2")
        #expect(json["meta"] == ["resourceType": "Schema", "location": .string("https://x/v2/Schemas/\(schema.id)")])
        #expect(!json.text.contains("null"))
        func check(_ attributes: JSON?) {
            for attribute in attributes?.arrayValue ?? [] {
                for key in ["name", "type", "multiValued", "description", "required", "mutability", "returned"] {
                    #expect(attribute[key] != nil, "\(attribute.text)")
                }
                #expect((attribute["type"] == "complex") == (attribute["subAttributes"] != nil))
                if attribute["type"] == "string" {
                    #expect(attribute["caseExact"] != nil && attribute["uniqueness"] != nil)
                }
                if attribute["type"] == "reference" { #expect(attribute["referenceTypes"] != nil) }
                check(attribute["subAttributes"])
            }
        }
        check(json["attributes"])
    }

    @Test func `the characteristics of the standard are kept`() {
        let user = Schema.user
        #expect(user.attribute(named: "userName")?.required == true)
        #expect(user.attribute(named: "userName")?.uniqueness == .server)
        #expect(user.attribute(named: "userName")?.caseExact == false)
        #expect(user.attribute(named: "password")?.mutability == .writeOnly)
        #expect(user.attribute(named: "password")?.returned == .never)
        #expect(user.attribute(named: "groups")?.mutability == .readOnly)
        #expect(user.attribute(named: "externalId")?.caseExact == true)
        #expect(
            user.attribute(named: "emails")?.subAttribute(named: "type")?.canonicalValues == ["work", "home", "other"])
        #expect(user.attribute(named: "roles")?.subAttribute(named: "type")?.canonicalValues == [])
        #expect(Schema.group.attribute(named: "members")?.subAttribute(named: "value")?.mutability == .immutable)
        #expect(
            Schema.enterpriseUser.attribute(named: "manager")?.subAttribute(named: "displayName")?.mutability
                == .readOnly)
    }

    @Test func `a resource type tells its schemas`() {
        let json = ResourceSchema.user.json(baseLocation: "https://x/v2")
        #expect(json["endpoint"] == "/Users")
        #expect(json["schemaExtensions"] == [["schema": .string(SchemaURN.enterpriseUser), "required": false]])
        #expect(json["meta"]?["location"] == "https://x/v2/ResourceTypes/User")
    }

    @Test func `the service provider configuration shows pagination only where it is on`() {
        var config = ServiceProviderConfig(
            bulk: .init(supported: true, maxOperations: 100, maxPayloadSize: 1_000), maxResults: 200,
            changePassword: true, sort: true, etag: true)
        #expect(config.json(baseLocation: "b")["pagination"] == nil)
        #expect(config.json(baseLocation: "b")["bulk"]?["maxOperations"] == 100)
        config.pagination = .init(defaultPaginationMethod: "index")
        #expect(
            config.json(baseLocation: "b")["pagination"] == [
                "cursor": true, "index": true, "defaultPaginationMethod": "index",
            ])
    }

    @Test func `an error has a string status and a detail`() {
        #expect(SCIMError.noTarget.json["status"] == "400")
        #expect(SCIMError.noTarget.json["scimType"] == "noTarget")
        #expect(SCIMError.notFound.json["scimType"] == nil)
        #expect(!SCIMError(status: 500, detail: "").detail.isEmpty)
        #expect(SCIMError(JSONError(.tooLarge, at: 1)).status == 413)
        #expect(SCIMError(JSONError(.tooDeep, at: 1)).scimType == .invalidSyntax)
    }
}
