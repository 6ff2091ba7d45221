import Domain
import SCIM
import StrictJSON

/// A group in the protocol's form.
struct GroupResource {
    let group: Group
    let baseURL: String

    var location: String { "\(baseURL)/Groups/\(group.id)" }
    var tag: EntityTag { EntityTag(version: group.version) }

    /// The representation's bytes (RFC 7643 §4.2).
    func utf8(_ projection: Projection, schema: ResourceSchema) throws(DomainError) -> [UInt8] {
        var object = JSONObject()
        object["id"] = .string(group.id.description)
        object["meta"] = .object(meta)
        for (key, value) in try group.profile.attributes() { object[key] = value }
        if let members = group.members {
            object["members"] = .array(members.map { member($0, withDisplay: !projection.isDefault) })
        }
        if projection.isDefault { return JSON.object(object).utf8 }
        return JSON.object(projection.apply(to: object, schema: schema)).utf8
    }

    /// `display` is returned on request only, so the default representation does without it.
    private func member(_ member: GroupMember, withDisplay: Bool) -> JSON {
        let endpoint = member.kind == .user ? "Users" : "Groups"
        var object = JSONObject([
            ("value", .string(member.idText)), ("$ref", .string("\(baseURL)/\(endpoint)/\(member.idText)")),
            ("type", .string(member.kind.rawValue)),
        ])
        if withDisplay, let display = member.display { object["display"] = .string(display) }
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
