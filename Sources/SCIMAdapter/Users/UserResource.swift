import Domain
import SCIM
import StrictJSON

/// A user in the protocol's form.
struct UserResource {
    let user: User
    let baseURL: String

    var location: String { "\(baseURL)/Users/\(user.id)" }
    var tag: EntityTag {
        let groups = user.groups.flatMap { [$0.id.description, $0.displayName, $0.isDirect ? "direct" : "indirect"] }
        return EntityTag(version: user.version, showing: groups + [user.manager?.displayName].compactMap(\.self))
    }

    /// The representation's bytes (RFC 7643 §4.1).
    func utf8(_ projection: Projection, schema: ResourceSchema) throws(DomainError) -> [UInt8] {
        // The stored document is sent as it is, unless something has to be inserted or left out.
        if projection.isDefault, user.manager == nil { return spliced() }
        return JSON.object(projection.apply(to: try assembled(), schema: schema)).utf8
    }

    private func spliced() -> [UInt8] {
        let stored = user.profile.utf8
        var bytes: [UInt8] = []
        bytes.reserveCapacity(stored.count + 400)
        bytes.append(contentsOf: "{\"id\":\"".utf8)
        bytes.append(contentsOf: user.id.description.utf8)
        bytes.append(contentsOf: "\",\"meta\":".utf8)
        JSON.object(meta).write(into: &bytes)
        if !user.groups.isEmpty {
            bytes.append(contentsOf: ",\"groups\":".utf8)
            groups.write(into: &bytes)
        }
        bytes.append(stored.count > 2 ? UInt8(ascii: ",") : UInt8(ascii: " "))
        bytes.append(contentsOf: stored.dropFirst())
        return bytes
    }

    private func assembled() throws(DomainError) -> JSONObject {
        var object = JSONObject()
        object["id"] = .string(user.id.description)
        object["meta"] = .object(meta)
        for (key, value) in try user.profile.attributes() { object[key] = value }
        if !user.groups.isEmpty { object["groups"] = groups }
        if let manager = user.manager, var enterprise = object[SchemaURN.enterpriseUser]?.objectValue {
            enterprise["manager"] = .object(reference(to: manager))
            object[SchemaURN.enterpriseUser] = .object(enterprise)
        }
        return object
    }

    private var meta: JSONObject {
        JSONObject([
            ("resourceType", .string("User")),
            ("created", .string(SCIMDateTime(microseconds: user.createdAt.microseconds).description)),
            ("lastModified", .string(SCIMDateTime(microseconds: user.updatedAt.microseconds).description)),
            ("location", .string(location)),
            ("version", .string(tag.description)),
        ])
    }

    private var groups: JSON {
        .array(
            user.groups.map { group in
                .object(
                    JSONObject([
                        ("value", .string(group.id.description)),
                        ("$ref", .string("\(baseURL)/Groups/\(group.id)")),
                        ("display", .string(group.displayName)),
                        ("type", .string(group.isDirect ? "direct" : "indirect")),
                    ]))
            })
    }

    private func reference(to manager: ManagerReference) -> JSONObject {
        var object = JSONObject([
            ("value", .string(manager.id.description)), ("$ref", .string("\(baseURL)/Users/\(manager.id)")),
        ])
        if let name = manager.displayName { object["displayName"] = .string(name) }
        return object
    }
}
