import Domain
import SCIM
import StrictJSON

/// A group in the protocol's form.
struct GroupResource {
    let group: Group
    let baseURL: String

    var location: String { Self.location(of: group.id.description, baseURL) }

    static func location(of id: String, _ baseURL: String) -> String { "\(baseURL)/Groups/\(id)" }

    var tag: EntityTag { EntityTag(version: group.version) }

    /// The representation's bytes (RFC 7643 §4.2).
    func utf8(_ projection: Projection, schema: ResourceSchema) throws(DomainError) -> [UInt8] {
        if projection.isDefault { return spliced() }
        var object = JSONObject()
        object["id"] = .string(group.id.description)
        object["meta"] = .object(meta)
        for (key, value) in try group.profile.attributes() { object[key] = value }
        if let members = group.members { object["members"] = .array(members.map(member)) }
        return JSON.object(projection.apply(to: object, schema: schema)).utf8
    }

    /// Inserts the stored document as it is, without a tree of JSON values for a hundred thousand members.
    private func spliced() -> [UInt8] {
        let stored = group.profile.utf8
        var bytes: [UInt8] = []
        bytes.reserveCapacity(stored.count + 400 + (group.members?.count ?? 0) * (baseURL.utf8.count + 180))
        bytes.append(contentsOf: "{\"id\":\"".utf8)
        bytes.append(contentsOf: group.id.description.utf8)
        bytes.append(contentsOf: "\",\"meta\":".utf8)
        JSON.object(meta).write(into: &bytes)
        if let members = group.members { write(members, into: &bytes) }
        bytes.append(stored.count > 2 ? UInt8(ascii: ",") : UInt8(ascii: " "))
        bytes.append(contentsOf: stored.dropFirst())
        return bytes
    }

    private func write(_ members: [GroupMember], into bytes: inout [UInt8]) {
        var address: [UInt8] = []
        JSON.write(baseURL, into: &address)
        address.removeLast()
        bytes.append(contentsOf: ",\"members\":[".utf8)
        for (index, member) in members.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let id = member.idText.utf8
            bytes.append(contentsOf: "{\"value\":\"".utf8)
            bytes.append(contentsOf: id)
            bytes.append(contentsOf: "\",\"$ref\":".utf8)
            bytes.append(contentsOf: address)
            bytes.append(contentsOf: (member.kind == .user ? "/Users/" : "/Groups/").utf8)
            bytes.append(contentsOf: id)
            bytes.append(contentsOf: "\",\"type\":\"".utf8)
            bytes.append(contentsOf: member.kind.rawValue.utf8)
            bytes.append(UInt8(ascii: "\""))
            if let display = member.display {
                bytes.append(contentsOf: ",\"display\":".utf8)
                JSON.write(display, into: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private func member(_ member: GroupMember) -> JSON {
        let endpoint = member.kind == .user ? "Users" : "Groups"
        var object = JSONObject([
            ("value", .string(member.idText)), ("$ref", .string("\(baseURL)/\(endpoint)/\(member.idText)")),
            ("type", .string(member.kind.rawValue)),
        ])
        if let display = member.display { object["display"] = .string(display) }
        return .object(object)
    }

    private var meta: JSONObject {
        JSONObject([
            ("resourceType", .string("Group")),
            ("created", .string(SCIMDateTime(microseconds: group.createdAt.microseconds).description)),
            ("lastModified", .string(SCIMDateTime(microseconds: group.updatedAt.microseconds).description)),
            ("location", .string(location)),
            ("version", .string(tag.description)),
        ])
    }
}
