import Domain
import HTTPTypes
import LecternTesting
import SCIM
import StrictJSON
import Testing

@testable import SCIMAdapter

/// A filter means the same in SQL, where lists are searched, and in memory, where patches are applied.
///
/// Users and filters are drawn from few values, so that a filter meets some users and misses others.
struct FilterAgreementTests {
    private static let custom = [
        CustomAttribute(name: "floor", kind: .integer)!, CustomAttribute(name: "share", kind: .decimal)!,
        CustomAttribute(name: "remote", kind: .boolean)!, CustomAttribute(name: "since", kind: .dateTime)!,
        CustomAttribute(name: "badges", kind: .string, isMultiValued: true)!,
        CustomAttribute(name: "code", kind: .string, isCaseExact: true)!,
    ]

    /// A generator with a seed, so that a failure can be had again.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    // MARK: Users

    private static func document(_ number: Int, _ random: inout Seeded) -> JSONObject {
        func maybe(_ values: JSON..., random: inout Seeded) -> JSON? {
            Int.random(in: 0..<3, using: &random) == 0 ? nil : values.randomElement(using: &random)
        }
        func list(_ values: [String], random: inout Seeded) -> JSON {
            .array(
                values.shuffled(using: &random).prefix(Int.random(in: 0...2, using: &random)).map { value in
                    var element: JSONObject = ["value": .string(value)]
                    element["type"] = maybe("work", "home", random: &random)
                    element["display"] = maybe("Ann", "ann B", random: &random)
                    return .object(element)
                })
        }
        var user: JSONObject = ["schemas": [.string(SCIMClient.user)], "userName": .string("u\(number)@x.example")]
        user["title"] = maybe("Boss", "boss", "Baker", "", random: &random)
        user["nickName"] = maybe("a", "B", "ab", random: &random)
        user["externalId"] = maybe(.string("E\(number)"), .string("e\(number)"), random: &random)
        user["active"] = maybe(true, false, random: &random)
        var name = JSONObject()
        name["givenName"] = maybe("Ann", "Bob", random: &random)
        name["familyName"] = maybe("Ann", "Bee", random: &random)
        user["name"] = .object(name)
        user["emails"] = list(["a@x.example", "A@y.example", "b@x.example"], random: &random)
        user["phoneNumbers"] = list(["1", "12", "2"], random: &random)
        var enterprise = JSONObject()
        enterprise["employeeNumber"] = maybe("7", "E7", "e7", random: &random)
        enterprise["department"] = maybe("Sales", "sales", "HR", random: &random)
        user[SCIMClient.enterprise] = .object(enterprise)
        var own = JSONObject()
        own["floor"] = maybe(-1, 2, 10, random: &random)
        own["share"] = maybe(.decimal(0.5), .decimal(2), .decimal(10.25), random: &random)
        own["remote"] = maybe(true, false, random: &random)
        own["since"] = maybe(
            "2026-01-01T00:00:00Z", "2025-12-31T23:00:00-01:00", "2024-02-29T12:00:00Z", random: &random)
        own["badges"] = maybe(["a"], ["a", "B"], ["b", "ab"], random: &random)
        own["code"] = maybe("C1", "c1", random: &random)
        user[SchemaURN.customUser] = .object(own)
        return user
    }

    // MARK: Filters

    private static let texts = [
        "title", "nickName", "displayName", "externalId", "userName", "name.givenName", "name.familyName", "emails",
        "emails.value", "emails.type", "phoneNumbers.value", "phoneNumbers.type", "phoneNumbers.display",
        "\(SCIMClient.enterprise):employeeNumber", "\(SCIMClient.enterprise):department", "id", "groups.value",
        "\(SchemaURN.customUser):badges", "\(SchemaURN.customUser):code",
    ]
    private static let words = [
        "Boss", "boss", "Ba", "a", "B", "Ann", "work", "home", "a@x.example", "X.EXAMPLE", "1", "12", "e7", "7",
        "sales", "C1", "E3", "u1", "", "01990000-0000-7000-8000-000000000000",
    ]

    private static func quoted(_ random: inout Seeded) -> String { "\"\(words.randomElement(using: &random)!)\"" }

