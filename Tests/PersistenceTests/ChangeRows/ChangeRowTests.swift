import Domain
import Foundation
import StrictJSON
import Testing

/// Every write of a tenant's data leaves one row of the change log about its subject, in the same transaction.
struct ChangeRowTests {
    private static let persistence = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources/Persistence")

    /// Writes that are no change to what people see as the tenant's data, each with the reason.
    private static let unlogged: [String: String] = [
        "AttemptStore.forgetOld(of:)": "retention",
        "AttemptStore.reserve(_:in:)": "counters of attempts",
        "AttemptStore.succeed(_:in:)": "counters of attempts",
        "DomainStore.noteCheck(of:in:)": "the time at which DNS was asked",
        "FoldedKeyStore.bringUpToDate(in:)": "what texts are compared by follows from the texts",
        "InstallationStore.noteServed(at:)": "of no tenant",
        "InstallationStore.remember(_:value:)": "of no tenant",
        "InstallationStore.replace(_:with:)": "of no tenant",
        "IntegrationStore.noteUse(of:at:from:in:)": "the last use of a token",
        "MailStore.add(_:to:in:)": "the queue of mail",
        "MailStore.addNotices(now:in:)": "the queue of mail",
        "MailStore.addReset(for:in:)": "the queue of mail",
        "MailStore.claim(limit:now:in:)": "the queue of mail",
        "MailStore.discardWaiting(in:)": "the queue of mail",
        "MailStore.forgetOld(of:)": "retention",
        "MailStore.settle(_:as:problem:tryAgainAt:in:)": "the queue of mail",
        "OAuthClientStore.issue(_:in:)": "access tokens come and go by themselves",
        "ProvisioningLogStore.add(_:of:)": "a log of its own",
        "ProvisioningLogStore.forgetOld(of:)": "retention",
        "ProvisioningLogStore.note(_:at:)": "a log of its own",
        "ProvisioningLogStore.note(_:of:in:)": "a log of its own",
        "ProvisioningLogStore.noteThrottling(of:at:in:)": "a log of its own",
        "SAMLStore.add(_:to:)": "keys of ours, made by themselves; their roll-over is logged",
        "SAMLStore.begin(_:browser:network:in:)": "a request under way",
        "SAMLStore.endSession(_:in:)": "sessions",
        "SAMLStore.endSessions(_:with:)": "sessions",
        "SAMLStore.forgetOld(of:)": "retention",
        "SAMLStore.keep(_:in:)": "the log of sign-ins",
        "SAMLStore.noteRepeats(_:of:in:)": "the log of sign-ins",
        "SAMLStore.notePending(_:readAt:of:in:)": "metadata that waits for a decision",
        "SealedSecretStore.replace(_:with:in:)": "the same secret, sealed with another key",
        "SecondFactorStore.begin(_:of:in:)": "a secret that counts once it is confirmed",
        "SecondFactorStore.use(step:of:in:)": "the use of a code",
        "SecondFactorStore.use(recoveryCode:of:in:)": "the use of a code",
        "SecurityEventStore.add(_:of:)": "a log of its own",
        "SecurityEventStore.forgetOld(of:)": "retention",
        "SignInStepStore.begin(_:of:in:)": "a sign-in under way",
        "SignInStepStore.countCode(of:in:)": "a sign-in under way",
        "SignInStepStore.finish(_:in:)": "a sign-in under way",
        "SignInStore.begin(_:digest:in:)": "sessions",
        "SignInStore.end(_:of:in:)": "sessions",
        "SignInStore.endAll(of:except:in:)": "sessions",
        "SignInStore.renew(_:digest:isProven:in:)": "sessions",
        "SignInStore.signedInUser(_:isUse:in:)": "the last use of a session",
        "TenantStore.delete(_:)": "removes the log as well",
        "UserImportStore.begin(_:in:)": "the file; each row that is done is logged as its user's change",
        "UserImportStore.claim(_:in:)": "the queue of imports",
        "UserImportStore.create(_:rows:results:in:)": "the file; each row that is done is logged as its user's change",
        "UserImportStore.finish(_:as:in:)": "the queue of imports",
        "UserImportStore.note(_:of:in:)": "the queue of imports",
        "UserStore.ask(_:for:beyond:in:)": "a question to an administrator; the decision is logged",
    ]

