package import StrictJSON

/// A named set of users and groups.
package struct Group: Sendable, Hashable {
    package var id: GroupID
    package var version: Int64
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var displayName: String
    package var profile: User.Profile
    /// Nil when nobody asked for them: a group can have a hundred thousand.
    package var members: [GroupMember]?

    package init(
        id: GroupID, version: Int64, createdAt: Timestamp, updatedAt: Timestamp, displayName: String,
        profile: User.Profile, members: [GroupMember]?
    ) {
        self.id = id
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.displayName = displayName
        self.profile = profile
        self.members = members
    }

    /// A field that groups can be searched by.
    package enum Field: Sendable, Hashable {
        case id, displayName, externalID, member, created, lastModified
        case attribute(DocumentPath)
    }
}

/// A user or group in a group.
package struct GroupMember: Sendable, Hashable {
    package enum Kind: String, Sendable {
        case user = "User"
        case group = "Group"
    }

    package var id: UInt128
    package var kind: Kind
    package var display: String?

    package init(id: UInt128, kind: Kind, display: String?) {
        self.id = id
        self.kind = kind
        self.display = display
    }

    /// The member's identifier as text.
    package var idText: String { UserID(rawValue: id).description }
}

/// The attributes of a group as an identity provider or an administrator states them, without its members.
package struct GroupAttributes: Sendable, Hashable {
    package var displayName: String
    package var externalID: String?
    package var document: JSONObject

    package init(displayName: String, externalID: String?, document: JSONObject) {
        self.displayName = displayName
        self.externalID = externalID
        self.document = document
    }

    package var displayNameKey: FoldedKey { FoldedKey(name: displayName) }
}

/// Members as a client calls them: by id, or by an externalId or userName.
///
/// An id in the product's own form that names no member of the tenant is refused, since ids are never assigned by
/// clients. Other names may belong to people and groups who are created later.
package struct MemberNames: Sendable, Hashable {
    package var ids: [UInt128]
    package var others: [String]
    /// Whether the other names must be known already.
    package var mustBeKnown: Bool

    package init(ids: [UInt128] = [], others: [String] = [], mustBeKnown: Bool = false) {
        self.ids = ids
        self.others = others
        self.mustBeKnown = mustBeKnown
    }

    package init(_ values: [String], mustBeKnown: Bool = false) {
        self.init(mustBeKnown: mustBeKnown)
        for value in values where !value.isEmpty {
            if let id = UserID(value), id.hasFormOfOurs { ids.append(id.rawValue) } else { others.append(value) }
        }
    }

    package var isEmpty: Bool { ids.isEmpty && others.isEmpty }
    /// So many that adding them takes long.
    package var areMany: Bool { ids.count + others.count > 2000 }

    /// All of them as text.
    package var texts: [String] { ids.map { UserID(rawValue: $0).description } + others }
}

/// One step of changing who is in a group. Who does not exist yet is kept in mind until they do.
package enum MembershipChange: Sendable, Hashable {
    case add(MemberNames)
    case remove(MemberNames)
    case replace(MemberNames)
    /// The second ones in place of the first, at least one of whom has to be in the group.
    case exchange(MemberNames, for: MemberNames)

    /// Everybody whom the step names.
    package var names: MemberNames {
        switch self {
        case .add(let names), .remove(let names), .replace(let names): names
        case .exchange(let old, let new): MemberNames(ids: old.ids + new.ids, others: old.others + new.others)
        }
    }

    /// The members that the step adds to the group.
    package var added: MemberNames {
        switch self {
        case .add(let names), .replace(let names), .exchange(_, let names): names
        case .remove: MemberNames()
        }
    }

    package var isReplacement: Bool { if case .replace = self { true } else { false } }
}