    private static func text(_ attribute: String, _ random: inout Seeded) -> String {
        let op = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "ne", "pr"].randomElement(using: &random)!
        return op == "pr" ? "\(attribute) pr" : "\(attribute) \(op) \(quoted(&random))"
    }

    private static func ordered(_ attribute: String, _ values: [String], _ random: inout Seeded) -> String {
        let op = ["eq", "ne", "gt", "ge", "lt", "le", "pr"].randomElement(using: &random)!
        return op == "pr" ? "\(attribute) pr" : "\(attribute) \(op) \(values.randomElement(using: &random)!)"
    }

    private static func filter(_ groups: [String], depth: Int, _ random: inout Seeded) -> String {
        func inner(_ random: inout Seeded) -> String { filter(groups, depth: depth + 1, &random) }
        switch Int.random(in: 0..<(depth < 3 ? 12 : 8), using: &random) {
        case 0: return ordered("\(SchemaURN.customUser):floor", ["-1", "2", "3", "10"], &random)
        case 1: return ordered("\(SchemaURN.customUser):share", ["0.5", "2", "10.25", "1e1"], &random)
        case 2:
            let attribute = ["active", "\(SchemaURN.customUser):remote", "emails.primary"].randomElement(
                using: &random)!
            return "\(attribute) \(["eq", "ne"].randomElement(using: &random)!) \(Bool.random(using: &random))"
        case 3:
            let times = ["\"2026-01-01T00:00:00Z\"", "\"2025-01-01T00:00:00+01:00\"", "\"2024-02-29T12:00:00Z\""]
            return ordered("\(SchemaURN.customUser):since", times, &random)
        case 4:
            let path = ["emails", "phoneNumbers", "name", "groups"].randomElement(using: &random)!
            return "\(path)[\(element(of: path, depth: 0, &random))]"
        case 5:
            let id = (groups + [words.last!]).randomElement(using: &random)!
            return "groups.value \(["eq", "ne"].randomElement(using: &random)!) \"\(id)\""
        case 6, 7: return text(texts.randomElement(using: &random)!, &random)
        case 8: return "not (\(inner(&random)))"
        case 9: return "(\(inner(&random))) or (\(inner(&random)))"
        default: return "(\(inner(&random))) and (\(inner(&random)))"
        }
    }

    private static func element(of path: String, depth: Int, _ random: inout Seeded) -> String {
        func inner(_ random: inout Seeded) -> String { element(of: path, depth: depth + 1, &random) }
        switch Int.random(in: 0..<(depth < 2 ? 5 : 2), using: &random) {
        case 2: return "not (\(inner(&random)))"
        case 3: return "(\(inner(&random))) or (\(inner(&random)))"
        case 4: return "(\(inner(&random))) and (\(inner(&random)))"
        default:
            let parts = path == "name" ? ["givenName", "familyName"] : ["value", "type", "display"]
            return text(parts.randomElement(using: &random)!, &random)
        }
    }

    // MARK: The comparison

    /// The users of a tenant as they are shown, and the ids of the groups that some of them are in.
    private func populate(_ scim: SCIMClient, _ random: inout Seeded) async throws -> (users: [JSONObject], [String]) {
        var ids: [String] = []
        for number in 0..<24 {
            let answer = await scim.send(.post, "/Users", .object(Self.document(number, &random)))
            try #require(answer.status == 201, "\(answer.json)")
            ids.append(answer.id)
        }
        var groups: [String] = []
        for name in ["Ann", "Work"] {
            let members = ids.shuffled(using: &random).prefix(6).map { JSON.object(["value": .string($0)]) }
            let group: JSON = [
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": .string(name),
                "members": .array(members + groups.map { ["value": .string($0)] }),
            ]
            groups.append(await scim.send(.post, "/Groups", group).id)
        }
        let users = await scim.send(.get, "/Users?count=100").json["Resources"]?.arrayValue ?? []
        return (users.compactMap(\.objectValue), groups)
    }

    @Test(arguments: 1...16 as ClosedRange<UInt64>)
    func `random filters find the same users in SQL as in memory`(seed: UInt64) async throws {
        var random = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15)
        let scim = try await SCIMClient(customAttributes: Self.custom)
        let (users, groups) = try await populate(scim, &random)
        try #require(users.count == 24)
        let schema = TenantSchemas().user(with: Self.custom)
        var telling = 0
        for _ in 0..<150 {
            let text = Self.filter(groups, depth: 0, &random)
            let filter = try Filter(
                parsing: text, limits: FilterLimits(maxBytes: 1 << 16, maxDepth: 64, maxTerms: 1000)
            )
            .resolved(against: schema)
            let expected = users.filter(filter.matches).compactMap { $0["userName"]?.stringValue }
            let answer = await scim.search(text)
            let found = answer.json["Resources"]?.arrayValue?.compactMap { $0["userName"]?.stringValue } ?? []
            #expect(answer.status == 200 && Set(found) == Set(expected), "\(text): \(answer.status)")
            if !expected.isEmpty, expected.count < users.count { telling += 1 }
        }
        // Filters that meet all or nobody would agree about little.
        #expect(telling > 40)
    }

    @Test(arguments: [
        ("emails.value ne \"a@x.example\"", ["several", "none", "other"]),
        ("not (emails.value eq \"a@x.example\")", ["none", "other"]),
        ("phoneNumbers.value ne \"1\"", ["several", "none", "other"]),
        ("phoneNumbers.type ne \"work\"", ["none", "other"]),
        ("title ne \"Boss\"", ["several", "none"]), ("not (title eq \"Boss\")", ["several", "none"]),
        ("not (title co \"o\")", ["several", "none"]), ("not (title pr)", ["several", "none"]),
        ("name[givenName eq \"Ann\"]", ["several"]),
    ])
    func `absent and several values count as documented`(filter: String, expected: [String]) async throws {
        let scim = try await SCIMClient()
        _ = await scim.createUser(
            "several",
            [
                "emails": [["value": "a@x.example"], ["value": "b@x.example"]], "name": ["givenName": "Ann"],
                "phoneNumbers": [["value": "1", "type": "work"], ["value": "2"]],
            ])
        _ = await scim.createUser(
            "one",
            [
                "emails": [["value": "A@X.example"]], "phoneNumbers": [["value": "1", "type": "work"]],
                "title": "boss",
            ])
        _ = await scim.createUser("none")
        _ = await scim.createUser(
            "other",
            [
                "emails": [["value": "b@x.example"]], "phoneNumbers": [["value": "2", "type": "home"]],
                "title": "Boss", "name": ["familyName": "Ann"],
            ])
        let found = await scim.search(filter).json["Resources"]?.arrayValue?.compactMap { $0["userName"]?.stringValue }
        #expect(found == expected)
    }
}

extension SCIMClient {
    /// `POST /Users/.search` with a filter.
    fileprivate func search(_ filter: String) async -> Answer {
        await send(
            .post, "/Users/.search",
            [
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": .string(filter),
                "count": 100, "attributes": ["userName"],
            ])
    }
}
