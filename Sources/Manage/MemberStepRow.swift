import Domain
import StrictJSON

/// One step of changing who is in a group: how many, and the first of them by name.
struct MemberStepRow {
    let step: MemberStep
    let names: [UserID: SubjectName]
    let request: ConsoleRequest

    /// Null for a step that names no member and so changes nothing.
    var json: JSON {
        if step.count == 0 {
            if step.kind != .replace { return .null }
            return ["text": .string(request.words["timeline.replaceNone"]), "names": []]
        }
        let key: String
        switch step.kind {
        case .add: key = "timeline.add"
        case .remove: key = "timeline.remove"
        case .replace: key = "timeline.replace"
        }
        let rest = step.count - step.first.count
        return [
            "text": .string("\(request.words.counted(key, step.count)):"),
            "names": .array(step.first.enumerated().map { place, member in name(member, isFirst: place == 0) }),
            "rest": rest > 0 ? .string(request.words.counted("timeline.more", rest)) : .null,
        ]
    }

    /// - Parameter member: an id, or the name of a member who was awaited.
    private func name(_ member: String, isFirst: Bool) -> JSON {
        let found = UserID(member).flatMap { names[$0] }
        let page = found.flatMap { folder(of: $0) }.map { "\($0)/\(member)" }
        return [
            "separator": isFirst ? .null : ", ", "name": .string(ChangedField.shortened(found?.name ?? member)),
            "page": page.map { .string($0) } ?? .null, "isGone": .bool(found?.isDeleted == true),
        ]
    }

    /// The folder of the page; a deleted group has none, and a deleted user's is for those who may restore users.
    private func folder(of found: SubjectName) -> String? {
        let mayRestore = request.user?.permissions.contains(.manageUsers) == true
        return switch found.kind {
        case .user where !found.isDeleted || mayRestore: "\(request.base)/manage/users"
        case .group where !found.isDeleted: "\(request.base)/manage/groups"
        case .user, .group: nil
        }
    }
}
