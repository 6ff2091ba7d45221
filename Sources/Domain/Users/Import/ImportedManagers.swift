/// The managers that the rows of a trial state, so that it finds the circles that several rows close together, as the
/// import would.
package actor ImportedManagers {
    /// A user who can be named as a manager.
    package struct Person: Sendable {
        let id: UserID
        let userName: String
        /// As `UserAttributes.manager`.
        let manager: String?

        package init(id: UserID, userName: String, manager: String?) {
            self.id = id
            self.userName = userName
            self.manager = manager
        }
    }

    /// The people of the rows so far, by their user names.
    private var imported: [FoldedKey: Person] = [:]
    /// The managers that rows have given people, who may have had others before.
    private var managers: [UserID: String] = [:]
    /// The result of each look-up in the database by a manager's name; nil if no user has the name.
    private var found: [String: Person?] = [:]

    package init() {}

    /// Adds the person of a row, unless the manager reports to that person already.
    ///
    /// - Parameter find: the user whom the database has by this id, externalId or user name.
    /// - Throws: `managerCircle`, and what `find` throws.
    package func add(
        _ id: UserID, _ attributes: UserAttributes,
        find: @Sendable (String) async throws(DomainError) -> Person?
    ) async throws(DomainError) {
        guard let manager = attributes.manager else { return }
        let userName = attributes.userName
        var path = [userName.spelling]
        var met: Set<UserID> = []
        var next: String? = manager
        while let name = next, path.count <= ManagerCircle.maximumDepth + 1 {
            let person = try await existing(name, find) ?? imported[FoldedKey(name: name)]
            let isOwn =
                person.map { $0.id == id }
                ?? (name == id.description || name == attributes.externalID || FoldedKey(name: name) == userName.key)
            if isOwn { throw .managerCircle(ManagerCircle(userNames: path)) }
            guard let person, met.insert(person.id).inserted else { break }
            path.append(person.userName)
            next = managers[person.id] ?? person.manager
        }
        imported[userName.key] = Person(id: id, userName: userName.spelling, manager: manager)
        managers[id] = manager
    }

    private func existing(
        _ name: String, _ find: @Sendable (String) async throws(DomainError) -> Person?
    ) async throws(DomainError) -> Person? {
        if let known = found[name] { return known }
        let person = try await find(name)
        found.updateValue(person, forKey: name)
        return person
    }
}
