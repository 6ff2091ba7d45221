import Testing

@testable import Domain

/// Whom a provider's word lets in, as a decision about values.
struct SAMLAdmissionTests {
    private func candidate(
        _ reason: SAMLCandidate.Reason, _ user: UInt128 = 1, name: String = "ann",
        _ change: (inout SAMLCandidate) -> Void = { _ in }
    ) -> SAMLCandidate {
        var candidate = SAMLCandidate(
            reason: reason, user: UserID(rawValue: user), userName: name, isActive: true, isDeleted: false, source: nil,
            isPrivileged: false)
        change(&candidate)
        return candidate
    }

    private func decide(
        _ candidates: [SAMLCandidate], email: String? = "ann@x.example", isProved: Bool = true, isOnly: Bool = true,
        _ change: (inout SAMLConnection.Settings) -> Void = { _ in }
    ) -> SAMLAdmission {
        var settings = SAMLConnection.Settings()
        change(&settings)
        let person = ClaimedPerson(
            nameID: "n", isNameIDLasting: true,
            statements: email.map { [(name: "mail", friendlyName: nil, values: [$0])] } ?? [], names: [:])
        let finding = SAMLFinding(candidates, isDomainProved: isProved, isOnlyProvider: isOnly)
        return SAMLAdmission(person, finding, settings)
    }

    @Test func `the strongest reason counts`() {
        let all = SAMLCandidate.Reason.allCases.enumerated().map { candidate($1, UInt128($0 + 1)) }
        for count in 0..<all.count - 2 {
            #expect(decide(Array(all.dropFirst(count).reversed())) == .user(all[count]))
        }
        // A name and an address that lead to different people are nobody's.
        #expect(decide(all.suffix(2)) == .refused(.ambiguous))
        #expect(decide([candidate(.email), candidate(.userName)]) == .user(candidate(.userName)))
    }

    @Test func `nobody is let in who is deleted, suspended or one of several`() {
        for reason in SAMLCandidate.Reason.allCases {
            #expect(decide([candidate(reason) { $0.isDeleted = true }]) == .refused(.deletedUser))
            #expect(decide([candidate(reason) { $0.isActive = false }]) == .refused(.suspendedUser))
            #expect(decide([candidate(reason, 1), candidate(reason, 2)]) == .refused(.ambiguous))
            #expect(decide([candidate(reason, 1), candidate(reason, 1)]) == .user(candidate(reason, 1)))
        }
    }

    @Test func `who manages others is known by a link of their own and nothing else`() {
        for reason in SAMLCandidate.Reason.allCases {
            let boss = candidate(reason) { $0.isPrivileged = true }
            #expect(decide([boss]) == (reason == .identity ? .user(boss) : .refused(.privilegedUser)))
            // By a rule, the provider itself says so; a name alone does not do.
            let ruled = candidate(reason) { $0.isPrivilegedByRule = true }
            let isName = reason == .userName || reason == .email
            #expect(decide([ruled]) == (isName ? .refused(.privilegedUser) : .user(ruled)))
            // Of several providers, another one could say it.
            let isLinked = reason == .identity
            #expect(decide([ruled], isOnly: false) == (isLinked ? .user(ruled) : .refused(.privilegedUser)))
        }
    }

