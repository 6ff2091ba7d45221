import SCIM
import StrictJSON
import Testing

private func read(_ text: String, options: ReadOptions = .standard) throws -> ReadResource {
    try ResourceReader.read(JSON.parse(text), as: .user, options: options)
}

private func user(_ members: String) -> String {
    "{\"schemas\":[\"\(SchemaURN.user)\"],\"userName\":\"u\"\(members.isEmpty ? "" : ",")\(members)}"
}

@Suite struct ReaderTests {
    @Test(
        arguments: [
            ("\"name\":{\"GIVENNAME\":\"G\"}", "name", ["givenName": "G"]),
            ("\"DisplayName\":\"D\"", "displayName", "D"), ("\"active\":\"False\"", "active", false),
            ("\"active\":\"true\"", "active", true),
            (
                "\"name.givenName\":\"G\",\"name\":{\"familyName\":\"F\"}", "name",
                ["givenName": "G", "familyName": "F"]
            ),
            ("\"emails\":[{\"value\":\"a\",\"primary\":\"True\"}]", "emails", [["value": "a", "primary": true]]),
            (
                "\"emails\":[{\"value\":\"a\",\"type\":\"w\"},{\"value\":\"a\",\"type\":\"w\",\"primary\":true}]",
                "emails", [["value": "a", "type": "w", "primary": true]]
            ),
            ("\"urn:ietf:params:scim:schemas:core:2.0:User\":{\"title\":\"T\"}", "title", "T"),
            ("\"urn:ietf:params:scim:schemas:core:2.0:User:title\":\"T\"", "title", "T"),
            (
                "\"URN:ietf:params:scim:schemas:extension:enterprise:2.0:USER\":{\"Department\":\"D\"}",
                SchemaURN.enterpriseUser, ["department": "D"]
            ),
            (
                "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department\":\"D\"",
                SchemaURN.enterpriseUser, ["department": "D"]
            ),
            (
                "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\":{\"manager\":\"m\"}",
                SchemaURN.enterpriseUser, ["manager": ["value": "m"]]
            ),
            (
                "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\":{\"manager\":{\"value\":\"m\",\"displayName\":\"forged\",\"managerId\":\"x\"}}",
                SchemaURN.enterpriseUser, ["manager": ["value": "m"]]
            ),
        ] as [(String, String, JSON)])
    func `lenient shapes are read into canonical ones`(members: String, key: String, value: JSON) throws {
        #expect(try read(user(members)).attributes[key] == value)
    }

    @Test(arguments: ["title", "emails", "name", "active", "manager"], ["null", "\"\"", "[]"])
    func `null, empty text and empty lists mean no value`(name: String, value: String) throws {
        #expect(try read(user("\"\(name)\":\(value)")).attributes[name] == nil)
    }

    @Test func `what the server writes is left out, what nobody knows is reported`() throws {
        let resource = try read(
            user(
                "\"id\":\"x\",\"meta\":{\"created\":\"1999\"},\"groups\":[{\"value\":\"g\"}],\"bogus\":1,\"name\":{\"x\":1},\"urn:x:y\":{}"
            ))
        #expect(resource.attributes.keys == ["schemas", "userName"])
        #expect(resource.ignored == ["bogus", "name.x", "urn:x:y"])
        #expect(throws: SCIMError.self) { try read(user("\"bogus\":1"), options: ReadOptions(refusesUnknown: true)) }
    }

    @Test(arguments: [
        "\"active\":false,\"Active\":false", "\"active\":false,\"ACTIVE\":null", "\"title\":\"A\",\"TITLE\":\"A\"",
        "\"USERNAME\":\"u\"", "\"emails\":[],\"Emails\":[]", "\"id\":\"1\",\"ID\":\"1\"",
        "\"title\":\"A\",\"\(SchemaURN.user)\":{\"title\":\"A\"}", "\"title\":\"A\",\"\(SchemaURN.user):Title\":\"A\"",
        "\"\(SchemaURN.user)\":{\"title\":\"A\",\"Title\":\"A\"}",
        "\"name\":{\"givenName\":\"A\"},\"name.givenName\":\"A\"",
        "\"name.GivenName\":\"A\",\"name\":{\"givenName\":null}", "\"name.givenName\":\"A\",\"Name.givenName\":\"A\"",
        "\"name\":{\"givenName\":\"A\",\"givenname\":\"A\"}",
        "\"emails\":[{\"value\":\"a@x\",\"Value\":\"a@x\"}]",
        "\"emails\":[{\"value\":\"a@x\",\"type\":null,\"TYPE\":null}]",
        "\"\(SchemaURN.enterpriseUser)\":{\"department\":\"D\",\"DEPARTMENT\":\"D\"}",
        "\"\(SchemaURN.enterpriseUser)\":{\"department\":\"D\"},\"\(SchemaURN.enterpriseUser):department\":\"D\"",
        "\"\(SchemaURN.enterpriseUser)\":{\"manager\":\"m\",\"manager.value\":\"m\"}",
        "\"\(SchemaURN.enterpriseUser)\":{\"manager\":{\"value\":\"m\",\"VALUE\":\"m\"}}",
    ])
    func `an attribute given twice in two spellings is invalidSyntax`(members: String) throws {
        #expect { try read(user(members)) } throws: { ($0 as? SCIMError)?.scimType == .invalidSyntax }
    }

