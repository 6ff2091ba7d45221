import SCIM
import StrictJSON
import Testing

let enterpriseURN = SchemaURN.enterpriseUser

private let work: JSON = ["value": "w@x.test", "type": "work", "primary": true]
private let home: JSON = ["value": "h@x.test", "type": "home"]

private let stored: JSONObject = [
    "schemas": [.string(SchemaURN.user), .string(SchemaURN.enterpriseUser)], "id": "1", "userName": "u",
    "displayName": "P", "title": "T", "active": true, "name": ["givenName": "Gi", "familyName": "Fa"],
    "emails": [work, home],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": [
        "department": "A", "manager": ["value": "m1", "$ref": "../m1", "displayName": "Boss"],
    ],
    "groups": [["value": "g1"]], "meta": ["resourceType": "User"],
]

private func patch(_ operations: String, _ resource: JSONObject = stored, options: PatchOptions = .standard) throws
    -> PatchResult
{
    let body = try JSON.parse("{\"schemas\":[\"\(SchemaURN.patchOp)\"],\"Operations\":[\(operations)]}")
    return try PatchRequest(parsing: body).apply(to: resource, schema: .user, options: options)
}

private func error(_ operations: String) -> SCIMErrorType? {
    do {
        _ = try patch(operations)
        return nil
    } catch {
        return (error as? SCIMError)?.scimType
    }
}

private func op(_ op: String, _ path: String? = nil, _ value: String? = nil) -> String {
    var text = "{\"op\":\"\(op)\""
    if let path { text += ",\"path\":\(JSON.string(path).text)" }
    if let value { text += ",\"value\":\(value)" }
    return text + "}"
}

