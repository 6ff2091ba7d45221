import Domain
import LecternTesting
import Persistence
import StrictJSON

extension LoggedWriteCase {
    static let users: [LoggedWriteCase] = [
        LoggedWriteCase("UserStore.create(_:in:)", "a user is created") { site in
            let id: UserID = ChangeRowSite.id()
            return LoggedWrite("user", id, .create, ["userName": [.null, "ann@x.example"], "active": [.null, true]]) {
                _ = try await site.users.create(
                    .named("ann@x.example"), as: id, role: .editor, origin: site.origin, in: site.scope)
            }
        },
        LoggedWriteCase("UserStore.create(_:in:)", "a user is created whom a group and a report await") { site in
            _ = try await site.group("G", members: MemberNames(["boss@x.example"]))
            _ = try await site.user(manager: "boss@x.example")
            let id: UserID = ChangeRowSite.id()
            return LoggedWrite(
                "user", id, .create, ["userName": [.null, "boss@x.example"], "active": [.null, true]],
                consequences: ["group add-members", "user update"]
            ) {
                _ = try await site.users.create(
                    .named("boss@x.example"), as: id, role: .trainee, origin: site.origin, in: site.scope)
            }
        },
        LoggedWriteCase("UserStore.update(_:to:reach:change:in:)", "a user is renamed") { site in
            let user = try await site.user()
            return LoggedWrite("user", user.id, .update, ["userName": ["ann@x.example", "eve@x.example"]]) {
                _ = try await site.users.update(user.id, origin: site.origin, in: site.scope) { _ in
                    .named("eve@x.example")
                }
            }
        },
        LoggedWriteCase("UserStore.update(_:to:reach:change:in:)", "a user is disabled") { site in
            let user = try await site.user()
            return LoggedWrite("user", user.id, .disable, ["active": [true, false]]) {
                _ = try await site.users.update(user.id, origin: site.origin, in: site.scope) { _ in
                    .named("ann@x.example", active: false)
                }
            }
        },
        LoggedWriteCase("UserStore.update(_:to:reach:change:in:)", "a user is enabled") { site in
            let user = try await site.user()
            _ = try await site.users.update(user.id, origin: site.origin, in: site.scope) { _ in
                .named("ann@x.example", active: false)
            }
            return LoggedWrite("user", user.id, .enable, ["active": [false, true]]) {
                _ = try await site.users.update(user.id, origin: site.origin, in: site.scope) { _ in
                    .named("ann@x.example")
                }
            }
        },
        LoggedWriteCase("UserStore.update(_:to:reach:change:in:)", "a user is named as a group awaits it") { site in
            let user = try await site.user()
            _ = try await site.group("G", members: MemberNames(["eve@x.example"]))
            return LoggedWrite(
                "user", user.id, .update, ["userName": ["ann@x.example", "eve@x.example"]],
                consequences: ["group add-members"]
            ) {
                _ = try await site.users.update(user.id, origin: site.origin, in: site.scope) { _ in
                    .named("eve@x.example")
                }
            }
        },
        LoggedWriteCase("UserStore.delete(_:version:reach:change:in:)", "a member and manager is deleted") { site in
            let user = try await site.user("boss@x.example")
            _ = try await site.user(manager: "boss@x.example")
            _ = try await site.group("G", members: MemberNames(ids: [user.id.rawValue]))
            return LoggedWrite(
                "user", user.id, .delete, [:], consequences: ["group remove-members", "user update"]
            ) {
                _ = try await site.users.delete(user.id, version: nil, origin: site.origin, in: site.scope)
            }
        },
        LoggedWriteCase("UserStore.restore(_:_:change:in:)", "a user is restored whom a report awaits") { site in
            let user = try await site.user("boss@x.example")
            _ = try await site.user(manager: "boss@x.example")
            _ = try await site.users.delete(user.id, version: nil, origin: site.origin, in: site.scope)
            return LoggedWrite("user", user.id, .restore, [:], consequences: ["user update"]) {
                try await site.users.restore(user.id, origin: site.origin, in: site.scope)
            }
        },
        LoggedWriteCase("UserStore.set(_:isGiven:to:change:in:)", "a role is granted") { site in
            let user = try await site.user().id
            let change = site.change(.assignRoles, .user(user), "grantedRoles", from: .null, to: ["editor"])
            return LoggedWrite("user", user, .assignRoles, ["grantedRoles": [.null, ["editor"]]]) {
                try await site.test.users.set(.editor, isGiven: true, to: user, change: change, in: site.scope)
            }
        },
        LoggedWriteCase("UserStore.set(_:isGiven:to:change:in:)", "a role is taken back") { site in
            let user = try await site.user(role: .editor).id
            let change = site.change(.assignRoles, .user(user), "grantedRoles", from: ["editor"], to: .null)
            return LoggedWrite("user", user, .assignRoles, ["grantedRoles": [["editor"], .null]]) {
                try await site.test.users.set(.editor, isGiven: false, to: user, change: change, in: site.scope)
            }
        },
        LoggedWriteCase("LinkReviewStore.decide(_:on:keepsRoles:change:in:)", "a connection gets a user") { site in
            let user = try await site.asked()
            let plugin = JSON.string(site.client.plugin.description)
            return LoggedWrite(
                "user", user, .update, ["source": [.null, plugin]], consequences: ["user assign-roles"]
            ) {
                _ = try await site.reviews.decide(
                    .approved, on: .update, for: user, of: site.client.plugin, origin: site.origin, in: site.scope)
            }
        },
        LoggedWriteCase("LinkReviewStore.decide(_:on:keepsRoles:change:in:)", "a connection is refused a user") {
            site in
            let user = try await site.asked()
            let plugin = JSON.string(site.client.plugin.description)
            return LoggedWrite(
                "user", user, .update,
                [
                    "linkReview": [
                        ["plugin": plugin, "act": "update", "decision": .null],
                        ["plugin": plugin, "act": "update", "decision": "refused"],
                    ]
                ]
            ) {
                _ = try await site.reviews.decide(
                    .refused, on: .update, for: user, of: site.client.plugin, origin: site.origin, in: site.scope)
            }
        },
    ]
}

extension ChangeRowSite {
    /// A user for whom the connection has asked.
    fileprivate func asked() async throws -> UserID {
        let user = try await user().id
        _ = try await test.users.ask(.init(.update), for: user, beyond: .own(client.plugin), in: scope)
        return user
    }
}
