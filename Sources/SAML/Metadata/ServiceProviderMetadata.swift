public import Foundation

/// The metadata by which a service describes itself to one identity provider (SAML 2.0 Metadata §2.4.4). It may contain
/// any text, which is escaped when it is written.
public struct ServiceProviderMetadata: Sendable, Hashable {
    /// The description of the service that the identity provider shows to people (mdui:UIInfo).
    public struct UserInterface: Sendable, Hashable {
        /// The service's name.
        public var displayName: String
        /// A description of the service in a sentence.
        public var description: String?
        /// The address of a page about it.
        public var informationURL: String?
        /// The language of these texts, as `xml:lang` has it (BCP 47).
        public var language: String

        /// Texts in one language.
        public init(
            displayName: String, description: String? = nil, informationURL: String? = nil, language: String = "en"
        ) {
            self.displayName = displayName
            self.description = description
            self.informationURL = informationURL
            self.language = language
        }
    }

    /// The organization that runs the service (SAML 2.0 Metadata §2.3.2.1).
    public struct Organization: Sendable, Hashable {
        /// Its legal name.
        public var name: String
        /// Its name for people.
        public var displayName: String
        /// The address of its site.
        public var url: String
        /// The language of these texts, as `xml:lang` has it (BCP 47).
        public var language: String

        /// Texts in one language.
        public init(name: String, displayName: String, url: String, language: String = "en") {
            self.name = name
            self.displayName = displayName
            self.url = url
            self.language = language
        }
    }

    /// Whom the provider's administrators may ask (SAML 2.0 Metadata §2.3.2.2).
    public struct Contact: Sendable, Hashable {
        /// The subject matter of a contact.
        public enum Kind: String, Sendable, Hashable {
            /// Technical matters.
            case technical
            /// Help for users.
            case support
        }

        /// The subject matter of the contact.
        public var kind: Kind
        /// Their given name, or nil.
        public var givenName: String?
        /// Their mail address, without `mailto:`.
        public var mail: String

        /// A contact of the given parts.
        public init(_ kind: Kind, givenName: String? = nil, mail: String) {
            self.kind = kind
            self.givenName = givenName
            self.mail = mail
        }
    }

    /// An attribute that the service would like to be told (§2.4.4.2), by its name in the X.500/LDAP profile (SAML
    /// 2.0 Profiles §8.2).
    public enum RequestedAttribute: String, Sendable, Hashable, CaseIterable {
        /// The mail address.
        case mail = "urn:oid:0.9.2342.19200300.100.1.3"
        /// The given name.
        case givenName = "urn:oid:2.5.4.42"
        /// The family name.
        case surname = "urn:oid:2.5.4.4"

        var friendlyName: String {
            switch self {
            case .mail: "mail"
            case .givenName: "givenName"
            case .surname: "sn"
            }
        }
    }

    /// The entity id of the service: the audience of assertions and the issuer of its messages.
    public var entityID: String
    /// The `ID` of the document, which its signature refers to: begins with a letter or an underscore.
    public var id: String
    /// When the document ends; nil when it does not say.
    public var validUntil: Date?
    /// For how many seconds the document need not be fetched again; nil when it does not say.
    public var cacheDuration: Int?
    /// The certificates of the keys it signs by, in DER; the one in use first, then the one that comes after it.
    public var signingCertificates: [[UInt8]]
    /// The certificates of the keys to encrypt for, likewise; empty if nothing may be encrypted.
    public var encryptionCertificates: [[UInt8]]
    /// Whether ciphers without authentication are among those that are announced.
    public var allowsCBC = false
    /// The address for logging out, for both bindings; nil when there is no logout.
    public var singleLogout: String?
    /// The kinds of names that are taken, in order of preference.
    public var nameIDFormats: [NameIDFormat] = [.persistent, .emailAddress, .unspecified, .transient]
    /// The addresses that take responses, all by HTTP-POST; the first is the default and has the index 0.
    public var assertionConsumers: [String]
    /// The description that people are shown; nil for none.
    public var userInterface: UserInterface?
    /// Attributes that are asked for, never required.
    public var requestedAttributes: [RequestedAttribute] = []
    /// The organization that runs the service; nil if it states none.
    public var organization: Organization?
    /// Whom to ask.
    public var contacts: [Contact] = []

    /// A document that says what it has to.
    ///
    /// - Precondition: there is an assertion consumer.
    public init(
        entityID: String, id: String, signingCertificates: [[UInt8]], encryptionCertificates: [[UInt8]],
        assertionConsumers: [String], singleLogout: String? = nil
    ) {
        precondition(!assertionConsumers.isEmpty, "a service provider takes assertions somewhere")
        self.entityID = entityID
        self.id = id
        self.signingCertificates = signingCertificates
        self.encryptionCertificates = encryptionCertificates
        self.assertionConsumers = assertionConsumers
        self.singleLogout = singleLogout
    }
}
