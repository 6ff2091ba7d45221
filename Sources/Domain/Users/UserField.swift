extension User {
    /// A field that users can be searched by.
    package enum Field: Sendable, Hashable {
        case id, userName, externalID, employeeNumber, manager, created, lastModified
        /// Whether the user can sign in.
        case active
        /// Whether the user is active as the provider, or of a user made here the attributes, state it.
        case statedActive
        /// Any of the user's e-mail addresses.
        case email
        /// A word of the user's names, of the first part of an address or of the employee number; with an @ in it, a user
        /// name or an address. Asked for by its beginning.
        case word
        /// The connection that provisions the user; null for one made here.
        case source
        /// Any of the user's roles, whyever the user has it.
        case role
        /// The ids of the groups that the user is in.
        case group
        /// The people who look after the user: the manager, and the supervisors of the user's groups.
        case supervisor
        case attribute(DocumentPath)
    }
}