    @Test func `parts of one attribute may come in several spellings, each once`() throws {
        let resource = try read(
            user(
                "\"name\":{\"familyName\":\"F\"},\"name.givenName\":\"G\",\"\(SchemaURN.user):name.middleName\":\"M\",\"\(SchemaURN.enterpriseUser)\":{\"department\":\"D\"},\"\(SchemaURN.enterpriseUser):division\":\"V\""
            )
        ).attributes
        #expect(resource["name"] == ["familyName": "F", "givenName": "G", "middleName": "M"])
        #expect(resource[SchemaURN.enterpriseUser] == ["department": "D", "division": "V"])
    }

    @Test func `the password is kept apart`() throws {
        let resource = try read(user("\"password\":\"secret\""))
        #expect(resource.password == "secret")
        #expect(!JSON.object(resource.attributes).text.contains("secret"))
    }

    @Test func `schemas follows the data`() throws {
        let with = try read(user("\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department\":\"D\""))
        #expect(with.attributes["schemas"] == [.string(SchemaURN.user), .string(SchemaURN.enterpriseUser)])
        let without = try read(
            "{\"schemas\":[\"\(SchemaURN.user)\",\"\(SchemaURN.enterpriseUser)\",\"urn:x\"],\"userName\":\"u\"}")
        #expect(without.attributes["schemas"] == [.string(SchemaURN.user)])
    }

