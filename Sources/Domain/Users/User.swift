package import StrictJSON

/// A person of a tenant.
///
/// Life: active → disabled by the provider, suspended by an administrator or both (everything is kept) → active again;
/// or deleted (hidden, the name free again, the history kept).
package struct User: Sendable, Hashable {
    package var id: UserID
    package var version: Int64
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var profile: Profile
    /// The manager as it turned out, once that user exists.
    package var manager: ManagerReference?
    /// The groups the user is in.
    package var groups: [GroupReference]
    /// The connection that provisions the user; nil for one made here.
    package var source: PluginID?
    /// Whether the user can sign in: so stated, and not suspended.
    package var isActive: Bool
    /// An administrator's suspension, which only administrators lift; nil while there is none.
    package var suspension: Suspension?

    package init(
        id: UserID, version: Int64, createdAt: Timestamp, updatedAt: Timestamp, profile: Profile,
        manager: ManagerReference?, groups: [GroupReference], source: PluginID?, isActive: Bool,
        suspension: Suspension? = nil
    ) {
        self.id = id
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.profile = profile
        self.manager = manager
        self.groups = groups
        self.source = source
        self.isActive = isActive
        self.suspension = suspension
    }

    /// A user's attributes as JSON text, read only when somebody has to look inside.
    package enum Profile: Sendable, Hashable {
        case stored([UInt8])
        case parsed(JSONObject)

        package var utf8: [UInt8] {
            switch self {
            case .stored(let bytes): bytes
            case .parsed(let object): JSON.object(object).utf8
            }
        }

        package func attributes() throws(DomainError) -> JSONObject {
            switch self {
            case .parsed(let object): return object
            case .stored(let bytes):
                guard let json = try? JSON.parse(bytes, limits: .stored), case .object(let object) = json else {
                    throw .unexpected("stored attributes are not a JSON object")
                }
                return object
            }
        }
    }
}

extension JSONLimits {
    /// Documents that were stored have passed stricter limits before; a page of them may be long.
    package static var stored: JSONLimits {
        var limits = JSONLimits.standard
        limits.maxBytes = 64 << 20
        limits.maxElements = 2_000_000
        return limits
    }
}

/// A reference to a user's manager.
package struct ManagerReference: Sendable, Hashable {
    package var id: UserID
    package var displayName: String?

    package init(id: UserID, displayName: String?) {
        self.id = id
        self.displayName = displayName
    }
}

/// A group that a user is in.
package struct GroupReference: Sendable, Hashable {
    package var id: GroupID
    package var displayName: String
    /// Whether the user is in it, or in a group that is.
    package var isDirect: Bool

    package init(id: GroupID, displayName: String, isDirect: Bool) {
        self.id = id
        self.displayName = displayName
        self.isDirect = isDirect
    }
}

/// The attributes of a user as an identity provider or an administrator states them, and those of them that the product
/// itself uses.
package struct UserAttributes: Sendable, Hashable {
    package var userName: UserName
    package var externalID: String?
    /// The state that the provider, or the attributes of a user made here, state. A suspension takes precedence.
    package var isActive: Bool
    package var emails: [String]
    package var employeeNumber: String?
    /// The manager as sent: an id of ours, or the externalId or userName of somebody who may come later.
    package var manager: String?
    /// All attributes in the form of RFC 7643 §4, the ones above included.
    package var document: JSONObject

    package init(
        userName: UserName, externalID: String?, isActive: Bool, emails: [String], employeeNumber: String?,
        manager: String?, document: JSONObject
    ) {
        self.userName = userName
        self.externalID = externalID
        self.isActive = isActive
        self.emails = emails
        self.employeeNumber = employeeNumber
        self.manager = manager
        self.document = document
    }

    /// The schema of the enterprise extension (RFC 7643 §4.3).
    package static let enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

    /// The place of the manager in the document (RFC 7643 §4.3).
    package static let managerKeys = [enterpriseURN, "manager"]
    package static let managerPath = managerKeys.joined(separator: ":")

    /// The values of `roles`, which connections may map to roles of the product.
    package var roles: [String] {
        document["roles"]?.arrayValue?.compactMap { $0["value"]?.stringValue } ?? []
    }
}
