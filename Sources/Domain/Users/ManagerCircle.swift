/// People who report to each other in a circle, or somebody who reports to himself or herself.
package struct ManagerCircle: Sendable, Hashable, CustomStringConvertible {
    /// The user names, each reporting to the next and the last one to the first. One name reports to itself.
    package let userNames: [String]

    /// The most reporting lines that are followed from one person upwards.
    package static let maximumDepth: Int64 = 100
    /// The most names that a description has.
    private static let namesShown = 6

    package init(userNames: [String]) { self.userNames = userNames }

    /// Whether it is one person who reports to himself or herself.
    package var isOfOne: Bool { userNames.count == 1 }

    /// `ann → bob → ann`; the middle of a long circle is left out.
    package var description: String {
        let first = userNames.prefix(1)
        let shown =
            userNames.count <= Self.namesShown
            ? userNames : Array(userNames.prefix(Self.namesShown - 1)) + ["…"] + userNames.suffix(1)
        return (shown + first).joined(separator: " → ")
    }
}
