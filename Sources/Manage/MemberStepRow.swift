import Domain
import StrictJSON

/// One step of changing who is in a group, shown by the number of members and the names of the first.
struct MemberStepRow {
    let step: MemberStep
    let names: [UserID: SubjectName]
    let request: ConsoleRequest

    /// The step as the template `history` takes it, which is null where it names no member and so changes nothing.
    var json: JSON {
        guard let heading else { return .null }
        return [
            "text": .string(heading),
            "names": .array(step.first.enumerated().map { place, member in name(member, isFirst: place == 0) }),
            "rest": rest.map { .string($0) } ?? .null,
        ]
    }

    /// The step in one line, which is nil where it changes nothing.
    var text: String? {
        guard let heading else { return nil }
        let members = step.first.map { ChangedField.shortened(found($0)?.name ?? $0) }.joined(separator: ", ")
        return [heading, members, rest ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
    }

    private var heading: String? {
        let (words, count) = (request.words, step.count)
        return switch step.kind {
        case .add: count == 0 ? nil : "\(words.counted("timeline.add", count)):"
        case .remove: count == 0 ? nil : "\(words.counted("timeline.remove", count)):"
        case .replace: count == 0 ? words["timeline.replaceNone"] : "\(words.counted("timeline.replace", count)):"
        }
    }

    /// The text that counts the members who are not named, which is nil where all are.
    private var rest: String? {
        let count = step.count - step.first.count
        return count > 0 ? request.words.counted("timeline.more", count) : nil
    }

    private func found(_ member: String) -> SubjectName? { UserID(member).flatMap { names[$0] } }

    /// - Parameter member: an id, or the name of a member who was awaited.
    private func name(_ member: String, isFirst: Bool) -> JSON {
        let found = found(member)
        let page: String? = found.flatMap { folder(of: $0) }.map { "\($0)/\(member)" }
        return [
            "separator": isFirst ? .null : ", ", "name": .string(ChangedField.shortened(found?.name ?? member)),
            "page": page.map { .string($0) } ?? .null, "isGone": .bool(found?.isDeleted == true),
        ]
    }

    /// The folder of the page. A deleted group has none, and a deleted user's page is for those who may restore users.
    private func folder(of found: SubjectName) -> String? {
        let mayRestore = request.user?.permissions.contains(.manageUsers) == true
        return switch found.kind {
        case .user where !found.isDeleted || mayRestore: "\(request.base)/manage/users"
        case .group where !found.isDeleted: "\(request.base)/manage/groups"
        case .user, .group: nil
        }
    }
}
