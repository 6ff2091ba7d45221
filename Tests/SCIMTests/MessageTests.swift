import SCIM
import StrictJSON
import Testing

@Suite struct MessageTests {
    @Test func `a list response carries its resources as they are`() throws {
        let page = ListResponse(
            totalResults: 2, startIndex: 1, nextCursor: "n\"", resources: [Array("{\"a\":1}".utf8), Array("{}".utf8)])
        let json = try JSON.parse(page.utf8)
        #expect(
            json == [
                "schemas": [.string(SchemaURN.listResponse)], "totalResults": 2, "startIndex": 1, "itemsPerPage": 2,
                "nextCursor": "n\"", "Resources": [["a": 1], [:]],
            ])
        #expect(try JSON.parse(ListResponse(totalResults: nil, resources: []).utf8)["Resources"] == [])
        #expect(try JSON.parse(ListResponse(totalResults: nil, resources: []).utf8)["totalResults"] == nil)
    }

    @Test func `a list query is read from query items`() throws {
        let query = try ListQuery(items: [
            ("FILTER", "title pr"), ("sortBy", "name.familyName"), ("sortOrder", "DESCENDING"), ("startIndex", "-7"),
            ("count", "-1"),
            ("attributes", "a, b,,c"), ("cursor", ""), ("aadOptscim062020", ""), ("filter", "second"),
        ])
        #expect(query.filter == "title pr")
        #expect(query.sortBy == AttributePath(attribute: "name", subAttribute: "familyName"))
        #expect(query.sortOrder == .descending)
        #expect(query.startIndex == 1)
        #expect(query.count == 0)
        #expect(query.attributes == ["a", "b", "c"])
        #expect(query.cursor == "")
        #expect(try ListQuery(items: []).count == nil)
        #expect(try ListQuery(items: [("count", "99999999999999999999")]).count == .max)
        #expect(try ListQuery(items: [("startIndex", "-99999999999999999999")]).startIndex == 1)
    }

    @Test(arguments: [("count", "abc"), ("startIndex", "abc"), ("count", "1.5"), ("count", ""), ("count", "-")])
    func `a count that is no whole number is invalidValue`(name: String, value: String) {
        #expect { try ListQuery(items: [(name, value)]) } throws: { ($0 as? SCIMError)?.scimType == .invalidValue }
    }

    @Test func `a search request is read in any case`() throws {
        let body = try JSON.parse(
            "{\"Schemas\":[\"\(SchemaURN.searchRequest)\"],\"FILTER\":\"title pr\",\"attributes\":[\"userName\",\"a,b\"],\"count\":-3,\"startIndex\":0,\"cursor\":null}"
        )
        let query = try SearchRequest(parsing: body).query
        #expect(query.filter == "title pr")
        #expect(query.attributes == ["userName", "a", "b"])
        #expect(query.count == 0)
        #expect(query.startIndex == 1)
        #expect(query.cursor == nil)
    }

    @Test(arguments: [
        "[]", "{\"filter\":\"a\"}", "{\"schemas\":[\"\(SchemaURN.searchRequest)\"],\"count\":\"abc\"}",
        "{\"schemas\":[\"\(SchemaURN.searchRequest)\"],\"attributes\":[1]}",
    ])
    func `a broken search request is refused`(text: String) throws {
        #expect(throws: SCIMError.self) { try SearchRequest(parsing: JSON.parse(text)) }
    }

    @Test func `a bulk request tells broken operations apart`() throws {
        let text = """
            {"schemas":["\(SchemaURN.bulkRequest)"],"failOnErrors":1,"Operations":[
            {"method":"post","path":"/Users","bulkId":"a","data":{"manager":{"value":"bulkId:m"},"x":["bulkId:m","bulkId:n"]}},
            {"method":"DELETE","path":"/Users/bulkId:a","version":"W/\\"1\\""},
            {"method":"PATCH","path":"/Groups/1","data":{"Operations":[{"op":"remove","path":"members[value eq \\"bulkId:a\\"]"}]}},
            {"method":"GET","path":"/Users/1"},{"path":"/Users"},{"method":"POST","path":"/Users","data":{}},
            {"method":"POST","path":"/Users","bulkId":"a","data":{}},{"method":"POST","bulkId":"b","data":{}},
            {"method":"PUT","path":"/Users","data":{}},{"method":"POST","path":"/Users","bulkId":"c"},
            {"method":"POST","path":"/Bulk","bulkId":"d","data":{}},7]}
            """
        let request = try BulkRequest(parsing: JSON.parse(text))
        #expect(request.failOnErrors == 1)
        #expect(request.operations.map { $0.fault == nil } == [true, true, true] + Array(repeating: false, count: 9))
        #expect(request.operations[0].references == ["m", "n"])
        #expect(request.operations[1].references == ["a"])
        #expect(request.operations[2].references == ["a"])
        #expect(
            request.operations[0].resolvingReferences { $0 == "m" ? "9" : nil }.data == [
                "manager": ["value": "9"], "x": ["9", "bulkId:n"],
            ])
        #expect(request.operations[1].resolvingReferences { _ in "9" }.target?.id == "9")
        #expect(
            request.operations[2].resolvingReferences { _ in "9" }.data?["Operations"]?[0]?["path"]
                == "members[value eq \"9\"]")
        #expect { try BulkRequest(parsing: JSON.parse(text), limits: BulkLimits(maxOperations: 11)) } throws: {
            ($0 as? SCIMError)?.status == 413
        }
    }

    @Test func `a bulk response has string states and no location for a failed POST`() throws {
        let text =
            "{\"schemas\":[\"\(SchemaURN.bulkRequest)\"],\"Operations\":[{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"a\",\"data\":{}}]}"
        let operation = try BulkRequest(parsing: JSON.parse(text)).operations[0]
        let json = BulkResponse(operations: [BulkResult(operation, failed: .uniqueness, location: "x")]).json
        #expect(json["Operations"]?[0]?["status"] == "409")
        #expect(json["Operations"]?[0]?["location"] == nil)
        #expect(json["Operations"]?[0]?["bulkId"] == "a")
        #expect(json["Operations"]?[0]?["response"]?["scimType"] == "uniqueness")
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.000001Z", 1), ("1969-12-31T23:59:59.9Z", -100_000),
            ("2026-01-31T12:34:56.789Z", 1_769_862_896_789_000),
            ("2026-01-31T13:34:56.789+01:00", 1_769_862_896_789_000),
            ("2001-01-01T00:00:00.1234567Z", 978_307_200_123_456), ("2000-02-29T24:00:00", 951_868_800_000_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
        ] as [(String, Int64)])
    func `a dateTime is read to the microsecond`(text: String, microseconds: Int64) {
        #expect(SCIMDateTime(parsing: text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "yesterday", "2026-01-31", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-31 00:00:00Z",
        "2026-01-31T24:00:01Z",
        "2026-01-31T00:60:00Z", "2026-01-31T00:00:00.Z", "2026-01-31T00:00:00+1:00", "2026-01-31T00:00:00+15:00",
        "2026-01-31T00:00:00Zx",
        "0000-01-01T00:00:00Z", "1900-02-29T00:00:00Z", "2026-01-31T00:00:60Z",
    ])
    func `anything else is no dateTime`(text: String) { #expect(SCIMDateTime(parsing: text) == nil) }

    @Test(arguments: [
        ("2026-01-31T12:34:56.789Z"), "1969-12-31T23:59:59.999Z", "2000-02-29T00:00:00.000Z",
        "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z",
    ])
    func `a dateTime prints in UTC with milliseconds`(text: String) {
        #expect(SCIMDateTime(parsing: text)?.description == text)
    }
}
