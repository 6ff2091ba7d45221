package import StrictJSON

/// Mail that is to go to a user. What it says is put together when it goes, so that no link lies about before.
package struct Mail: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Somebody made the user and wants them to come.
        case invitation
        /// Somebody who cannot sign in asked for another password.
        case reset
        /// The user has signed in for the first time.
        case welcome
        /// A secret of a connection ends soon.
        case secretEnds = "secret-ends"
        /// The last certificate of a provider that people sign in with ends soon.
        case certificateEnds = "certificate-ends"
        /// Somebody who knows the password has entered too many wrong codes.
        case codesGuessed = "codes-guessed"
    }

    package var id: MailID
    package var kind: Kind
    package var recipient: Recipient
    package var details: JSONObject
    /// How often it was tried, this time included.
    package var attempts: Int

    /// The recipient of a mail, as they are when it is sent.
    package struct Recipient: Sendable, Hashable {
        package var user: UserID
        package var isActive: Bool
        package var isOwner: Bool
        package var attributes: JSONObject

        package init(user: UserID, isActive: Bool, isOwner: Bool, attributes: JSONObject) {
            self.user = user
            self.isActive = isActive
            self.isOwner = isOwner
            self.attributes = attributes
        }
    }

    package init(id: MailID, kind: Kind, recipient: Recipient, details: JSONObject, attempts: Int) {
        self.id = id
        self.kind = kind
        self.recipient = recipient
        self.details = details
        self.attempts = attempts
    }

    /// Seconds until it is tried again after so many attempts; nil when it is given up.
    package static func wait(after attempts: Int) -> Int64? {
        let waits: [Int64] = [60, 300, 1800, 7200, 21_600, 43_200, 86_400]
        return attempts <= waits.count ? waits[max(attempts, 1) - 1] : nil
    }

    /// Days before the end of a secret at which its tenant is told.
    package static let noticeDays: [Int64] = [1, 7, 14, 30]
    /// Likewise of a certificate, which takes longer to replace.
    package static let certificateNoticeDays: [Int64] = [1, 7, 30, 90]
}

package typealias MailID = Identifier<Mail>

/// The state of a mail.
package struct MailRecord: Sendable, Hashable {
    package enum State: String, Sendable, Hashable { case waiting, sent, failed }

    package var kind: Mail.Kind
    package var createdAt: Timestamp
    package var sentAt: Timestamp?
    package var state: State
    /// The mail server's answer when it last refused the mail.
    package var problem: String?

    /// The problem of mail about a password that its recipient does not need any more.
    package static let needsNoPassword = "no password"
    /// The problem of mail that an operator gave up in a restored database.
    package static let discarded = "discarded"

    package init(kind: Mail.Kind, createdAt: Timestamp, sentAt: Timestamp?, state: State, problem: String?) {
        self.kind = kind
        self.createdAt = createdAt
        self.sentAt = sentAt
        self.state = state
        self.problem = problem
    }
}

/// The repository of mail that waits to be delivered. Every call is one transaction of one tenant.
package protocol MailRepository: Sendable {
    /// - Throws: `notFound` unless the user is active.
    func add(_ kind: Mail.Kind, to user: UserID, in scope: TenantScope) async throws(DomainError)
    /// Adds a reset for the active user of this name or address; nothing when there is none, one was asked for a
    /// moment ago, or the user comes in with the company only.
    func addReset(for name: String, in tenant: TenantID) async throws(DomainError)
    /// Adds a notice for everybody who can do something about each secret or certificate that ends soon; each once.
    func addNotices(now: Timestamp, in tenant: TenantID) async throws(DomainError)
    /// Takes mail that is due; nobody else gets it for a while.
    func claim(limit: Int, now: Timestamp, in tenant: TenantID) async throws(DomainError) -> [Mail]
    func settle(
        _ id: MailID, as state: MailRecord.State, problem: String?, tryAgainAt: Timestamp?, in tenant: TenantID
    ) async throws(DomainError)
    /// The latest first.
    func mails(to user: UserID, in scope: TenantScope) async throws(DomainError) -> [MailRecord]
    /// The number of mails that wait.
    func waiting(in tenant: TenantID) async throws(DomainError) -> Int
    /// Gives up every mail that waits.
    func discardWaiting(in tenant: TenantID) async throws(DomainError)
    /// Deletes what is older than three months.
    func forgetOld(of tenant: TenantID) async throws(DomainError)
}

/// A mail as it goes.
package struct MailMessage: Sendable, Hashable {
    package var recipient: String
    /// Shown as the sender, beside the address.
    package var senderName: String
    package var subject: String
    /// Plain text.
    package var text: String

    package init(recipient: String, senderName: String, subject: String, text: String) {
        self.recipient = recipient
        self.senderName = senderName
        self.subject = subject
        self.text = text
    }
}

/// Why a mail was not taken.
package struct MailFailure: Error, Sendable, Hashable {
    /// For an administrator.
    package var reason: String
    /// It will not be taken later either.
    package var isFinal: Bool

    package init(reason: String, isFinal: Bool) {
        self.reason = reason
        self.isFinal = isFinal
    }
}

/// A transport that delivers mail.
package protocol MailTransport: Sendable {
    func send(_ message: MailMessage) async throws(MailFailure)
}
