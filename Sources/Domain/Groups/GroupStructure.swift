/// The supervisors of a group, and its members other than users.
package struct GroupStructure: Sendable, Hashable {
    /// Groups that are members themselves, by name.
    package var subgroups: [GroupReference]
    /// Names of members who are not there yet; the first of them, in their order.
    package var awaited: [String]
    package var awaitedCount: Int
    package var supervisors: [Supervisor]

    package struct Supervisor: Sendable, Hashable {
        package var id: UserID
        package var userName: String

        package init(id: UserID, userName: String) {
            self.id = id
            self.userName = userName
        }
    }

    package init(
        subgroups: [GroupReference], awaited: [String], awaitedCount: Int, supervisors: [Supervisor]
    ) {
        self.subgroups = subgroups
        self.awaited = awaited
        self.awaitedCount = awaitedCount
        self.supervisors = supervisors
    }
}
