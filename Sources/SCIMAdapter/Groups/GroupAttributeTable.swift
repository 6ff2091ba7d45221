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
    ///
    /// - Parameter before: the group's attributes before the change; nil for a new group.
    static func attributes(
        _ document: JSONObject, before: JSONObject? = nil
    ) throws(SCIMError) -> GroupAttributes {
        var document = document
        document.removeValue(forKey: "members")
        let displayName = try displayName(document, before: before)
        document["displayName"] = .string(displayName)
        return GroupAttributes(
            displayName: displayName, externalID: try document["externalId"]?.stringValue?.checkIndexed("externalId"),
            document: document)
    }

    private static func displayName(_ document: JSONObject, before: JSONObject?) throws(SCIMError) -> String {
        let stated = try document["displayName"]?.stringValue?.checkIndexed("displayName") ?? ""
        do {
            return try GroupAttributes.displayName(stated: stated, before: before?["displayName"]?.stringValue)
        } catch { throw SCIMError(error) }
    }

    /// The values of `members`.
    static func members(_ document: JSONObject) throws(SCIMError) -> MemberNames {
        try names(document["members"]?.arrayValue?.compactMap { $0["value"]?.stringValue } ?? [])
    }

    static func steps(_ operations: [MembershipOperation]) throws(SCIMError) -> [MembershipChange] {
        var steps: [MembershipChange] = []
        for operation in operations {
            switch operation {
            case .add(let members): steps.append(.add(try names(members)))
            case .remove(let members): steps.append(.remove(try names(members)))
            case .exchange(let old, let new): steps.append(.exchange(try names(old), for: try names(new)))
            case .removeAll: steps.append(.replace(MemberNames()))
            case .replace(let members): steps.append(.replace(try names(members)))
            }
        }
        return steps
    }

    private static func names(_ members: [MemberReference]) throws(SCIMError) -> MemberNames {
        try names(members.map(\.value), mustBeKnown: members.contains(where: \.isPlain))
    }

    private static func names(_ values: [String], mustBeKnown: Bool = false) throws(SCIMError) -> MemberNames {
        for value in values {
            _ = try value.checkIndexed("members.value")
            if BulkReference.bulkId(in: value) != nil {
                throw .invalidValue("No operation of this request makes the resource that \(value) refers to.")
            }
        }
        return MemberNames(values, mustBeKnown: mustBeKnown)
    }
}
