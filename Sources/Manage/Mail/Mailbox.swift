package import Domain
import Synchronization

/// The mailbox that collects mail on a developer's machine, which has no mail server; a page shows it.
package final class Mailbox: MailTransport {
    private let messages = Mutex<[MailMessage]>([])
    private static let messagesKept = 200

    package init() {}

    package func send(_ message: MailMessage) async throws(MailFailure) {
        messages.withLock { messages in
            if messages.count == Self.messagesKept { messages.removeFirst() }
            messages.append(message)
        }
    }

    /// The mails of a tenant, latest first.
    ///
    /// - Parameter url: what every link of the tenant begins with.
    func latest(linkingTo url: String) -> [MailMessage] {
        messages.withLock { $0.reversed().filter { $0.text.contains("\(url)/") } }
    }
}
