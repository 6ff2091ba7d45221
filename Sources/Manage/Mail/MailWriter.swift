import Domain
import Edge
import StrictJSON

/// Writes mail, in the language of its recipient.
struct MailWriter: Sendable {
    private let address: TenantAddress
    private let catalogues: [Language: Catalogue]

    init(address: TenantAddress) throws {
        self.address = address
        catalogues = try Catalogue.all()
    }

    /// - Parameter link: the secret of a link to set a password, for mail that brings one. Who is invited without signs
    ///   in with the company.
    func message(
        for mail: Mail, to recipient: String, of tenant: Tenant, link: PlainToken?, now: Timestamp
    ) -> MailMessage {
        let attributes = mail.recipient.attributes
        let language = attributes["preferredLanguage"]?.stringValue
        let words = catalogues.words(Language.chosen(accept: language, tenant: tenant.defaultLanguage))
        let base = address.url(of: tenant.slug)
        let end = (mail.details["expiresAt"]?.integerValue).map { Timestamp(microseconds: $0) } ?? now
        let values = [
            "name": UserAttributes.personName(in: attributes), "tenant": tenant.name,
            "userName": attributes["userName"]?.stringValue ?? "", "base": "\(base)/manage",
            "signIn": "\(base)/login", "forgotten": "\(base)/forgotten",
            "link": link.map { "\(base)/password/\($0.text)" } ?? "",
            "days": "\(PasswordLinkPurpose.invitation.lifetime / 86_400)",
            "minutes": "\(PasswordLinkPurpose.reset.lifetime / 60)",
            "plugin": mail.details["plugin"]?.stringValue ?? "", "prefix": mail.details["prefix"]?.stringValue ?? "",
            "when": Moment(time: end, now: now, words: words).relative,
        ]
        let name = mail.kind == .invitation && link == nil ? "company-invitation" : mail.kind.rawValue
        return MailMessage(
            recipient: recipient, senderName: words["mail.sender", values],
            subject: words["mail.\(name)Subject", values],
            text: words["mail.greeting", values] + "\n\n" + words["mail.\(name)Text", values] + "\n")
    }
}
