import Domain
import HTTPTypes
import StrictJSON
import Testing

struct CustomAttributeTests {
    private static let urn = "urn:ietf:params:scim:schemas:extension:lectern:2.0:User"

    private func scimWithAttributes() async throws -> SCIMClient {
        try await SCIMClient(customAttributes: [
            CustomAttribute(name: "costCentre", kind: .string, isCaseExact: true)!,
            CustomAttribute(name: "floor", kind: .integer)!,
            CustomAttribute(name: "badges", kind: .string, isMultiValued: true)!,
            CustomAttribute(name: "remote", kind: .boolean)!,
        ])
    }

    @Test func `a tenant's own attributes are kept, changed, projected and forgotten like any other`() async throws {
        let scim = try await scimWithAttributes()
        let user = await scim.createUser(
            "a@x", [Self.urn: ["CostCentre": "C1", "floor": 3, "badges": ["a", "b"], "remote": "True", "nonsense": 1]])
        #expect(user.json[Self.urn]?["costCentre"] == "C1" && user.json[Self.urn]?["remote"] == true)
        #expect(user.json[Self.urn]?["nonsense"] == nil)
        #expect(user.json["schemas"]?.arrayValue?.contains(.string(Self.urn)) == true)
        let patched = await scim.patch(
            "/Users/\(user.id)", ["op": "replace", "path": .string("\(Self.urn):floor"), "value": 4],
            ["op": "remove", "path": .string("\(Self.urn):badges")])
        #expect(patched.json[Self.urn]?["floor"] == 4 && patched.json[Self.urn]?["badges"] == nil)
        let part = await scim.send(.get, "/Users/\(user.id)?attributes=\(Self.urn):floor")
        #expect(part.json[Self.urn] == ["floor": 4] && part.json["userName"] == nil)
        #expect(await scim.createUser("b@x", [Self.urn: ["floor": "three"]]).scimType == "invalidValue")
        let gone = await scim.patch("/Users/\(user.id)", ["op": "remove", "path": .string(Self.urn)])
        #expect(gone.json[Self.urn] == nil && gone.json["schemas"]?.arrayValue?.count == 1)
    }

    @Test func `they are found and sorted by according to their type`() async throws {
        let scim = try await scimWithAttributes()
        for (name, floor) in [("a@x", 10), ("b@x", 9), ("c@x", 2)] {
            _ = await scim.createUser(
                name,
                [
                    Self.urn: [
                        "floor": .integer(Int64(floor)), "costCentre": .string("C\(floor)"), "badges": ["z", "y"],
                    ]
                ])
        }
        func names(_ query: String) async -> [String] {
            await scim.send(.get, "/Users?" + query.replacing(" ", with: "%20").replacing("\"", with: "%22"))
                .json["Resources"]?.arrayValue?.compactMap { $0["userName"]?.stringValue } ?? []
        }
        #expect(await names("sortBy=\(Self.urn):floor") == ["c@x", "b@x", "a@x"])
        #expect(await names("filter=\(Self.urn):floor ge 9") == ["a@x", "b@x"])
        #expect(await names("filter=\(Self.urn):costCentre eq \"c2\"") == [])
        #expect(await names("filter=\(Self.urn):badges eq \"Z\" and \(Self.urn):costCentre eq \"C2\"") == ["c@x"])
    }

    @Test func `discovery shows a tenant its own attributes, and nobody else's`() async throws {
        let scim = try await scimWithAttributes()
        let schema = await scim.send(.get, "/Schemas/\(Self.urn)")
        let names = schema.json["attributes"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
        #expect(names == ["costCentre", "floor", "badges", "remote"])
        let type = await scim.send(.get, "/ResourceTypes/User").json["schemaExtensions"]?.arrayValue ?? []
        #expect(type.contains { $0["schema"]?.stringValue == Self.urn })
        let other = try await SCIMClient()
        #expect(await other.send(.get, "/Schemas/\(Self.urn)").status == 404)
        #expect(await other.createUser("a@x", [Self.urn: ["floor": 3]]).json[Self.urn] == nil)
    }

    @Test(arguments: ["a b", "a.b", "a:b", "a$", "a\u{E9}", "1a", "-a", "", String(repeating: "a", count: 65)])
    func `a name that attributes cannot have is none`(name: String) {
        #expect(CustomAttribute(name: name, kind: .string) == nil)
    }
}