    @Test(arguments: LoggedWriteCase.all)
    func `a write leaves one row about its subject with before and after, and one for each consequence`(
        of case: LoggedWriteCase
    ) async throws {
        let site = try await ChangeRowSite()
        let write = try await `case`.prepare(site)
        let tenant = write.tenant ?? site.tenant.id
        let before = Set(try await site.rows(of: tenant).map(\.id))
        try await write.make()
        let written = try await site.rows(of: tenant).filter { !before.contains($0.id) }
        let own = written.filter {
            $0.subject == write.subject && $0.subjectID == write.id && $0.action == write.action.rawValue
        }
        try #require(own.count == 1, "\(written.map { "\($0.subject) \($0.action) \($0.difference.text)" })")
        #expect(own[0].difference == write.difference, "\(own[0].difference.text)")
        let others = written.filter { $0.id != own[0].id }.map { "\($0.subject) \($0.action)" }
        #expect(others.sorted() == write.consequences.sorted())
        #expect(Set(written.map(\.requestID)) == [site.origin.requestID])
    }

    @Test(arguments: LoggedWriteCase.all.filter { !$0.isRepeatable })
    func `a write that finds everything as it would make it, or nothing to write to, leaves no row`(
        of case: LoggedWriteCase
    ) async throws {
        let site = try await ChangeRowSite()
        let write = try await `case`.prepare(site)
        let tenant = write.tenant ?? site.tenant.id
        try await write.make()
        let before = try await site.rows(of: tenant).map(\.id)
        // Some answer that there is nothing to do, some that there is nothing.
        do { try await write.make() } catch is DomainError {}
        #expect(try await site.rows(of: tenant).map(\.id) == before)
    }

    @Test func `every method of a store that takes a change is used by a case here, each overload by one`() throws {
        let found = try StoreWrites(in: Self.persistence).methods
        let logged = found.filter(\.takesChange).map(\.name)
        #expect(logged.count > 25)
        let tried = LoggedWriteCase.all.map(\.method)
        for method in Set(logged) {
            let overloads = logged.count { $0 == method }
            #expect(tried.count { $0 == method } >= overloads, "add to LoggedWriteCase: \(method)")
        }
    }

    @Test func `every other method that writes says why it leaves no row, and no name here is out of date`() throws {
        let found = try StoreWrites(in: Self.persistence).methods
        let tried = Set(LoggedWriteCase.all.map(\.method))
        for method in found where method.writes && !method.takesChange && !tried.contains(method.name) {
            #expect(
                Self.unlogged[method.name] != nil,
                "give \(method.name) a change and a LoggedWriteCase, or a reason in `unlogged`")
        }
        let names = Set(found.map(\.name))
        #expect(tried.union(Self.unlogged.keys).subtracting(names).isEmpty)
        #expect(Set(Self.unlogged.keys).intersection(tried).isEmpty)
    }

    @Test func `methods, their labels and what they do are read from source text`() {
        let text = """
            struct S {
                package func one(_ a: Int, of b: [String: Int] = [:], change: Change, in scope: Scope) async {
                    _ = try await database.write(scope, [])
                }

                package func two() -> Int { 2 }

                private func three() { database.write(scope) }

                package func four<Thing>(
                    _ a: (Int, Int), changes: [Change]
                ) {
                }
            }
            """
        let methods = StoreWrites.methods(in: text, of: "S")
        #expect(methods.map(\.name) == ["S.one(_:of:change:in:)", "S.two()", "S.four(_:changes:)"])
        #expect(methods.map(\.takesChange) == [true, false, true])
        #expect(methods.map(\.writes) == [true, false, false])
    }
}
