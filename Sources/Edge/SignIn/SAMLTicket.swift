package import Domain
import StrictJSON

/// A sealed permission by which a page of the console lets a browser ask a connection's provider on behalf of the
/// signed-in user. It travels in a link and is valid for a short time.
package struct SAMLTicket: Sendable, Hashable {
    package var purpose: SAMLRequest.Purpose
    package var connection: SAMLConnectionID
    package var user: UserID
    package var session: SessionID
    /// A path of the console.
    package var target: String
    /// For logging out: what the provider knows of the session that has ended here.
    package var name: ProviderName?
    package var sessionIndex: String?
    package var expiresAt: Timestamp

    /// Seconds for which it is good: as long as a page may lie open before its link is followed.
    private static let lifetime: Int64 = 1800

    package init(
        _ purpose: SAMLRequest.Purpose, with connection: SAMLConnectionID, for user: SignedInUser, target: String,
        now: Timestamp
    ) {
        self.purpose = purpose
        self.connection = connection
        self.user = user.user
        session = user.session.id
        self.target = target
        expiresAt = now.adding(seconds: Self.lifetime)
    }

    package func sealed(by sealer: Sealer) -> String {
        let fields: JSON = [
            "purpose": .string(purpose.rawValue), "user": .string(user.description),
            "session": .string(session.description), "target": .string(target),
            "nameID": Self.text(name?.value), "format": Self.text(name?.format),
            "qualifier": Self.text(name?.qualifier), "spQualifier": Self.text(name?.spQualifier),
            "index": Self.text(sessionIndex),
            "expires": .integer(expiresAt.microseconds),
        ]
        return sealer.seal(fields.utf8, for: "saml ticket \(connection)")
    }

    private static func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

    /// Nil for anything but a ticket for this connection that is still good.
    package init?(_ text: String, for connection: SAMLConnectionID, sealer: Sealer, now: Timestamp) {
        guard let bytes = sealer.open(text, for: "saml ticket \(connection)"),
            let fields = try? JSON.parse(bytes, limits: .stored),
            let purpose = fields["purpose"]?.stringValue.flatMap({ SAMLRequest.Purpose(rawValue: $0) }),
            let user = fields["user"]?.stringValue.flatMap({ UserID($0) }),
            let session = fields["session"]?.stringValue.flatMap({ SessionID($0) }),
            let target = fields["target"]?.stringValue, case .integer(let expires)? = fields["expires"],
            Timestamp(microseconds: expires) > now
        else { return nil }
        self.purpose = purpose
        self.connection = connection
        self.user = user
        self.session = session
        self.target = target
        name = fields["nameID"]?.stringValue.map {
            ProviderName(
                $0, format: fields["format"]?.stringValue, qualifier: fields["qualifier"]?.stringValue,
                spQualifier: fields["spQualifier"]?.stringValue)
        }
        sessionIndex = fields["index"]?.stringValue
        expiresAt = Timestamp(microseconds: expires)
    }
}