    @Test func `who was deleted is meant where nobody else is`() {
        let gone = candidate(.externalID, 1) { $0.isDeleted = true }
        #expect(decide([gone]) { $0.createsUsers = true } == .refused(.deletedUser))
        let back = candidate(.externalID, 2)
        for both in [[gone, back], [back, gone]] { #expect(decide(both) == .user(back)) }
        #expect(decide([gone, candidate(.email, 3)]) == .refused(.deletedUser))
    }

    @Test(arguments: [
        (SAMLCandidate.Reason.userName, "bob@corp.example"), (.externalID, "bob@corp.example"), (.email, "bob"),
    ])
    func `a connection speaks for people of its domains`(_ reason: SAMLCandidate.Reason, _ name: String) {
        let bob = candidate(reason, name: name)
        let email = reason == .email ? "bob@corp.example" : "x@contractors.example"
        func decided(_ domains: [String]) -> SAMLAdmission {
            decide([bob], email: email) { $0.allowedDomains = domains }
        }
        #expect(decided([]) == .user(bob))
        #expect(decided(["corp.example"]) == .user(bob))
        #expect(decided(["contractors.example"]) == .refused(.domainNotAllowed))
        // Who was linked stays so, and a name that is no address is as good as the address beside it.
        #expect(decide([candidate(.identity, name: name)]) { $0.allowedDomains = ["y.example"] } != .create)
        let named = candidate(.userName)
        #expect(decide([named]) { $0.allowedDomains = ["x.example"] } == .user(named))
        #expect(decide([named], email: nil) { $0.allowedDomains = ["x.example"] } == .refused(.domainNotAllowed))
    }

    @Test func `an address counts where its domain is proved`() {
        #expect(decide([candidate(.email)], isProved: false) == .refused(.foreignDomain))
        // What counts is the domain of the name that is found, not of an address that is stated beside it.
        let foreign = candidate(.userName, name: "ann@y.example") { $0.isNameProved = false }
        for isProved in [false, true] { #expect(decide([foreign], isProved: isProved) == .refused(.foreignDomain)) }
        let named = candidate(.userName, name: "ann@x.example")
        #expect(decide([named], isProved: false) == .user(named))
        // Providers give the users they have made names of other domains.
        var provisioned = foreign
        provisioned.source = PluginID(rawValue: 1)
        #expect(decide([provisioned]) == .user(provisioned))
        #expect(decide([provisioned], isProved: false) == .refused(.foreignDomain))
        #expect(decide([provisioned], isOnly: false) == .refused(.foreignDomain))
        for reason in [SAMLCandidate.Reason.identity, .externalID, .userName] {
            #expect(decide([candidate(reason)], isProved: false) == .user(candidate(reason)))
        }
    }

    @Test func `a newcomer is made where the connection makes users, with an address of an allowed domain`() {
        #expect(decide([]) == .refused(.unknownUser))
        #expect(decide([]) { $0.createsUsers = true } == .create)
        #expect(decide([], email: nil) { $0.createsUsers = true } == .refused(.noAddress))
        #expect(decide([], isProved: false) { $0.createsUsers = true } == .refused(.foreignDomain))
        for (domains, admission) in [
            (["x.example"], SAMLAdmission.create), (["y.example"], .refused(.domainNotAllowed)),
            (["sub.x.example"], .refused(.domainNotAllowed)), (["example"], .refused(.domainNotAllowed)),
        ] {
            let found = decide([]) {
                $0.createsUsers = true
                $0.allowedDomains = domains
            }
            #expect(found == admission, "\(domains)")
        }
    }

    @Test func `claims are found under their usual names, or where the connection says`() {
        func person(_ statements: [(String, String?, [String])], _ names: [Claim: [String]] = [:]) -> ClaimedPerson {
            ClaimedPerson(
                nameID: "n", isNameIDLasting: true,
                statements: statements.map { (name: $0.0, friendlyName: $0.1, values: $0.2) }, names: names)
        }
        for claim in Claim.allCases {
            for name in claim.usualNames {
                #expect(person([(name, nil, ["v"])]).first(claim) == "v", "\(name)")
                #expect(person([("x", name, ["v"])]).first(claim) == "v", "\(name)")
            }
            #expect(person([(claim.usualNames[0], nil, ["v"])], [claim: ["other"]]).first(claim) == nil)
        }
        // A name goes before a friendly name, values of one name are one list, and what is empty is not there.
        #expect(person([("x", "mail", ["a@x.example"]), ("email", nil, ["b@x.example"])]).email == "b@x.example")
        #expect(person([("groups", nil, ["1"]), ("groups", nil, ["2"])]).values[.groups] == ["1", "2"])
        #expect(person([("mail", nil, []), ("email", nil, ["b@x.example"])]).email == "b@x.example")
        #expect(person([("mail", nil, ["none"]), ("uid", nil, ["c@x.example"])]).email == "c@x.example")
    }
}
