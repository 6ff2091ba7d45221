package import Domain
package import Edge
package import Logging
import StrictJSON

/// Takes mail to where it is going: what was added a moment ago at once, everything else on its rounds.
///
/// Several processes may do so side by side; each mail is one's only.
package final class MailCourier: Sendable {
    private let mails: any MailRepository
    private let tenants: any TenantRepository
    private let signIn: any SignInRepository
    private let transport: any MailTransport
    private let writer: MailWriter
    private let environment: Edge.Environment
    private let logger: Logger
    private let (woken, alarm) = AsyncStream<TenantID>.makeStream(bufferingPolicy: .bufferingNewest(1000))
    /// The mailbox that receives the mail on a developer's machine instead.
    let mailbox: Mailbox?

    /// Each is claimed by itself, so that a slow server never holds those behind it beyond their claim.
    private static let mailsAtOnce = 1
    private static let pauseBetweenRounds = Duration.seconds(300)

    /// - Throws: when a catalogue that the program holds is broken.
    package init(
        mails: any MailRepository, tenants: any TenantRepository, signIn: any SignInRepository,
        transport: any MailTransport, address: TenantAddress, environment: Edge.Environment, logger: Logger
    ) throws {
        self.mails = mails
        self.tenants = tenants
        self.signIn = signIn
        self.transport = transport
        self.environment = environment
        self.logger = logger
        writer = try MailWriter(address: address)
        mailbox = transport as? Mailbox
    }

    /// There is mail of this tenant.
    package func wake(_ tenant: TenantID) { alarm.yield(tenant) }

    /// Works until cancelled.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await tenant in self.woken { await self.deliver(of: tenant) } }
            group.addTask {
                while !Task.isCancelled {
                    await self.makeRounds()
                    try? await Task.sleep(for: Self.pauseBetweenRounds)
                }
            }
        }
    }

    private func makeRounds() async {
        guard let tenants = try? await tenants.tenants() else { return }
        for tenant in tenants where tenant.status == .active {
            if Task.isCancelled { return }
            do {
                try await mails.addNotices(now: environment.now(), in: tenant.id)
                try await mails.forgetOld(of: tenant.id)
            } catch { note("no notices", tenant.id, "\(error)") }
            await deliver(of: tenant.id)
        }
    }

    /// Sends what is due.
    package func deliver(of tenant: TenantID) async {
        do {
            let found = try await tenants.tenant(tenant)
            while true {
                let due = try await mails.claim(limit: Self.mailsAtOnce, now: environment.now(), in: tenant)
                if due.isEmpty { return }
                for mail in due { try await deliver(mail, of: found) }
            }
        } catch { note("mail stays", tenant, "\(error)") }
    }

    private func deliver(_ mail: Mail, of tenant: Tenant) async throws(DomainError) {
        guard let recipient = mail.recipient.address else {
            return try await mails.settle(mail.id, as: .failed, problem: nil, tryAgainAt: nil, in: tenant.id)
        }
        if mail.kind == .reset, !tenant.takesPassword(ofOwner: mail.recipient.isOwner) {
            return try await mails.settle(
                mail.id, as: .failed, problem: MailRecord.needsNoPassword, tryAgainAt: nil, in: tenant.id)
        }
        let message = writer.message(
            for: mail, to: recipient, of: tenant, link: try await link(for: mail, of: tenant), now: environment.now())
        do throws(MailFailure) {
            try await transport.send(message)
        } catch {
            let wait = error.isFinal ? nil : Mail.wait(after: mail.attempts)
            note("mail was not taken", tenant.id, error.reason)
            return try await mails.settle(
                mail.id, as: wait == nil ? .failed : .waiting, problem: error.reason,
                tryAgainAt: wait.map { environment.now().adding(seconds: $0) }, in: tenant.id)
        }
        try await mails.settle(mail.id, as: .sent, problem: nil, tryAgainAt: nil, in: tenant.id)
    }

    /// A link to set a password; another one each time, since only its digest is kept. Nil for who needs none.
    private func link(for mail: Mail, of tenant: Tenant) async throws(DomainError) -> PlainToken? {
        guard tenant.takesPassword(ofOwner: mail.recipient.isOwner) else { return nil }
        let purpose: PasswordLinkPurpose
        switch mail.kind {
        case .invitation: purpose = .invitation
        case .reset: purpose = .reset
        case .welcome, .secretEnds, .certificateEnds, .codesGuessed: return nil
        }
        let plain = environment.secret(for: .passwordLink)
        let change = Change(
            id: ChangeID(rawValue: environment.identifiers.next()), action: .makePasswordLink,
            subject: .user(mail.recipient.user), difference: Difference(),
            origin: ChangeOrigin(actor: .program, requestID: "mail \(mail.id)"))
        try await signIn.create(
            TokenDigest(of: plain.text), purpose, for: mail.recipient.user, change: change,
            in: TenantScope(tenant: tenant.id, admission: .operator))
        return plain
    }

    private func note(_ what: Logger.Message, _ tenant: TenantID, _ cause: String) {
        logger.warning(what, metadata: ["tenant": "\(tenant)", "cause": "\(cause)"])
    }
}

extension Mail.Recipient {
    /// Nil for somebody who is not active, or has no address.
    fileprivate var address: String? {
        guard isActive else { return nil }
        return EditableAttribute.email.value(in: attributes).flatMap { MailAddress($0)?.description }
    }
}
