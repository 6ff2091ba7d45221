import SCIM
import StrictJSON
import Testing

/// A small generator with a seed (xorshift), so that a failure can be had again.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

private let urns = [nil, SchemaURN.user, SchemaURN.enterpriseUser, "urn:example:ext:1.0"]

private func path(_ random: inout Seeded) -> AttributePath {
    let names = ["userName", "emails", "a", "x-1_b", "$ref", "NAME", "not", "and", "pr"]
    return AttributePath(
        schema: urns.randomElement(using: &random)!, attribute: names.randomElement(using: &random)!,
        subAttribute: Bool.random(using: &random) ? names.randomElement(using: &random)! : nil)
}

private func filter(_ random: inout Seeded, depth: Int, inValuePath: Bool = false) -> Filter {
    func many(_ random: inout Seeded) -> [Filter] {
        (0..<Int.random(in: 2...3, using: &random)).map { _ in
            filter(&random, depth: depth + 1, inValuePath: inValuePath)
        }
    }
    switch Int.random(in: 0..<(depth < 3 ? 7 : 2), using: &random) {
    case 0: return .present(path(&random))
    case 1:
        let values: [CompareValue] = [
            .null, .boolean(true), .integer(Int64(bitPattern: random.next())),
            .decimal(Double.random(in: -1e9...1e9, using: &random)),
            .string("a\"\\\n é😀] )("), .string(""),
        ]
        return .comparison(
            path(&random), CompareOperator.allCases.randomElement(using: &random)!,
            values.randomElement(using: &random)!)
    case 2: return .and(many(&random))
    case 3: return .or(many(&random))
    case 4: return .not(filter(&random, depth: depth + 1, inValuePath: inValuePath))
    default:
        if inValuePath { return .present(path(&random)) }
        return .valuePath(path(&random), filter(&random, depth: depth + 1, inValuePath: true))
    }
}

@Suite struct PropertyTests {
    @Test(arguments: 1...500 as ClosedRange<UInt64>)
    func `a printed filter reads the same`(seed: UInt64) throws {
        var random = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15)
        let filter = filter(&random, depth: 0)
        let limits = FilterLimits(maxBytes: 1 << 20, maxDepth: 64, maxTerms: 1_000)
        #expect(try Filter(parsing: filter.description, limits: limits) == filter, "\(filter)")
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `a printed path reads the same`(seed: UInt64) throws {
        var random = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15)
        let path = path(&random)
        #expect(try AttributePath(parsing: path.description) == path)
        let patch = PatchPath(
            attribute: path.parent, valueFilter: filter(&random, depth: 2, inValuePath: true), subAttribute: "value")
        #expect(try PatchPath(parsing: patch.description) == patch)
    }

    @Test(arguments: PatchOp.allCases)
    func `every path with every value gives a valid resource or an error`(op: PatchOp) throws {
        let schema = ResourceSchema.user
        let attributes = schema.attributes + schema.attributes(ofExtension: SchemaURN.enterpriseUser)
        let values: [JSON] = [
            .null, "", "x", "True", 1, 1.5, true, [], [:], ["x"], [["value": "x"]], ["value": "x"], ["value": .null],
            [["primary": true, "type": "work"]],
            ["givenName": "G"], [.null], [["value": "a", "primary": true], ["value": "b", "primary": true]],
            ["country": "BE"], ["department": "D"],
        ]
        let resources: [JSONObject] = [
            ["schemas": [.string(SchemaURN.user)], "id": "1", "userName": "u"],
            [
                "schemas": [.string(SchemaURN.user), .string(SchemaURN.enterpriseUser)], "id": "1", "userName": "u",
                "name": ["givenName": "A"],
                "emails": [["value": "w", "type": "work", "primary": true], ["value": "h", "type": "home"]],
                "ims": [["value": "i"]],
                "addresses": [["type": "work", "country": "BE"]], "active": true, "title": "T",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": [
                    "manager": ["value": "m"], "department": "D",
                ],
            ],
        ]
        var paths: [PatchPath?] = [nil, PatchPath(attribute: try AttributePath(parsing: SchemaURN.enterpriseUser))]
        for attribute in attributes {
            paths.append(PatchPath(attribute: attribute.path))
            for part in attribute.subAttributes {
                paths.append(PatchPath(attribute: part.path))
                for text in ["type eq \"work\"", "value eq \"h\"", "primary eq true", "value pr"] {
                    paths.append(
                        PatchPath(
                            attribute: attribute.path, valueFilter: try Filter(parsing: text), subAttribute: part.name))
                    paths.append(PatchPath(attribute: attribute.path, valueFilter: try Filter(parsing: text)))
                }
            }
        }
        for path in paths {
            for value in values {
                for resource in resources {
                    let patch = PatchRequest(operations: [PatchOperation(op, path: path, value: value)])
                    let result: PatchResult
                    do throws(SCIMError) {
                        result = try patch.apply(to: resource, schema: schema)
                    } catch {
                        #expect(error.status == 400 && error.scimType != nil)
                        continue
                    }
                    let read = try ResourceReader.read(.object(result.resource), as: schema)
                    #expect(read.ignored.isEmpty)
                    #expect(!JSON.object(result.resource).holdsNull)
                    var readable = result.resource
                    for key in ["id", "meta", "groups"] { readable.removeValue(forKey: key) }
                    #expect(
                        read.attributes == readable,
                        "\(op) \(path?.description ?? "") \(value.text): \(JSON.object(result.resource).text)")
                    // Doing it again changes nothing more, unless values are added that have no identity.
                    if op == .replace, path?.valueFilter == nil {
                        #expect(try patch.apply(to: result.resource, schema: schema).resource == result.resource)
                    }
                }
            }
        }
    }
}

extension JSON {
    /// Whether there is a null in it, at any depth.
    fileprivate var holdsNull: Bool {
        switch self {
        case .null: true
        case .bool, .integer, .decimal, .string: false
        case .array(let elements): elements.contains(where: \.holdsNull)
        case .object(let object): object.contains { $0.value.holdsNull }
        }
    }
}
