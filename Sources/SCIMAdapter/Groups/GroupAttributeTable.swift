import Domain
import SCIM
import StrictJSON

/// Which field of the product an attribute of a group is.
enum GroupAttributeTable {
    static let translation = FilterTranslation<Group.Field> { attribute in
        switch attribute.path.description.lowercased() {
        case "id": .field(.id)
        case "displayname": .field(.displayName)
        case "externalid": .field(.externalID)
        case "meta.created": .field(.created)
        case "meta.lastmodified": .field(.lastModified)
        case "meta.resourcetype": .constant("Group")
        case "members", "members.value": .field(.member)
        case "meta", "meta.location", "meta.version", "members.display", "members.type", "members.$ref":
            .unsearchable
        default: .field(.attribute(DocumentPath(attribute)))
        }
    }

    /// A group's attributes, its members apart.
    static func attributes(_ document: JSONObject) throws(SCIMError) -> GroupAttributes {
        var document = document
        document.removeValue(forKey: "members")
        guard let displayName = try document["displayName"]?.stringValue?.checkIndexed("displayName"),
            displayName.contains(where: { !$0.isWhitespace })
        else { throw .invalidValue("displayName must not be empty.") }
        return GroupAttributes(
            displayName: displayName, externalID: try document["externalId"]?.stringValue?.checkIndexed("externalId"),
            document: document)
    }

    /// The ids among the values of `members`; what cannot be an id of ours stands for nobody here.
    static func members(_ document: JSONObject) -> [UInt128] {
        ids(document["members"]?.arrayValue?.compactMap { $0["value"]?.stringValue } ?? [])
    }

    static func steps(_ operations: [MembershipOperation]) -> [MembershipChange] {
        operations.map { operation in
            switch operation {
            case .add(let members): .add(ids(members.map(\.value)))
            case .remove(let values): .remove(ids(values))
            case .removeAll: .replace([])
            case .replace(let members): .replace(ids(members.map(\.value)))
            }
        }
    }

    private static func ids(_ values: [String]) -> [UInt128] { values.compactMap { UserID($0)?.rawValue } }
}
