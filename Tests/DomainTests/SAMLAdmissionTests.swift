import Testing

@testable import Domain

/// Whom a provider's word lets in, as a decision about values.
struct SAMLAdmissionTests {
    private func candidate(
        _ reason: SAMLCandidate.Reason, _ user: UInt128 = 1, name: String = "ann@x.example",
        _ change: (inout SAMLCandidate) -> Void = { _ in }
    ) -> SAMLCandidate {
        var candidate = SAMLCandidate(
            reason: reason, user: UserID(rawValue: user), userName: name, isActive: true, isDeleted: false, source: nil,
            isPrivileged: false)
        if reason == .email { candidate.addresses = ["ANN@x.example"] }
        change(&candidate)
        return candidate
    }

    private func decide(
        _ candidates: [SAMLCandidate], nameID: String = "n", email: String? = "ann@x.example", userName: String? = nil,
        isProved: Bool = true, isOnly: Bool = true, isFirst: Bool = true,
        _ change: (inout SAMLConnection.Settings) -> Void = { _ in }
    ) -> SAMLAdmission {
        var settings = SAMLConnection.Settings()
        change(&settings)
        let statements = [("mail", email), ("uid", userName)].compactMap { name, value in
            value.map { (name: name, friendlyName: String?.none, values: [$0]) }
        }
        let person = ClaimedPerson(nameID: nameID, isNameIDLasting: true, statements: statements, names: [:])
        let proved = ["x.example", "corp.example", "contractors.example"].compactMap { MailDomain($0) }
        let finding = SAMLFinding(
            candidates, provedDomains: isProved ? Set(proved) : [], isOnlyProvider: isOnly, isFirstProvider: isFirst)
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

    @Test(arguments: [SAMLCandidate.Reason.userName, .externalID, .email])
    func `a connection speaks for people of its domains`(_ reason: SAMLCandidate.Reason) {
        let bob = candidate(reason, name: reason == .email ? "bob" : "bob@corp.example") {
            $0.addresses = ["bob@corp.example"]
        }
        func decided(_ domains: [String]) -> SAMLAdmission {
            decide([bob], email: "bob@corp.example") { $0.allowedDomains = domains }
        }
        #expect(decided([]) == .user(bob))
        #expect(decided(["corp.example"]) == .user(bob))
        #expect(decided(["contractors.example"]) == .refused(.domainNotAllowed))
        // A link counts until it is ended, and a name that is no address is as good as the address beside it.
        #expect(decide([candidate(.identity)]) { $0.allowedDomains = ["y.example"] } == .user(candidate(.identity)))
        let named = candidate(.userName, name: "ann")
        #expect(decide([named], userName: "ann") { $0.allowedDomains = ["x.example"] } == .user(named))
        let alone = decide([named], email: nil, userName: "ann") { $0.allowedDomains = ["x.example"] }
        #expect(alone == .refused(.domainNotAllowed))
    }

    @Test func `an address counts where its own domain is proved`() {
        #expect(decide([candidate(.email)], isProved: false) == .refused(.foreignDomain))
        let foreign = candidate(.userName, name: "ann@y.example")
        for email in [nil, "ann@x.example", "ann@y.example"] {
            #expect(decide([foreign], email: email, userName: "ann@y.example") == .refused(.foreignDomain))
        }
        // No provider gives the name of a domain that nobody has proved, not even to a user it has made.
        var provisioned = foreign
        provisioned.source = PluginID(rawValue: 1)
        #expect(decide([provisioned], userName: "ann@y.example") == .refused(.foreignDomain))
        // The address beside such a name identifies the user.
        let both = [foreign, candidate(.email, name: "ann@y.example")]
        #expect(decide(both, userName: "ann@y.example") == .user(both[1]))
        #expect(decide([foreign, candidate(.email, 2)], userName: "ann@y.example") == .refused(.ambiguous))
        #expect(decide([candidate(.userName)], isProved: false) == .refused(.foreignDomain))
        let plain = candidate(.userName, name: "ann")
        #expect(decide([plain], userName: "ann", isProved: false) == .user(plain))
        for reason in [SAMLCandidate.Reason.identity, .externalID] {
            #expect(decide([candidate(reason)], isProved: false) == .user(candidate(reason)))
        }
    }

    @Test(arguments: StableNameTests.confusable)
    func `a text that could be taken for another one recognises and creates nobody`(_ text: String) {
        for reason in [SAMLCandidate.Reason.userName, .email] {
            // The candidate that folding finds.
            let victim = candidate(reason)
            for (nameID, email, userName) in [
                (text, String?.none, String?.none), ("n", text, nil), ("n", nil, text), ("n", "ann@x.example", text),
                (text, "ann@x.example", nil),
            ] {
                for found in [[victim], []] {
                    let decision = decide(found, nameID: nameID, email: email, userName: userName) {
                        $0.createsUsers = true
                    }
                    #expect(decision == .refused(.unstableName), "\(text) \(found.count)")
                }
            }
        }
    }

    @Test func `a stored name that could be taken for the stated one is not it`() {
        let other = candidate(.userName, name: "o\u{FB00}ice@x.example")
        #expect(decide([other], userName: "office@x.example") == .refused(.unstableName))
        let address = candidate(.email) { $0.addresses = ["\u{FF41}nn@x.example"] }
        #expect(decide([address]) == .refused(.unstableName))
        let several = candidate(.email) { $0.addresses = ["\u{FF41}nn@x.example", "Ann@x.example"] }
        #expect(decide([several]) == .user(several))
    }

    @Test func `a second connection lets nobody in before it has domains`() {
        for reason in SAMLCandidate.Reason.allCases {
            let ann = candidate(reason)
            #expect(decide([ann], isOnly: false, isFirst: false) == .refused(.domainsNeeded))
            #expect(decide([ann], isOnly: false, isFirst: false) { $0.allowedDomains = ["x.example"] } == .user(ann))
            #expect(decide([ann], isOnly: false) == .user(ann))
        }
        #expect(decide([], isOnly: false, isFirst: false) { $0.createsUsers = true } == .refused(.domainsNeeded))
    }

    @Test func `a new user is called by a name that the provider may give`() {
        func name(_ userName: String?, _ email: String = "ann@x.example") -> String? {
            let statements = [("mail", email), ("uid", userName)].compactMap { name, value in
                value.map { (name: name, friendlyName: String?.none, values: [$0]) }
            }
            return ClaimedPerson(nameID: "n", isNameIDLasting: true, statements: statements, names: [:])
                .newUserName(provedDomains: Set([MailDomain("x.example")].compactMap(\.self)))
        }
        #expect(name(nil) == "ann@x.example")
        #expect(name("ann.lee") == "ann.lee")
        #expect(name("lee@x.example") == "lee@x.example")
        #expect(name("lee@y.example") == "ann@x.example")
        #expect(name("lee@localhost") == "ann@x.example")
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
