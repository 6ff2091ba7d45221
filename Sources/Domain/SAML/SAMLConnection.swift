/// A connection by which people of a tenant sign in with their identity provider (SAML 2.0).
package struct SAMLConnection: Sendable, Hashable {
    package enum Binding: String, Sendable { case redirect, post }

    /// A certificate of a provider's metadata that is not used.
    package struct UnusableCertificate: Sendable, Hashable {
        /// The SHA-256 fingerprint; nil for what is no base64.
        package var sha256: String?
        /// A key of words, such as `weakKey`.
        package var problem: String

        package init(sha256: String?, problem: String) {
            self.sha256 = sha256
            self.problem = problem
        }
    }

    /// The provider, as its metadata or an admin describes it.
    package struct Provider: Sendable, Hashable {
        /// Its entity id.
        package var issuer: String
        package var singleSignOnURL: String
        package var singleSignOnBinding: Binding
        package var singleLogoutURL: String?
        package var singleLogoutBinding: Binding?
        /// The address for answers about logging out, if it is another one.
        package var singleLogoutResponseURL: String?
        /// In DER: the only keys that count.
        package var certificates: [[UInt8]]
        /// When the last of them ends.
        package var certificatesEnd: Timestamp?
        /// Others that its metadata names, which no signature is held against.
        package var unusableCertificates: [UnusableCertificate] = []

        package init(issuer: String, singleSignOnURL: String, singleSignOnBinding: Binding, certificates: [[UInt8]]) {
            self.issuer = issuer
            self.singleSignOnURL = singleSignOnURL
            self.singleSignOnBinding = singleSignOnBinding
            self.certificates = certificates
        }
    }

    package var id: SAMLConnectionID
    /// Shown on its button.
    package var name: String
    package var isEnabled: Bool
    package var isPaused: Bool
    package var defaultRole: Role
    /// Nil until it is described.
    package var provider: Provider?
    package var metadataURL: String?
    package var metadataReadAt: Timestamp?
    /// Metadata that would change more than may be changed unasked.
    package var pendingMetadata: String?
    package var settings = Settings()
    package var testedAt: Timestamp?
    package var version: Int64 = 0
    /// An older connection of the tenant is switched on.
    package var isFurther = false

    /// The settings that an administrator decides.
    package struct Settings: Sendable, Hashable {
        /// A person who signs in and has no user yet becomes a user.
        package var createsUsers = false
        /// The mail domains of the people whom the connection serves; empty for all verified domains of the tenant.
        package var allowedDomains: [String] = []
        /// Whether the provider may begin: an answer to no request can be planted on somebody.
        package var takesUnsolicited = false
        /// Whether content may be encrypted with AES-CBC. Whoever changes such content may learn something of it from how
        /// it is answered, so an admin, or the provider's metadata, has to ask for it.
        package var takesCBC = false
        /// Until when signatures with SHA-1 are taken.
        package var takesSHA1Until: Timestamp?
        /// The format of names to ask for; nil leaves it to the provider.
        package var nameIDFormat: String?
        /// People sign in anew each time.
        package var forcesAuthentication = false
        /// Claims that are looked for under other names than the usual ones.
        package var claims: [Claim: [String]] = [:]

        package init() {}

        package static let mostDomains = 50

        /// Whether fewer people may sign in than with other allowed domains.
        func isNarrower(than before: Settings) -> Bool {
            !allowedDomains.isEmpty
                && (before.allowedDomains.isEmpty || !Set(before.allowedDomains).isSubset(of: allowedDomains))
        }

        private static let longestSHA1: Int64 = 366 * 86_400

        /// SHA-1 is broken, so it can be permitted for a limited time only: a year at most.
        package static func takesSHA1(until end: Timestamp, now: Timestamp) -> Bool {
            end > now && end < now.adding(seconds: longestSHA1)
        }
    }

    package init(id: SAMLConnectionID, name: String, isEnabled: Bool, isPaused: Bool, defaultRole: Role) {
        self.id = id
        self.name = name
        self.isEnabled = isEnabled
        self.isPaused = isPaused
        self.defaultRole = defaultRole
    }

    /// Whether people can sign in by it.
    package var isUsable: Bool { isEnabled && provider != nil }
    /// Whether they can now.
    package var letsIn: Bool { isUsable && !isPaused }
    /// Whether it lets nobody in until its allowed domains are set, as every connection after the first one that is
    /// switched on.
    package var needsDomains: Bool { isFurther && settings.allowedDomains.isEmpty }
}

/// A pair of keys of ours that belongs to a connection.
package struct SAMLKey: Sendable, Hashable {
    /// Rolling over takes both sides: the next one is published and decrypts before it signs, and the one before still
    /// decrypts when the provider is late.
    package enum State: String, Sendable { case next, current, previous }

    package var id: SAMLKeyID
    package var state: State
    /// In DER.
    package var certificate: [UInt8]
    /// PKCS #8, sealed.
    package var sealedKey: String
    package var createdAt: Timestamp
    package var expiresAt: Timestamp

    package init(
        id: SAMLKeyID, state: State, certificate: [UInt8], sealedKey: String, createdAt: Timestamp, expiresAt: Timestamp
    ) {
        self.id = id
        self.state = state
        self.certificate = certificate
        self.sealedKey = sealedKey
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

package typealias SAMLKeyID = Identifier<SAMLKey>
