import SCIM
import StrictJSON
import Testing

private let enterprise = SchemaURN.enterpriseUser

private let ann: JSONObject = [
    "schemas": [.string(SchemaURN.user), .string(SchemaURN.enterpriseUser)], "id": "Aa1", "externalId": "Ext",
    "userName": "Ann@x.org", "displayName": "Émile 100%_\\", "active": true, "title": "Trainer",
    "name": ["givenName": "Ann", "familyName": "Éluard"],
    "emails": [
        ["value": "ann@work.test", "type": "work", "primary": true], ["value": "ann@home.test", "type": "home"],
    ],
    "meta": ["resourceType": "User", "created": "2026-01-31T12:00:00.500Z"],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": ["department": "Sales", "manager": ["value": "m1"]],
]

private func matches(_ text: String) throws -> Bool {
    try Filter(parsing: text).resolved(against: .user).matches(ann)
}

@Suite struct ResolvedFilterTests {
    @Test(arguments: [
        "userName eq \"ANN@X.ORG\"", "USERNAME sw \"ann\"", "userName ew \"x.org\"", "userName co \"N@X\"", "title pr",
        "title ne \"other\"", "nickName ne \"x\"", "nickName eq null", "title ne null", "not (nickName pr)",
        "emails pr", "emails.value pr", "name pr", "emails.value eq \"ANN@home.test\"", "emails eq \"ann@home.test\"",
        "emails co \"@work\"", "emails[type eq \"work\" and primary eq true]",
        "emails[type eq \"work\" and primary eq \"True\"]",
        "emails[TYPE EQ \"WORK\"]", "emails.type eq \"home\" and emails.primary eq true",
        "emails[type eq \"work\"].value eq \"ann@work.test\"", "emails[not (type eq \"work\")]",
        "name.familyName eq \"ÉLUARD\"", "name.familyName sw \"e\u{301}l\"", "displayName co \"%\"",
        "displayName co \"_\"", "displayName ew \"\\\\\"", "title ne 7",
        "active eq true", "active eq \"True\"", "active ne false", "id eq \"Aa1\"", "externalId eq \"Ext\"",
        "userName gt \"ANM\"", "userName ge \"ann@x.org\"", "userName lt \"b\"", "userName le \"ANN@x.org\"",
        "meta.created eq \"2026-01-31T13:00:00.5+01:00\"", "meta.created gt \"2026-01-31T12:00:00.4999999Z\"",
        "meta.created lt \"2026-01-31T17:30:01+05:30\"", "meta.resourceType eq \"User\"",
        "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"ann@x.org\"",
        "URN:IETF:PARAMS:SCIM:SCHEMAS:EXTENSION:ENTERPRISE:2.0:USER:DEPARTMENT eq \"sales\"",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq \"m1\"",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"m1\"",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager pr", "manager eq \"m1\"",
        "schemas eq \"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"",
        "title eq \"x\" or title eq \"trainer\"", "(title eq \"x\" or active eq true) and id pr",
    ])
    func `a filter that holds`(text: String) throws { #expect(try matches(text)) }

    @Test(arguments: [
        "userName eq \"bob\"", "id eq \"aa1\"", "externalId eq \"ext\"", "title ne \"TRAINER\"", "title eq null",
        "emails[type eq \"home\" and primary eq true]", "not (emails[type eq \"work\"])", "active eq false",
        "emails[type eq \"home\"].value eq \"ann@work.test\"", "nickName pr", "nickName eq \"x\"", "nickName lt \"x\"",
        "meta.created gt \"2026-01-31T12:00:00.5Z\"", "groups pr", "title eq \"x\" or title eq \"y\" and id pr",
        "displayName eq \"x' OR '1'='1\"", "userName gt \"ann@x.org\"",
    ])
    func `a filter that does not hold`(text: String) throws { #expect(try !matches(text)) }

    @Test(arguments: [
        "noSuch eq \"x\"", "name.noSuch pr", "userName eq \"a\" or noSuch pr", "password sw \"x\"", "password pr",
        "active gt true", "active lt false", "active co \"t\"", "active eq \"maybe\"", "active eq 1",
        "meta.created gt \"yesterday\"", "meta.created sw \"2026\"", "name eq \"x\"", "title[value eq \"x\"]",
        "emails[noSuch eq \"x\"]", "emails.type[value eq \"x\"]", "title eq true", "title gt null", "title gt 1",
        "userName le 7", "id lt 1", "title gt 1.5",
        "x509Certificates.value gt \"a\"", "urn:x:y:title eq \"x\"", "emails[urn:x:type eq \"x\"]",
        "urn:ietf:params:scim:schemas:core:2.0:User eq \"x\"",
    ])
    func `what cannot be compared is invalidFilter`(text: String) throws {
        let filter = try Filter(parsing: text)
        #expect { try filter.resolved(against: .user) } throws: { ($0 as? SCIMError)?.scimType == .invalidFilter }
    }

    @Test func `numbers compare by value in a tenant's own extension`() throws {
        let schema = ResourceSchema(
            name: "User", endpoint: "/Users", core: .user,
            extensions: [
                .init(
                    Schema(
                        id: "urn:example:2.0:Badge", name: "Badge", description: "Badges",
                        attributes: [
                            AttributeDefinition("floor", .integer, description: "The floor."),
                            AttributeDefinition("score", .decimal, description: "The score."),
                        ]))
            ])
        let resource: JSONObject = ["urn:example:2.0:Badge": ["floor": 10, "score": 2.5]]
        for text in [
            "floor gt 9", "floor eq 10.0", "score lt 10", "urn:example:2.0:Badge:floor ge \"10\"", "score eq 2.5",
        ] {
            #expect(try Filter(parsing: text).resolved(against: schema).matches(resource), "\(text)")
        }
        for text in ["floor gt 10", "score gt 2.5", "floor eq 1"] {
            #expect(try !Filter(parsing: text).resolved(against: schema).matches(resource), "\(text)")
        }
        #expect(throws: SCIMError.self) { try Filter(parsing: "floor co 1").resolved(against: schema) }
        #expect(throws: SCIMError.self) { try Filter(parsing: "floor eq \"x\"").resolved(against: schema) }
    }
}
