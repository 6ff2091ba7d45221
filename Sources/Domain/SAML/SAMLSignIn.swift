package import StrictJSON

/// A sign-in that a provider answered, and how its answer stood: what an admin sees of it.
package struct SAMLSignIn: Sendable, Hashable {
    package var id: SAMLSignInID
    package var plugin: PluginID
    package var at: Timestamp
    package var purpose: SAMLRequest.Purpose
    /// The rule that was not met; nil when all were.
    package var failedRule: String?
    package var user: UserID?
    /// As they are called now; nil when nobody is known, or they are gone.
    package var userName: String?
    /// The provider's name for the person; it is not to be trusted if a rule was not met.
    package var nameID: String?
    package var address: String
    /// `{checks: [{rule, state, found, expected}], claims, document, decrypted, status}`.
    package var report: JSONObject
    /// How often the same refusal came again, and when it last did.
    package var repeats: Int64 = 0
    package var lastAt: Timestamp?

    package init(
        id: SAMLSignInID, plugin: PluginID, at: Timestamp, purpose: SAMLRequest.Purpose, failedRule: String?,
        user: UserID?, userName: String? = nil, nameID: String?, address: String, report: JSONObject
    ) {
        self.id = id
        self.plugin = plugin
        self.at = at
        self.purpose = purpose
        self.failedRule = failedRule
        self.user = user
        self.userName = userName
        self.nameID = nameID
        self.address = address
        self.report = report
    }

    /// In the report of a trial: it works for whoever tried it, once they have linked their account.
    package static let needsLink = "needs_link"
    /// How many are kept of a connection: of those that went well, and of the refusals by one rule. Refusals by one rule
    /// replace no others.
    package static let (mostKept, mostKeptOfRule): (Int64, Int64) = (500, 100)
    /// In bytes; of longer documents the beginning is kept.
    package static let longestDocument = 65_536
}

package typealias SAMLSignInID = Identifier<SAMLSignIn>

/// A provider's name for a user.
package struct SAMLIdentity: Sendable, Hashable {
    package var plugin: PluginID
    package var pluginName: String
    package var nameID: String
    package var linkedAt: Timestamp

    /// The name of a link in the change log.
    package static let field = "identity"

    package init(plugin: PluginID, pluginName: String, nameID: String, linkedAt: Timestamp) {
        self.plugin = plugin
        self.pluginName = pluginName
        self.nameID = nameID
        self.linkedAt = linkedAt
    }
}

/// The provider's name and index of a session that it vouches for.
package struct ProviderSession: Sendable, Hashable {
    package var plugin: PluginID
    package var name: ProviderName
    package var index: String?
    /// When the provider wants it to end.
    package var endsAt: Timestamp?
    /// When somebody has signed in there, which may be a while ago; nil for just now.
    package var authenticatedAt: Timestamp?

    package init(plugin: PluginID, name: ProviderName, index: String?, endsAt: Timestamp?) {
        self.plugin = plugin
        self.name = name
        self.index = index
        self.endsAt = endsAt
    }
}

/// A provider's name for a person (SAML 2.0 Core §2.2.3), with all parts that a message about them has to repeat.
package struct ProviderName: Sendable, Hashable {
    package var value: String
    package var format: String?
    package var qualifier: String?
    package var spQualifier: String?

    package init(_ value: String, format: String? = nil, qualifier: String? = nil, spQualifier: String? = nil) {
        self.value = value
        self.format = format
        self.qualifier = qualifier
        self.spQualifier = spQualifier
    }
}
