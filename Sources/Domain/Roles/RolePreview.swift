/// The effect of a step on the roles of existing people, computed before anything is changed.
package struct RolePreview: Sendable, Hashable {
    /// People whose roles move in the same way.
    package struct Move: Sendable, Hashable {
        package var gained: [Role]
        package var lost: [Role]
        package var count: Int
        /// The first of them by name; everybody, up to a limit, where managing others is gained or lost.
        package var people: [Person]

        /// The roles that can be kept by choice. Trainee is part of every other role.
        package var keepable: [Role] { lost.filter { $0 != .trainee } }

        package init(gained: [Role], lost: [Role], count: Int, people: [Person]) {
            self.gained = gained
            self.lost = lost
            self.count = count
            self.people = people
        }
    }

    package struct Person: Sendable, Hashable {
        package var id: UserID
        package var userName: String
        package var displayName: String?

        package init(id: UserID, userName: String, displayName: String?) {
            self.id = id
            self.userName = userName
            self.displayName = displayName
        }
    }

    /// Changes to people who manage others come first.
    package var moves: [Move]
    /// How many people were looked at and keep their roles.
    package var unchanged: Int
    /// Stands for exactly these people and roles, so that an agreement to another preview is none to this one.
    package var digest: String

    package init(moves: [Move], unchanged: Int, digest: String) {
        self.moves = moves
        self.unchanged = unchanged
        self.digest = digest
    }

    /// Nobody's roles move.
    package var isEmpty: Bool { moves.isEmpty }
    package var count: Int { moves.reduce(0) { $0 + $1.count } }

    /// How many people are named of each move, and of one that concerns people who manage others.
    package static let (namesShown, privilegedNamesShown) = (20, 1000)

    /// The `key` of the conflict when something else would happen by now than was agreed to.
    package static let conflictKey = "agreed"
}

/// The outcome of saving a setting that people's roles follow from.
package enum SettingOutcome: Sendable, Hashable {
    case saved
    /// Nothing was changed: somebody has to agree to this first.
    case asks(RolePreview)
}
