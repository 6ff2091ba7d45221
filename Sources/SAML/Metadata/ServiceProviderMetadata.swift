package import Foundation

/// What we say of ourselves to one identity provider (SAML 2.0 Metadata §2.4.4). Any text may stand in it: it is
/// escaped when it is written.
package struct ServiceProviderMetadata: Sendable, Hashable {
    /// What people are shown of us by the identity provider (mdui:UIInfo).
    package struct UserInterface: Sendable, Hashable {
        package var displayName: String
        package var description: String?
        package var informationURL: String?
        /// As `xml:lang` has it (BCP 47).
        package var language: String

        package init(
            displayName: String, description: String? = nil, informationURL: String? = nil, language: String = "en"
        ) {
            self.displayName = displayName
            self.description = description
            self.informationURL = informationURL
            self.language = language
        }
    }

    package struct Organization: Sendable, Hashable {
        package var name: String
        package var displayName: String
        package var url: String
        package var language: String

        package init(name: String, displayName: String, url: String, language: String = "en") {
            self.name = name
            self.displayName = displayName
            self.url = url
            self.language = language
        }
    }

    package struct Contact: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable {
            case technical
            case support
        }

        package var kind: Kind
        package var givenName: String?
        /// An address without `mailto:`.
        package var mail: String

        package init(_ kind: Kind, givenName: String? = nil, mail: String) {
            self.kind = kind
            self.givenName = givenName
            self.mail = mail
        }
    }

    /// An attribute that we would like to be told (§2.4.4.2), by its name in the X.500/LDAP profile (SAML 2.0 Profiles
    /// §8.2).
    package enum RequestedAttribute: String, Sendable, Hashable, CaseIterable {
        case mail = "urn:oid:0.9.2342.19200300.100.1.3"
        case givenName = "urn:oid:2.5.4.42"
        case surname = "urn:oid:2.5.4.4"

        var friendlyName: String {
            switch self {
            case .mail: "mail"
            case .givenName: "givenName"
            case .surname: "sn"
            }
        }
    }

    package var entityID: String
    /// Of the document, an `xs:ID`: begins with a letter or an underscore.
    package var id: String
    package var validUntil: Date?
    /// In seconds.
    package var cacheDuration: Int?
    /// In DER; the one in use first, then the one that comes after it.
    package var signingCertificates: [[UInt8]]
    /// Likewise; empty when nothing may be encrypted for us.
    package var encryptionCertificates: [[UInt8]]
    /// Whether ciphers without authentication are among those that we announce.
    package var allowsCBC = false
    /// For both bindings; nil when there is no logout.
    package var singleLogout: String?
    /// In order of preference.
    package var nameIDFormats: [NameIDFormat] = [.persistent, .emailAddress, .unspecified, .transient]
    /// All by HTTP-POST; the first is the default and has the index 0.
    package var assertionConsumers: [String]
    package var userInterface: UserInterface?
    /// Asked for, never required.
    package var requestedAttributes: [RequestedAttribute] = []
    package var organization: Organization?
    package var contacts: [Contact] = []

    /// - Precondition: there is an assertion consumer.
    package init(
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
