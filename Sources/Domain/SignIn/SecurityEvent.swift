/// Something that matters to the security of an account: somebody signed in or out, a credential was wrong, a request
/// was refused, a way in was changed.
package struct SecurityEvent: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case signedIn = "signed-in"
        /// An identity provider's answer was refused; the reason is the rule that it broke.
        case signInRefused = "sign-in-refused"
        case signedOut = "signed-out"
        case sessionsEnded = "sessions-ended"
        case wrongPassword = "wrong-password"
        case wrongCode = "wrong-code"
        /// A password or code that somebody who is signed in was asked for again.
        case wrongConfirmation = "wrong-confirmation"
        case passwordChanged = "password-changed"
        case passwordLinkSent = "password-link-sent"
        case secondFactorChanged = "second-factor-changed"
        /// A client was given no token.
        case tokenRefused = "token-refused"
        /// A form that did not come from a page of ours.
        case foreignForm = "foreign-form"
        case forbidden
        case throttled
    }

    /// The person, or the account or connection that was attempted, as far as it is known.
    package enum Subject: Sendable, Hashable {
        case unknown
        case user(UserID)
        /// A keyed hash of a name that belongs to nobody, 32 bytes.
        case claimed([UInt8])
        case plugin(PluginID)
        case client(OAuthClientID)
    }

    package var kind: Kind
    package var at: Timestamp
    package var subject: Subject
    package var address: String
    /// A word of the program for what happened, such as `password` or `form-token`; never a value of the request.
    package var reason: String
    package var requestID: String

    package init(
        _ kind: Kind, _ subject: Subject, from address: String, reason: String = "", requestID: String, at: Timestamp
    ) {
        self.kind = kind
        self.at = at
        self.subject = subject
        self.address = address
        self.reason = reason
        self.requestID = requestID
    }
}

/// Equal events of one minute, as they are kept.
package struct SecurityEventRecord: Sendable, Hashable {
    package var id: SecurityEventID
    /// The first of them.
    package var event: SecurityEvent
    package var count: Int64
    package var lastAt: Timestamp
    /// The user, as they are called now; nil where the subject is no user.
    package var userName: String?
    /// The connection, or that of the client.
    package var pluginName: String?

    package init(
        id: SecurityEventID, event: SecurityEvent, count: Int64, lastAt: Timestamp, userName: String? = nil,
        pluginName: String? = nil
    ) {
        self.id = id
        self.event = event
        self.count = count
        self.lastAt = lastAt
        self.userName = userName
        self.pluginName = pluginName
    }
}

package typealias SecurityEventID = Identifier<SecurityEventRecord>

/// Which security events are wanted.
package struct SecurityEventFilter: Sendable, Hashable {
    package var kind: SecurityEvent.Kind?
    package var user: UserID?
    package var address: String?
    package var from: Timestamp?
    package var until: Timestamp?

    package init(
        kind: SecurityEvent.Kind? = nil, user: UserID? = nil, address: String? = nil, from: Timestamp? = nil,
        until: Timestamp? = nil
    ) {
        self.kind = kind
        self.user = user
        self.address = address
        self.from = from
        self.until = until
    }
}

/// Takes note of security events, without waiting for the database.
package protocol SecurityEventRecorder: Sendable {
    func record(_ event: SecurityEvent, of tenant: TenantID)
}

/// The repository of security events. Every call is one transaction of one tenant.
package protocol SecurityEventRepository: Sendable {
    /// Adds to the record of equal events of the same minute, or makes one.
    func add(_ records: [FoldedSecurityEvent], of tenant: TenantID) async throws(DomainError)
    /// The latest first.
    ///
    /// - Parameter before: only those older than this one.
    func events(
        _ filter: SecurityEventFilter, before: SecurityEventID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [SecurityEventRecord]
    /// Deletes what is older than the tenant keeps its logs.
    func forgetOld(of tenant: TenantID) async throws(DomainError)
}

/// Equal events of one minute on their way to the database.
package struct FoldedSecurityEvent: Sendable, Hashable {
    package var record: SecurityEventRecord
    package var minute: Timestamp
    /// A hash of what makes events equal, 32 bytes.
    package var fold: [UInt8]

    package init(record: SecurityEventRecord, minute: Timestamp, fold: [UInt8]) {
        self.record = record
        self.minute = minute
        self.fold = fold
    }
}
