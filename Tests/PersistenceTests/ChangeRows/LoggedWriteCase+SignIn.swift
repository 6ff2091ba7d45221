import Domain
import LecternTesting
import Persistence
import StrictJSON

extension LoggedWriteCase {
    static let signIn: [LoggedWriteCase] = [
        LoggedWriteCase("SignInStore.setPassword(_:of:change:in:)", "a password is set", isRepeatable: true) { site in
            let user = try await site.user().id
            let change = site.change(.setPassword, .user(user), "password", from: .null, to: "set")
            return LoggedWrite("user", user, .setPassword, ["password": [.null, "set"]]) {
                try await site.test.signIn.setPassword("hash", of: user, change: change, in: site.scope)
            }
        },
        LoggedWriteCase(
            "SignInStore.create(_:_:for:change:in:)", "a link to set a password is made", isRepeatable: true
        ) { site in
            let user = try await site.user().id
            let change = site.change(.makePasswordLink, .user(user), "link", from: .null, to: "reset")
            return LoggedWrite("user", user, .makePasswordLink, ["link": [.null, "reset"]]) {
                try await site.test.signIn.create(
                    ChangeRowSite.digest(), .reset, for: user, change: change, in: site.scope)
            }
        },
        LoggedWriteCase("SignInStore.setPassword(_:byLink:change:in:)", "a password is set by a link") { site in
            let (user, link) = (try await site.user().id, ChangeRowSite.digest())
            try await site.test.signIn.create(
                link, .reset, for: user, change: TestDatabase.change(.makePasswordLink, .user(user)), in: site.scope)
            let change = site.change(.setPassword, .user(user), "password", from: .null, to: "set")
            return LoggedWrite("user", user, .setPassword, ["password": [.null, "set"]]) {
                _ = try await site.test.signIn.setPassword(
                    "hash \(TestDatabase.identifiers.next())", byLink: link, change: change, in: site.tenant.id)
            }
        },
        LoggedWriteCase("SignInStore.endSessions(of:change:in:)", "an administrator ends the sessions of a user") {
            site in
            let user = try await site.user().id
            let now = Timestamp(microseconds: 0)
            let session = Session(
                id: ChangeRowSite.id(), user: user, createdAt: now, lastSeenAt: now, authenticatedAt: now, address: "",
                userAgent: "")
            try await site.test.signIn.begin(session, digest: ChangeRowSite.digest(), in: site.tenant.id)
            let change = site.change(.endSessions, .user(user), "sessions", from: 1, to: 0)
            return LoggedWrite("user", user, .endSessions, ["sessions": [1, 0]]) {
                try await site.test.signIn.endSessions(of: user, change: change, in: site.scope)
            }
        },
        LoggedWriteCase(
            "SecondFactorStore.confirm(of:step:recoveryCodes:keeping:change:in:)", "a second factor is set up"
        ) {
            site in
            let user = try await site.user().id
            try await site.test.secondFactors.begin("sealed", of: user, in: site.tenant.id)
            let change = site.change(.setSecondFactor, .user(user), "secondFactor", from: .null, to: "set")
            return LoggedWrite("user", user, .setSecondFactor, ["secondFactor": [.null, "set"]]) {
                try await site.test.secondFactors.confirm(
                    of: user, step: 1, recoveryCodes: [ChangeRowSite.digest()], keeping: nil, change: change,
                    in: site.tenant.id)
            }
        },
        LoggedWriteCase(
            "SecondFactorStore.replace(recoveryCodes:of:keeping:change:in:)", "recovery codes are renewed",
            isRepeatable: true
        ) {
            site in
            let user = try await site.withSecondFactor()
            let change = site.change(.renewRecoveryCodes, .user(user), "codes", from: 1, to: 2)
            return LoggedWrite("user", user, .renewRecoveryCodes, ["codes": [1, 2]]) {
                try await site.test.secondFactors.replace(
                    recoveryCodes: [ChangeRowSite.digest(), ChangeRowSite.digest()], of: user, keeping: nil,
                    change: change,
                    in: site.tenant.id)
            }
        },
        LoggedWriteCase("SecondFactorStore.remove(of:keeping:change:in:)", "a second factor is removed") { site in
            let user = try await site.withSecondFactor()
            let change = site.change(.removeSecondFactor, .user(user), "secondFactor", from: "set", to: .null)
            return LoggedWrite("user", user, .removeSecondFactor, ["secondFactor": ["set", .null]]) {
                try await site.test.secondFactors.remove(of: user, keeping: nil, change: change, in: site.scope)
            }
        },
        LoggedWriteCase("SAMLStore.complete(_:in:)", "a provider's name is linked to a user") { site in
            let (user, connection) = (try await site.user().id, try await site.samlConnection())
            return LoggedWrite("user", user, .update, ["identity": [.null, "name-id"]]) {
                try await site.link("name-id", to: user, by: connection)
            }
        },
        LoggedWriteCase("SAMLStore.unlink(_:of:from:change:in:)", "a link is removed") { site in
            let (user, connection) = (try await site.user().id, try await site.samlConnection())
            try await site.link("name-id", to: user, by: connection)
            let change = site.change(.update, .user(user), "identity", from: "name-id", to: .null)
            return LoggedWrite("user", user, .update, ["identity": ["name-id", .null]]) {
                try await site.test.saml.unlink(
                    "name-id", of: connection.id.plugin, from: user, change: change, in: site.scope)
            }
        },
    ]
}

extension ChangeRowSite {
    /// A user with a confirmed second factor and one recovery code.
    fileprivate func withSecondFactor() async throws -> UserID {
        let user = try await user().id
        try await test.secondFactors.begin("sealed", of: user, in: tenant.id)
        try await test.secondFactors.confirm(
            of: user, step: 1, recoveryCodes: [Self.digest()], keeping: nil,
            change: TestDatabase.change(.setSecondFactor, .user(user)), in: tenant.id)
        return user
    }

    /// A sign-in that links the user to the name by which the provider calls them.
    fileprivate func link(_ name: String, to user: UserID, by connection: SAMLConnection) async throws {
        let now = Timestamp(microseconds: 1_900_000_000_000_000)
        // Nobody signs in by a connection that has no row of its own yet.
        try await addKey(.current, to: connection)
        var completion = SAMLCompletion(
            connection: connection.id, request: nil, browser: nil, assertionDigest: Self.digest(),
            assertionEnd: now.adding(seconds: 60),
            signIn: SAMLSignIn(
                id: Self.id(), plugin: connection.id.plugin, at: now, purpose: .signIn, failedRule: nil, user: user,
                nameID: name, address: "", report: [:]))
        completion.lastingNameID = name
        completion.linkChange = change(.update, .user(user), SAMLIdentity.field, from: .null, to: .string(name))
        try await test.saml.complete(completion, in: tenant.id)
    }
}
