/// A company that bought the product.
package struct Tenant: Sendable, Hashable {
    /// How people sign in.
    package enum SignInMethod: String, Sendable, CaseIterable {
        case password
        /// With their company only. An Owner's password stays good: somebody has to get in when the provider does not.
        case saml
        case both
    }

    package enum Status: String, Sendable { case active, suspended }

    package var id: TenantID
    package var slug: Slug
    package var name: String
    package var plan: Plan
    package var entitlements: Set<Entitlement>
    package var defaultLanguage: String
    package var status: Status
    package var createdAt: Timestamp
    /// Days for which refused requests are kept.
    package var logRetentionDays = 90

    package var signInMethod = SignInMethod.both

    /// Whether somebody comes in by password. Who signs in with their company only needs none.
    package func takesPassword(ofOwner isOwner: Bool) -> Bool { signInMethod != .saml || isOwner }

    package static let retentionDays: ClosedRange<Int> = 1...3650

    package init(
        id: TenantID, slug: Slug, name: String, plan: Plan, entitlements: Set<Entitlement>, defaultLanguage: String,
        status: Status, createdAt: Timestamp
    ) {
        self.id = id
        self.slug = slug
        self.name = name
        self.plan = plan
        self.entitlements = entitlements
        self.defaultLanguage = defaultLanguage
        self.status = status
        self.createdAt = createdAt
    }
}