    @Test(arguments: [
        "{\"userName\":\"u\"}", "{\"schemas\":[],\"userName\":\"u\"}", "{\"schemas\":null,\"userName\":\"u\"}",
        "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"],\"userName\":\"u\"}",
        "{\"schemas\":\"urn:ietf:params:scim:schemas:core:2.0:User\",\"userName\":\"u\"}",
        "{\"schemas\":[1],\"userName\":\"u\"}",
    ])
    func `missing and foreign schemas are refused unless the switch is off`(text: String) throws {
        #expect { try read(text) } throws: { ($0 as? SCIMError)?.scimType == .invalidValue }
        #expect(try read(text, options: ReadOptions(schemas: .none)).attributes["userName"] == "u")
    }

    @Test func `the core URN of an earlier draft is taken`() throws {
        #expect(
            try read("{\"schemas\":[\"urn:scim:schemas:core:2.0\"],\"userName\":\"u\"}").attributes["userName"] == "u")
    }

    @Test(arguments: ["urn:scim:schemas:extension:enterprise:2.0", "URN:scim:schemas:extension:enterprise:1.0"])
    func `the enterprise URN of an earlier draft is taken for the one of today`(urn: String) throws {
        let attributes = try read(
            "{\"schemas\":[\"urn:scim:schemas:core:2.0\",\"\(urn)\"],\"userName\":\"u\",\"\(urn)\":{\"department\":\"Sales\"}}"
        ).attributes
        #expect(attributes[SchemaURN.enterpriseUser]?["department"] == "Sales" && attributes[urn] == nil)
    }

    @Test(arguments: ["[]", "\"x\"", "5", "null"])
    func `a body that is no object is invalidSyntax`(text: String) throws {
        #expect { try read(text) } throws: { ($0 as? SCIMError)?.scimType == .invalidSyntax }
    }

    @Test(arguments: [
        ("\"active\":\"maybe\"", "active"), ("\"active\":3", "active"), ("\"active\":{}", "active"),
        ("\"emails\":{\"value\":\"x\"}", "emails"), ("\"emails\":\"a@b.c\"", "emails"), ("\"name\":\"Joe\"", "name"),
        ("\"displayName\":[\"a\"]", "displayName"),
        ("\"emails\":[{\"value\":\"a\",\"primary\":\"perhaps\"}]", "emails.primary"),
        ("\"emails\":[[\"a@b.c\"]]", "emails"), ("\"emails\":[7]", "emails"),
        ("\"name\":{\"givenName\":{}}", "name.givenName"),
        ("\"title\":5", "title"),
        ("\"emails\":[{\"value\":\"a\",\"primary\":true},{\"value\":\"b\",\"primary\":true}]", "emails"),
        ("\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\":{\"department\":5}", "department"),
        ("\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\":5", "enterprise"),
        ("\"x509Certificates\":[{\"value\":\"not base64!\"}]", "x509Certificates.value"),
    ])
    func `a wrong type is invalidValue and names the path`(members: String, path: String) throws {
        #expect { try read(user(members)) } throws: { error in
            let error = error as? SCIMError
            return error?.scimType == .invalidValue && error?.detail.contains(path) == true
        }
    }

    @Test(arguments: [
        "", "\"userName\":null", "\"userName\":\"\"", "\"userName\":\" \\t \"", "\"userName\":42",
        "\"userName\":[\"x\"]",
    ])
    func `userName is required and not blank`(member: String) throws {
        let text = "{\"schemas\":[\"\(SchemaURN.user)\"]\(member.isEmpty ? "" : "," + member)}"
        #expect { try read(text) } throws: { error in
            (error as? SCIMError)?.scimType == .invalidValue
                && (error as? SCIMError)?.detail.contains("userName") == true
        }
    }

    @Test func `strings and lists have limits`() throws {
        let options = ReadOptions(maxStringBytes: 4, maxValues: 2)
        #expect(try read(user("\"title\":\"1234\""), options: options).attributes["title"] == "1234")
        #expect(throws: SCIMError.self) { try read(user("\"title\":\"12345\""), options: options) }
        #expect(throws: SCIMError.self) {
            try read(user("\"ims\":[{\"value\":\"a\"},{\"value\":\"b\"},{\"value\":\"c\"}]"), options: options)
        }
    }

    @Test func `a required extension must be there`() throws {
        let schema = ResourceSchema(
            name: "User", endpoint: "/Users", core: .user, extensions: [.init(.enterpriseUser, required: true)])
        #expect(throws: SCIMError.self) { try ResourceReader.read(JSON.parse(user("")), as: schema) }
        _ = try ResourceReader.read(JSON.parse(user("\"\(SchemaURN.enterpriseUser):department\":\"D\"")), as: schema)
    }

    @Test func `dotted keys work inside an extension too`() throws {
        let resource = try read(user("\"\(SchemaURN.enterpriseUser)\":{\"manager.value\":\"m\",\"noSuch.x\":1}"))
        #expect(resource.attributes[SchemaURN.enterpriseUser] == ["manager": ["value": "m"]])
        #expect(resource.ignored == ["\(SchemaURN.enterpriseUser):noSuch.x"])
    }

    @Test func `a plain string in a list stands for its default sub-attribute`() throws {
        let resource = try read(
            user(
                "\"emails\":[\"a@x\",{\"value\":\"h@x\",\"type\":\"home\"},\"\"],\"roles\":[\"admin\",\"admin\"],\"entitlements\":[\"e\"]"
            )
        ).attributes
        #expect(resource["emails"] == [["value": "a@x"], ["value": "h@x", "type": "home"]])
        #expect(resource["roles"] == [["value": "admin"]] && resource["entitlements"] == [["value": "e"]])
        for refused in ["\"emails\":\"a@x\"", "\"addresses\":[\"Street 1\"]"] {
            #expect { try read(user(refused)) } throws: { ($0 as? SCIMError)?.scimType == .invalidValue }
        }
        let group = "{\"schemas\":[\"\(SchemaURN.group)\"],\"displayName\":\"g\",\"members\":[\"a\"]}"
        #expect(throws: SCIMError.self) { try ResourceReader.read(JSON.parse(group), as: .group) }
    }

    @Test func `line breaks in base64 are taken out`() throws {
        let resource = try read(user("\"x509Certificates\":[{\"value\":\"TUlJRFF6\\r\\n Q0NBcXln\\n\"}]"))
        #expect(resource.attributes["x509Certificates"] == [["value": "TUlJRFF6Q0NBcXln"]])
    }

    @Test func `a value that is too long is left out and told where that is asked for`() throws {
        let options = ReadOptions(maxStringBytes: 20, droppedWhenLong: ["photos"])
        let long = String(repeating: "x", count: 21)
        let resource = try read(
            user("\"photos\":[{\"value\":\"\(long)\",\"type\":\"photo\"},{\"value\":\"https://x/1\"}]"),
            options: options)
        #expect(resource.attributes["photos"] == [["value": "https://x/1"]])
        #expect(resource.dropped == ["photos"] && resource.ignored.isEmpty)
        #expect(throws: SCIMError.self) { try read(user("\"title\":\"\(long)\""), options: options) }
    }

    @Test func `where schemas may be missing they still must not name only others`() throws {
        let options = ReadOptions(schemas: .ifGiven)
        for schemas in ["", "\"schemas\":[],", "\"schemas\":null,", "\"schemas\":[\"\(SchemaURN.user)\"],"] {
            #expect(try read("{\(schemas)\"userName\":\"u\"}", options: options).attributes["userName"] == "u")
        }
        for schemas in ["[\"\(SchemaURN.group)\"]", "[1]", "\"x\""] {
            #expect(throws: SCIMError.self) {
                try read("{\"schemas\":\(schemas),\"userName\":\"u\"}", options: options)
            }
        }
    }

    @Test func `a member needs a value`() throws {
        let text = "{\"schemas\":[\"\(SchemaURN.group)\"],\"displayName\":\"g\",\"members\":[{\"type\":\"User\"}]}"
        #expect(throws: SCIMError.self) { try ResourceReader.read(JSON.parse(text), as: .group) }
    }
}
