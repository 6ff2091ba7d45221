import Domain
import Edge
import HTTPTypes
import Logging
import StrictJSON

/// Asking for another password, inviting people, and the mailbox of a developer's machine.
struct MailController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    /// Answers the same whether there is such a person or not, and as fast.
    func forgotten(_ request: ConsoleRequest) async throws(DomainError) -> ConsoleAnswer {
        guard let courier = parts.courier else { throw .notFound }
        let name = request.form.text("name") ?? ""
        if request.method == .get || name.isEmpty {
            return .page(
                "forgotten", title: request.words["forgotten.title"],
                [
                    "problem": request.method == .post ? .string(request.words["forgotten.nameNeeded"]) : .null,
                    "problemField": "name",
                    "hasMailbox": .bool(courier.mailbox != nil),
                    "isOwnersOnly": .bool(request.tenant.signInMethod == .saml),
                ],
                status: request.method == .post ? .unprocessableContent : .ok, isError: request.method == .post)
        }
        // A client that asks often has to wait, and the account that is asked for is not flooded with mail either way.
        _ = try await parts.security.attempts.reserve(.reset, for: name, from: request.address, in: request.tenant.id)
        parts.security.record(.passwordLinkSent, try await parts.subject(named: name, request), request)
        let (mails, tenant, logger) = (parts.mails, request.tenant.id, parts.logger)
        Task {
            do {
                try await mails.addReset(for: name, in: tenant)
                courier.wake(tenant)
            } catch { logger.warning("no reset", metadata: ["tenant": "\(tenant)", "cause": "\(error)"]) }
        }
        return .page(
            "message", title: request.words["forgotten.sent"],
            [
                "text": .string(
                    request.words[
                        request.tenant.signInMethod == .saml ? "forgotten.sentToOwnersText" : "forgotten.sentText"]),
                "link": ["href": .string("\(request.base)/login"), "text": .string(request.words["signIn.title"])],
            ])
    }

    func invite(_ id: UserID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        guard let courier = parts.courier else { throw DomainError.notFound }
        guard try await user.mayManage(id, parts) else {
            return .message(request.words, "user.onlyOwners", status: .forbidden)
        }
        try await parts.mails.add(.invitation, to: id, in: user.scope(.manageUsers))
        courier.wake(user.tenant)
        return .redirect("manage/users/\(id)?done=invited")
    }

    /// Shown on the machine itself only, as it holds links that set passwords.
    func mailbox(_ request: ConsoleRequest) throws(DomainError) -> ConsoleAnswer {
        guard let mailbox = parts.courier?.mailbox, request.isFromThisMachine else { throw .notFound }
        let messages = mailbox.latest(linkingTo: parts.address.url(of: request.tenant.slug))
        return .page(
            "mailbox", title: request.words["mailbox.title"],
            [
                "isEmpty": .bool(messages.isEmpty),
                "messages": .array(
                    messages.map { message in
                        [
                            "recipient": .string(message.recipient), "sender": .string(message.senderName),
                            "subject": .string(message.subject), "lines": .array(Self.lines(message.text)),
                        ]
                    }),
            ])
    }

    /// Lines, those that are an address of ours as links.
    private static func lines(_ text: String) -> [JSON] {
        text.split(separator: "\n").map { line in
            let isLink = line.hasPrefix("http://") || line.hasPrefix("https://")
            return ["text": .string(String(line)), "href": isLink ? .string(String(line)) : .null]
        }
    }
}

/// A mail that was sent to a user.
struct MailRow {
    let record: MailRecord
    let request: ConsoleRequest

    var json: JSON {
        [
            "kind": .string(request.words["mailKind.\(record.kind.rawValue)"]),
            "at": request.moment(record.sentAt ?? record.createdAt),
            "state": .string(request.words["mailState.\(record.state.rawValue)"]),
            "class": .string(record.state == .sent ? "fine" : record.state == .failed ? "bad" : "waiting"),
            "problem": .string(problem),
        ]
    }

    private var problem: String {
        switch record.problem {
        case MailRecord.needsNoPassword: request.words["mailState.noPassword"]
        case MailRecord.discarded: request.words["mailState.discarded"]
        case let problem?: problem
        case nil: record.state == .failed ? request.words["mailState.noAddress"] : ""
        }
    }
}
