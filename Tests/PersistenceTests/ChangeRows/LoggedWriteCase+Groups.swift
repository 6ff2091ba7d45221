import Domain
import LecternTesting
import Persistence
import StrictJSON

extension LoggedWriteCase {
    static let memberships: [LoggedWriteCase] = [
        LoggedWriteCase("GroupStore.create(_:in:)", "a group is created with a member") { site in
            let user = try await site.user().id
            let id: GroupID = ChangeRowSite.id()
            return LoggedWrite(
                "group", id, .create,
                ["displayName": [.null, "G"], "members.add": [.null, [.string(user.description)]]]
            ) {
                _ = try await site.groups.create(
                    ChangeRowSite.attributes("G"), members: MemberNames(ids: [user.rawValue]), as: id, source: nil,
                    origin: site.origin, in: site.scope)
            }
        },
        LoggedWriteCase("GroupStore.create(_:in:)", "a group is created that another awaits") { site in
            _ = try await site.group("Outer", members: MemberNames(["g-1"]))
            let id: GroupID = ChangeRowSite.id()
            return LoggedWrite(
                "group", id, .create, ["displayName": [.null, "G"], "externalId": [.null, "g-1"]],
                consequences: ["group add-members"]
            ) {
                _ = try await site.groups.create(
                    ChangeRowSite.attributes("G", externalID: "g-1"), members: MemberNames(), as: id, source: nil,
                    origin: site.origin, in: site.scope)
            }
        },
        LoggedWriteCase("GroupStore.update(_:_:change:in:)", "a group is renamed") { site in
            let group = try await site.group("Old")
            return LoggedWrite("group", group, .update, ["displayName": ["Old", "New"]]) {
                try await site.groups.update(group, membership: [], origin: site.origin, in: site.scope) { _ in
                    ChangeRowSite.attributes("New")
                }
            }
        },
        LoggedWriteCase("GroupStore.update(_:_:change:in:)", "a group gets the external id that another awaits") {
            site in
            let group = try await site.group("G")
            _ = try await site.group("Outer", members: MemberNames(["g-1"]))
            return LoggedWrite(
                "group", group, .update, ["externalId": [.null, "g-1"]], consequences: ["group add-members"]
            ) {
                try await site.groups.update(group, membership: [], origin: site.origin, in: site.scope) { _ in
                    ChangeRowSite.attributes("G", externalID: "g-1")
                }
            }
        },
        step("a member is added", .addMembers, isMember: false) { names in
            (.add(names), ["members.add": [.null, .array(names.texts.map { .string($0) })]])
        },
        step("a member is removed", .removeMembers, isMember: true) { names in
            (.remove(names), ["members.remove": [.array(names.texts.map { .string($0) }), .null]])
        },
        step("members are replaced", .addMembers, isMember: false) { names in
            (.replace(names), ["members.replace": [.null, .array(names.texts.map { .string($0) })]])
        },
        renaming("a mapped group is renamed", mapping: "Editors", consequences: []),
        renaming(
            "a group gets the name that a mapping waits for", mapping: "Others",
            consequences: ["plugin update", "user assign-roles"]),
        LoggedWriteCase("GroupStore.delete(_:version:reach:mayTakeLong:change:in:)", "a group in a group is deleted") {
            site in
            let user = try await site.user().id
            let group = try await site.group("G", members: MemberNames(ids: [user.rawValue]))
            _ = try await site.group("Outer", members: MemberNames(ids: [group.rawValue]))
            return LoggedWrite(
                "group", group, .delete, ["members.remove": [[.string(user.description)], .null]],
                consequences: ["group remove-members"]
            ) {
                _ = try await site.groups.delete(group, version: nil, origin: site.origin, in: site.scope)
            }
        },
        supervisor("a supervisor is named", isOne: true),
        supervisor("a supervisor is one no longer", isOne: false),
    ]

    /// A membership step with one user on a group that has another member.
    private static func step(
        _ title: String, _ action: Change.Action, isMember: Bool,
        _ step: @escaping @Sendable (MemberNames) -> (MembershipChange, JSON)
    ) -> LoggedWriteCase {
        LoggedWriteCase("GroupStore.update(_:_:change:in:)", title) { site in
            let names = MemberNames(ids: [try await site.user().id.rawValue])
            let other = try await site.user("other@x.example").id
            let members = [other.rawValue] + (isMember ? names.ids : [])
            let group = try await site.group("G", members: MemberNames(ids: members))
            let (change, difference) = step(names)
            return LoggedWrite("group", group, action, difference) {
                try await site.groups.changeMembers(
                    of: group, by: [change], version: nil, origin: site.origin, in: site.scope)
            }
        }
    }

    /// The group Editors, which has a member, becomes Others.
    private static func renaming(_ title: String, mapping: String, consequences: [String]) -> LoggedWriteCase {
        LoggedWriteCase("GroupStore.update(_:_:change:in:)", title) { site in
            let user = try await site.user().id
            let group = try await site.group("Editors", members: MemberNames(ids: [user.rawValue]))
            try await site.provision(user, mapping: mapping)
            return LoggedWrite(
                "group", group, .update, ["displayName": ["Editors", "Others"]], consequences: consequences
            ) {
                try await site.groups.update(group, membership: [], origin: site.origin, in: site.scope) { _ in
                    ChangeRowSite.attributes("Others")
                }
            }
        }
    }

    private static func supervisor(_ title: String, isOne: Bool) -> LoggedWriteCase {
        LoggedWriteCase("GroupStore.setSupervisor(_:isOne:of:change:in:)", title) { site in
            let (user, group) = (try await site.user().id, try await site.group("G"))
            let (before, after): (JSON, JSON) = isOne ? (.null, "ann@x.example") : ("ann@x.example", .null)
            let change = site.change(.update, .group(group), "supervisors", from: before, to: after)
            if !isOne {
                try await site.test.groups.setSupervisor(
                    user, isOne: true, of: group, change: TestDatabase.change(.update, .group(group)), in: site.scope)
            }
            return LoggedWrite("group", group, .update, ["supervisors": [before, after]]) {
                try await site.test.groups.setSupervisor(
                    user, isOne: isOne, of: group, change: change, in: site.scope)
            }
        }
    }
}

extension ChangeRowSite {
    /// Makes the user one of the connection's, whose group of that name gives a role.
    func provision(_ user: UserID, mapping name: String) async throws {
        _ = try await test.users.ask(.init(.update), for: user, beyond: .own(client.plugin), in: scope)
        _ = try await reviews.decide(.approved, on: .update, for: user, of: client.plugin, origin: origin, in: scope)
        try await set(RoleMapping(origin: .group, value: name, role: .editor), isPresent: true)
    }

    /// Adds or removes a mapping, agreeing to whatever becomes of people's roles.
    func set(_ mapping: RoleMapping, isPresent: Bool) async throws {
        var agreed: String?
        while case .asks(let preview) = try await connections.set(
            mapping, isPresent: isPresent, of: client.plugin, agreed: agreed, in: scope)
        { agreed = preview.digest }
    }
}