@Suite struct PatchTests {
    @Test(arguments: [
        (op("add", "nickName", "\"N\""), "nickName", #""N""#),
        (op("Add", "NICKNAME", "\"N\""), "nickName", #""N""#),
        (op("replace", "title", "\"T2\""), "title", #""T2""#),
        (op("replace", "title", "null"), "title", #"null"#),
        (op("replace", "title", "\"\""), "title", #"null"#),
        (op("remove", "title"), "title", #"null"#),
        (op("remove", "title", "\"old\""), "title", #"null"#),
        (op("remove", "nickName"), "nickName", #"null"#),
        (op("Replace", "active", "\"False\""), "active", #"false"#),
        (op("replace", nil, "{\"active\":\"false\"}"), "active", #"false"#),
        (op("replace", "active", "{\"active\":false}"), "active", #"false"#),
        (op("replace", "title", "[{\"$ref\":null,\"value\":\"T2\"}]"), "title", #""T2""#),
        (op("add", "name.middleName", "\"M\""), "name", #"{"givenName":"Gi","familyName":"Fa","middleName":"M"}"#),
        (
            op("add", "name", "{\"middleName\":\"M\"}"), "name",
            #"{"givenName":"Gi","familyName":"Fa","middleName":"M"}"#
        ),
        (op("replace", "name", "{\"givenName\":\"Z\"}"), "name", #"{"givenName":"Z","familyName":"Fa"}"#),
        (op("replace", "name", "{\"GIVENNAME\":null}"), "name", #"{"familyName":"Fa"}"#),
        (
            op("replace", nil, "{\"name.givenName\":\"Z\",\"title\":\"T2\"}"), "name",
            #"{"givenName":"Z","familyName":"Fa"}"#
        ),
        (op("remove", "name.givenName"), "name", #"{"familyName":"Fa"}"#),
        (op("remove", "name"), "name", #"null"#),
        (op("remove", "name.givenName") + "," + op("remove", "name.familyName"), "name", #"null"#),
        (op("add", "urn:ietf:params:scim:schemas:core:2.0:User:nickName", "\"X\""), "nickName", #""X""#),
        (op("add", "urn:ietf:params:scim:schemas:core:2.0:User", "{\"nickName\":\"X\"}"), "nickName", #""X""#),
        (op("add", nil, "{\"urn:ietf:params:scim:schemas:core:2.0:User\":{\"nickName\":\"X\"}}"), "nickName", #""X""#),
        (
            op("replace", "title", "\"1\"") + "," + op("remove", "title") + "," + op("add", "title", "\"3\""), "title",
            #""3""#
        ),
    ])
    func `single values are set and cleared`(operations: String, key: String, value: String) throws {
        let expected = try JSON.parse(value)
        #expect(try patch(operations).resource[key] ?? .null == expected)
    }

    @Test(arguments: [
        (
            op("add", "emails", "[{\"value\":\"o@x\",\"type\":\"other\"}]"),
            #"[{"value":"w@x.test","type":"work","primary":true},{"value":"h@x.test","type":"home"},{"value":"o@x","type":"other"}]"#
        ),
        (
            op("add", "emails", "{\"value\":\"o@x\"}"),
            #"[{"value":"w@x.test","type":"work","primary":true},{"value":"h@x.test","type":"home"},{"value":"o@x"}]"#
        ),
        (
            op("add", nil, "{\"emails\":[{\"value\":\"o@x\"}]}"),
            #"[{"value":"w@x.test","type":"work","primary":true},{"value":"h@x.test","type":"home"},{"value":"o@x"}]"#
        ),
        (
            op("add", "emails", "[{\"value\":\"w@x.test\",\"type\":\"work\",\"primary\":true}]"),
            #"[{"value":"w@x.test","type":"work","primary":true},{"value":"h@x.test","type":"home"}]"#
        ),
        (
            op("add", "emails", "[]"),
            #"[{"value":"w@x.test","type":"work","primary":true},{"value":"h@x.test","type":"home"}]"#
        ),
        (
            op("add", "emails", "[{\"value\":\"n@x\",\"primary\":true}]"),
            #"[{"value":"w@x.test","type":"work","primary":false},{"value":"h@x.test","type":"home"},{"value":"n@x","primary":true}]"#
        ),
        (
            op("add", "emails[type eq \"home\"].primary", "\"True\""),
            #"[{"value":"w@x.test","type":"work","primary":false},{"value":"h@x.test","type":"home","primary":true}]"#
        ),
        (op("replace", "emails", "[{\"value\":\"n@x\"}]"), #"[{"value":"n@x"}]"#),
        (op("replace", nil, "{\"emails\":[{\"value\":\"n@x\"}]}"), #"[{"value":"n@x"}]"#),
        (op("replace", "emails", "[]"), #"null"#),
        (op("replace", "emails", "null"), #"null"#),
        (op("remove", "emails"), #"null"#),
        (op("remove", "emails", "[{\"value\":\"H@x.test\"}]"), #"[{"value":"w@x.test","type":"work","primary":true}]"#),
        (op("remove", "emails", "{\"type\":\"home\"}"), #"[{"value":"w@x.test","type":"work","primary":true}]"#),
        (
            op("remove", "emails", "[]"),
            #"[{"value":"w@x.test","type":"work","primary":true},{"value":"h@x.test","type":"home"}]"#
        ),
        (
            op("remove", "emails", "[{\"value\":\"none\"}]"),
            #"[{"value":"w@x.test","type":"work","primary":true},{"value":"h@x.test","type":"home"}]"#
        ),
        (op("remove", "emails[type eq \"home\"]"), #"[{"value":"w@x.test","type":"work","primary":true}]"#),
        (
            op("remove", "emails[type eq \"x\"]"),
            #"[{"value":"w@x.test","type":"work","primary":true},{"value":"h@x.test","type":"home"}]"#
        ),
        (op("remove", "emails[type eq \"home\" or type eq \"work\"]"), #"null"#),
        (
            op("remove", "emails[type eq \"work\"].primary"),
            #"[{"value":"w@x.test","type":"work"},{"value":"h@x.test","type":"home"}]"#
        ),
        (
            op("Remove", "emails[type eq \"home\"].value", "\"stale@x\""),
            #"[{"value":"w@x.test","type":"work","primary":true},{"type":"home"}]"#
        ),
        (
            op("replace", "emails[type eq \"work\"].value", "\"n@x\""),
            #"[{"value":"n@x","type":"work","primary":true},{"value":"h@x.test","type":"home"}]"#
        ),
        (
            op("replace", "emails[type eq \"work\"].value", "\"\""),
            #"[{"type":"work","primary":true},{"value":"h@x.test","type":"home"}]"#
        ),
        (
            op("replace", "emails[not (type eq \"work\")].value", "\"n@x\""),
            #"[{"value":"w@x.test","type":"work","primary":true},{"value":"n@x","type":"home"}]"#
        ),
        (
            op("replace", "emails[type eq \"home\"]", "{\"value\":\"n@x\",\"type\":\"home\"}"),
            #"[{"value":"w@x.test","type":"work","primary":true},{"value":"n@x","type":"home"}]"#
        ),
        (
            op("add", "emails[type eq \"home\"]", "{\"display\":\"D\"}"),
            #"[{"value":"w@x.test","type":"work","primary":true},{"value":"h@x.test","type":"home","display":"D"}]"#
        ),
        (
            op("replace", "emails[value pr].display", "\"D\""),
            #"[{"value":"w@x.test","type":"work","primary":true,"display":"D"},{"value":"h@x.test","type":"home","display":"D"}]"#
        ),
        (
            op("replace", "emails.display", "\"D\""),
            #"[{"value":"w@x.test","type":"work","primary":true,"display":"D"},{"value":"h@x.test","type":"home","display":"D"}]"#
        ),
        (
            op("add", nil, "{\"emails[type eq \\\"home\\\"].display\":\"D\"}"),
            #"[{"value":"w@x.test","type":"work","primary":true},{"value":"h@x.test","type":"home","display":"D"}]"#
        ),
    ])
    func `lists and their elements are changed`(operations: String, emails: String) throws {
        let expected = try JSON.parse(emails)
        #expect(try patch(operations).resource["emails"] ?? .null == expected)
    }

    @Test(arguments: [
        (
            op("Add", "phoneNumbers[type eq \"mobile\"].value", "\"1\""), "phoneNumbers",
            #"[{"type":"mobile","value":"1"}]"#
        ),
        (
            op("Replace", "phoneNumbers[type eq \"mobile\"].value", "\"1\""), "phoneNumbers",
            #"[{"type":"mobile","value":"1"}]"#
        ),
        (op("replace", "phoneNumbers[type eq \"mobile\"].value", "\"\""), "phoneNumbers", #"null"#),
        (
            op("Add", "addresses[type eq \"work\"].locality", "\"G\"") + ","
                + op("Add", "addresses[type eq \"work\"].country", "\"BE\""), "addresses",
            #"[{"type":"work","locality":"G","country":"BE"}]"#
        ),
        (
            op("Add", "roles[primary eq \"True\"].value", "\"a\"") + ","
                + op("Replace", "roles[primary eq \"True\"].display", "\"A\""), "roles",
            #"[{"primary":true,"value":"a","display":"A"}]"#
        ),
        (
            op("add", "ims[type eq \"xmpp\" and value eq \"v\"].display", "\"D\""), "ims",
            #"[{"type":"xmpp","value":"v","display":"D"}]"#
        ),
        (op("add", "ims.value", "\"v\""), "ims", #"[{"value":"v"}]"#),
    ])
    func `elements that are missing are made`(operations: String, key: String, value: String) throws {
        let expected = try JSON.parse(value)
        #expect(try patch(operations, options: PatchOptions(fillsEmptyPlaces: true)).resource[key] ?? .null == expected)
    }

    @Test(arguments: [
        op("replace", "emails[type eq \"none\"].value", "\"x\""),
        op("replace", "emails[value eq \"no@x\"].display", "\"x\""),
        op("replace", "emails[type ne \"work\" and type ne \"home\"].value", "\"x\""),
        op("add", "emails[type sw \"oth\"].value", "\"x\""), op("remove"), op("remove", nil, "{\"title\":1}"),
    ])
    func `a value path that finds and makes nothing is noTarget`(operations: String) {
        #expect(error(operations) == .noTarget)
    }

    @Test func `without the leniency an empty place is noTarget`() throws {
        #expect(error(op("replace", "phoneNumbers[type eq \"mobile\"].value", "\"1\"")) == .noTarget)
    }

    @Test(arguments: [
        op("replace", "phoneNumbers[type eq \"satellite\"].value", "\"1\""),
        op("replace", "roles[type eq \"x\"].value", "\"1\""), op("replace", "roles[primary eq false].value", "\"1\""),
        op("replace", "roles[primary eq true]", "{\"value\":\"1\"}"),
        op("replace", "roles[value eq \"a\"].display", "\"1\""),
        op("replace", "phoneNumbers[type eq \"mobile\" and value eq \"2\"].value", "\"1\""),
    ])
    func `with the leniency a filter that is more than an empty place is noTarget all the same`(operation: String) {
        #expect { try patch(operation, options: PatchOptions(fillsEmptyPlaces: true)) } throws: {
            ($0 as? SCIMError)?.scimType == .noTarget
        }
    }

    @Test(arguments: [
        (
            op("add", "\(enterpriseURN):department", "\"B\""),
            #"{"department":"B","manager":{"value":"m1","$ref":"../m1","displayName":"Boss"}}"#
        ),
        (
            op("add", enterpriseURN.uppercased(), "{\"costCenter\":\"9\",\"manager\":null}"),
            #"{"department":"A","costCenter":"9"}"#
        ),
        (op("replace", nil, "{\"\(enterpriseURN)\":{\"department\":\"B\",\"manager\":\"\"}}"), #"{"department":"B"}"#),
        (
            op("replace", nil, "{\"\(enterpriseURN):department\":\"B\",\"\(enterpriseURN):manager\":{\"value\":\"\"}}"),
            #"{"department":"B"}"#
        ),
        (op("Add", "\(enterpriseURN):manager", "\"m2\""), #"{"department":"A","manager":{"value":"m2"}}"#),
        (
            op("Add", "\(enterpriseURN):manager", "{\"value\":\"m2\",\"displayName\":\"x\"}"),
            #"{"department":"A","manager":{"value":"m2"}}"#
        ),
        (op("Add", "\(enterpriseURN):manager.value", "\"m2\""), #"{"department":"A","manager":{"value":"m2"}}"#),
        (
            op("Add", "manager", "[{\"$ref\":\"u/m2\",\"value\":\"m2\"}]"),
            #"{"department":"A","manager":{"value":"m2","$ref":"u/m2"}}"#
        ),
        (op("Replace", "\(enterpriseURN):manager", "\"\""), #"{"department":"A"}"#),
        (op("Replace", "\(enterpriseURN):manager", "{\"value\":\"\"}"), #"{"department":"A"}"#),
        (op("Remove", "\(enterpriseURN):manager"), #"{"department":"A"}"#),
        (op("remove", enterpriseURN), #"null"#),
        (op("replace", enterpriseURN, "null"), #"null"#),
        (op("remove", "\(enterpriseURN):manager") + "," + op("remove", "\(enterpriseURN):department"), #"null"#),
    ])
    func `extensions are reached by URN and schemas follows`(operations: String, data: String) throws {
        let resource = try patch(operations).resource
        let expected = try JSON.parse(data)
        #expect(resource[enterpriseURN] ?? .null == expected)
        let urns = [SchemaURN.user] + (data == "null" ? [] : [enterpriseURN])
        #expect(resource["schemas"] == .array(urns.map { .string($0) }))
    }

    @Test(arguments: [
        op("replace", "id", "\"x\""), op("add", "meta.created", "\"x\""), op("replace", "groups", "[]"),
        op("remove", "id"),
        op("remove", "meta"), op("remove", "userName"), op("remove", "schemas"),
        op("add", "groups[value eq \"x\"].display", "\"x\""),
        op("replace", "\(enterpriseURN):manager.displayName", "\"x\""),
    ])
    func `what cannot be changed is mutability`(operations: String) { #expect(error(operations) == .mutability) }

    @Test(arguments: [
        op("replace", "noSuch", "1"), op("replace", "name.noSuch", "1"), op("add", "emails.noSuch", "1"),
        op("add", "emails[type eq \"work\"].noSuch", "1"), op("add", "urn:example:nope:2.0:X:y", "1"),
        op("add", "\(SchemaURN.user):noSuch", "1"), op("add", "name[givenName eq \"x\"].familyName", "\"x\""),
        op("add", "title[value eq \"x\"]", "\"x\""), op("replace", "name..givenName", "1"),
        op("replace", ".title", "1"),
        op("replace", "title.", "1"), op("replace", "emails]type eq[", "1"),
        op("replace", "emails[type eq \"work\"].value.x", "1"),
        op("replace", "[type eq \"x\"]", "1"), op("replace", "title title", "1"),
        op("replace", "emails[type eq \"work\"]value", "1"),
    ])
    func `a path that leads nowhere is invalidPath`(operations: String) { #expect(error(operations) == .invalidPath) }

    @Test(arguments: [
        op("replace", "emails[type eq \"work\"", "1"), op("replace", "emails[type eq]", "1"),
        op("replace", "emails[]", "1"),
        op("replace", "emails[type zz \"work\"].value", "1"), op("replace", "emails[noSuch eq \"x\"].value", "\"x\""),
    ])
    func `a broken value filter is invalidFilter`(operations: String) { #expect(error(operations) == .invalidFilter) }

    @Test(arguments: [
        op("replace", "active", "\"maybe\""), op("replace", "active", "{}"), op("replace", "title", "{\"a\":1}"),
        op("replace", "title", "[\"a\"]"), op("replace", "name", "\"Joe\""), op("replace", "emails", "\"x\""),
        op("replace", "emails", "[{\"value\":{\"a\":1}}]"), op("replace", "name.givenName", "7"),
        op("replace", "userName", "\"\""),
        op("replace", "userName", "null"), op("replace", "userName", "\" \""), op("add", "title"),
        op("replace", "title"),
        op("add", nil, "\"x\""), op("replace", "emails[value pr].primary", "true"),
        op("add", "emails", "[{\"value\":\"a\",\"primary\":true},{\"value\":\"b\",\"primary\":true}]"),
        op("replace", enterpriseURN, "5"),
    ])
    func `a value that does not fit is invalidValue`(operations: String) { #expect(error(operations) == .invalidValue) }

    @Test(arguments: [
        op("replace", nil, "{\"active\":false,\"Active\":true}"), op("add", nil, "{\"title\":\"A\",\"TITLE\":null}"),
        op("replace", nil, "{\"active\":false,\"\(SchemaURN.user):active\":false}"),
        op("replace", nil, "{\"active\":false,\"\(SchemaURN.user)\":{\"active\":false}}"),
        op("replace", SchemaURN.user, "{\"active\":false,\"ACTIVE\":false}"),
        op("replace", nil, "{\"name\":{\"givenName\":\"A\"},\"name.givenName\":\"B\"}"),
        op("replace", "name", "{\"givenName\":\"A\",\"GIVENNAME\":\"B\"}"),
        op(
            "replace", nil,
            "{\"emails[type eq \\\"work\\\"].value\":\"a\",\"Emails[Type eq \\\"work\\\"].VALUE\":\"b\"}"),
        op("add", "emails", "[{\"value\":\"a@x\",\"VALUE\":\"b@x\"}]"),
        op("remove", "emails", "[{\"value\":\"h@x.test\",\"VALUE\":\"w@x.test\"}]"),
        op("replace", enterpriseURN, "{\"department\":\"A\",\"Department\":\"B\"}"),
        op("replace", nil, "{\"\(enterpriseURN)\":{\"department\":\"A\"},\"\(enterpriseURN):department\":\"B\"}"),
        op("replace", nil, "{\"\(enterpriseURN):manager\":\"a\",\"\(enterpriseURN):manager.value\":\"b\"}"),
        "{\"op\":\"replace\",\"OP\":\"remove\",\"path\":\"title\",\"value\":\"x\"}",
        "{\"op\":\"replace\",\"path\":\"active\",\"value\":false,\"Value\":true}",
    ])
    func `what is given twice in two spellings is invalidSyntax`(operations: String) {
        #expect(error(operations) == .invalidSyntax)
    }

    @Test(arguments: [
        op("add", "photos", "[{\"value\":\"LONG\"},{\"value\":\"https://x/1\"}]"),
        op("replace", "photos[type eq \"photo\"].value", "\"LONG\"") + ","
            + op("add", "photos", "[{\"value\":\"https://x/1\"}]"),
        op("replace", nil, "{\"photos\":[{\"value\":\"LONG\"},{\"value\":\"https://x/1\"}]}"),
    ])
    func `a photo that is too long is left out and told`(operations: String) throws {
        let options = PatchOptions(
            values: ReadOptions(acceptsSingleValues: true, maxStringBytes: 20, droppedWhenLong: ["photos"]))
        let long = operations.replacing("LONG", with: String(repeating: "x", count: 21))
        let result = try patch(long, options: options)
        #expect(result.resource["photos"] == [["value": "https://x/1"]])
        #expect(result.dropped == ["photos"])
    }

    @Test func `different elements of one list may be named in one object`() throws {
        let result = try patch(
            op(
                "replace", nil,
                "{\"emails[type eq \\\"work\\\"].value\":\"a\",\"emails[type eq \\\"home\\\"].value\":\"b\"}"))
        #expect(result.resource["emails"]?.arrayValue?.compactMap { $0["value"]?.stringValue } == ["a", "b"])
    }

    @Test func `read-only and unknown members of a path-less object are left alone`() throws {
        let result = try patch(
            op("replace", nil, "{\"id\":\"9\",\"schemas\":[],\"meta\":{},\"groups\":[],\"bogus\":1,\"title\":\"T2\"}"))
        #expect(result.resource["id"] == "1")
        #expect(result.resource["groups"] == stored["groups"])
        #expect(result.ignored == ["bogus"])
        #expect(result.changedPaths == ["title"])
    }

    @Test(
        arguments: [
            ("urn:ietf:params:scim:schemas:extension:Badge:2.0:User:colour", nil), ("otherMails", nil),
            ("name.noSuch", nil),
            ("emails.noSuch", nil), ("\(SchemaURN.user):noSuch", nil), ("\(enterpriseURN):noSuch", nil),
            ("otherMails[value eq \"anna@x\"].display", "otherMails[].display"),
            ("emails[type eq \"work\"].noSuch", "emails[].noSuch"),
        ] as [(String, String?)])
    func `an unknown attribute does not block the rest and is reported without values`(
        path: String, reported: String?
    ) throws {
        let unknown = op("Add", path, "[{\"value\":\"y\"}]")
        let result = try patch(unknown + "," + op("Replace", "active", "\"False\""))
        #expect(result.resource["active"] == false)
        #expect(result.ignored == [reported ?? path])
        #expect(error(unknown) == .invalidPath)
        let together = try patch(op("replace", nil, "{\(JSON.string(path).text):\"y\",\"active\":false}"))
        #expect(together.resource["active"] == false)
        #expect(together.ignored == [reported ?? path])
    }

    @Test func `unknown attributes are refused where that is asked for`() {
        let options = PatchOptions(values: ReadOptions(acceptsSingleValues: true, refusesUnknown: true))
        for (operation, type) in [
            (op("add", "otherMails", "1"), SCIMErrorType.invalidPath),
            (op("add", nil, "{\"otherMails\":1}"), .invalidValue),
        ] {
            #expect { try patch(operation + "," + op("remove", "title"), options: options) } throws: {
                ($0 as? SCIMError)?.scimType == type
            }
        }
    }

    @Test(arguments: [
        op("add", "title", "\"T\""), op("replace", "active", "\"true\""), op("remove", "nickName"),
        op("add", "emails", "[{\"value\":\"w@x.test\",\"type\":\"work\"}]"), op("replace", nil, "{}"),
        op("add", "title", "\"x\"") + "," + op("replace", "title", "\"T\""), op("add", "schemas", "[\"urn:x\"]"),
        op("add", "\(enterpriseURN):manager", "\"m1\""),
    ])
    func `what makes no difference is no change`(operations: String) throws {
        let result = try patch(operations)
        #expect(!result.changed)
        #expect(result.changedPaths.isEmpty)
        #expect(result.resource == stored)
    }

    @Test func `changed paths are told with their URN`() throws {
        let result = try patch(op("add", "nickName", "\"N\"") + "," + op("remove", "\(enterpriseURN):department"))
        #expect(result.changedPaths == ["nickName", "\(enterpriseURN):department"])
        #expect(result.changed)
    }

    @Test func `the password is told apart`() throws {
        let result = try patch(op("replace", "password", "\"secret\""))
        #expect(result.password == .set("secret"))
        #expect(result.changed)
        #expect(result.resource["password"] == nil)
        #expect(try patch(op("remove", "password")).password == .removed)
        #expect(try patch(op("remove", "title")).password == .unchanged)
    }

    @Test(arguments: [
        ("[]", SCIMErrorType.invalidSyntax), ("{}", .invalidValue),
        ("{\"Operations\":[{\"op\":\"remove\",\"path\":\"title\"}]}", .invalidValue),
        (
            "{\"schemas\":[\"\(SchemaURN.user)\"],\"Operations\":[{\"op\":\"remove\",\"path\":\"title\"}]}",
            .invalidValue
        ),
        ("{\"schemas\":[\"\(SchemaURN.patchOp)\"]}", .invalidSyntax),
        ("{\"schemas\":[\"\(SchemaURN.patchOp)\"],\"Operations\":[]}", .invalidSyntax),
        ("{\"schemas\":[\"\(SchemaURN.patchOp)\"],\"Operations\":{}}", .invalidSyntax),
        ("{\"schemas\":[\"\(SchemaURN.patchOp)\"],\"Operations\":[\"add\"]}", .invalidSyntax),
        (
            "{\"schemas\":[\"\(SchemaURN.patchOp)\"],\"Operations\":[{\"op\":\"increment\",\"path\":\"title\",\"value\":1}]}",
            .invalidSyntax
        ),
        ("{\"schemas\":[\"\(SchemaURN.patchOp)\"],\"Operations\":[{\"path\":\"title\",\"value\":1}]}", .invalidSyntax),
        ("{\"schemas\":[\"\(SchemaURN.patchOp)\"],\"Operations\":[{\"op\":1}]}", .invalidSyntax),
        (
            "{\"schemas\":[\"\(SchemaURN.patchOp)\"],\"Operations\":[{\"op\":\"add\",\"path\":1,\"value\":1}]}",
            .invalidPath
        ),
    ])
    func `a message that is built wrong is refused`(body: String, type: SCIMErrorType) throws {
        #expect { try PatchRequest(parsing: JSON.parse(body)) } throws: { ($0 as? SCIMError)?.scimType == type }
    }

    @Test func `the message is read in any case and its operations have a limit`() throws {
        let body = try JSON.parse(
            "{\"SCHEMAS\":[\"\(SchemaURN.patchOp.uppercased())\"],\"operations\":[{\"OP\":\"REMOVE\",\"Path\":\"title\"},{\"op\":\"remove\",\"path\":\"title\"}]}"
        )
        #expect(try PatchRequest(parsing: body).operations.count == 2)
        #expect { try PatchRequest(parsing: body, limits: PatchLimits(maxOperations: 1)) } throws: {
            ($0 as? SCIMError)?.status == 413
        }
    }
}
