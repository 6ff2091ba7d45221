/// Why a rule of this product refuses an identity provider, as it is told and as the provisioning log knows it again.
package enum Refusal: String, Sendable, Hashable, CaseIterable {
    case tokenRevoked, tokenExpired, tokenGone, accountSuspended, switchedOff, notInPlan
    case foreignUser, linkWaiting, linkRefused, deletionWaiting, deletionRefused, lastOwner

    package var sentence: String {
        switch self {
        case .tokenRevoked: "The token has been revoked."
        case .tokenExpired: "The token has expired."
        case .tokenGone: "The token is no longer valid."
        case .accountSuspended: "This account is suspended."
        case .switchedOff: "This connection is switched off under Manage > Plugins."
        case .notInPlan:
            "Provisioning is not part of this account's plan; it comes with the plan "
                + "\(Plan.unlocking(.scim).name) and better."
        case .foreignUser: "This user belongs to another source, and this connection does not take users over."
        case .linkWaiting:
            "This user belongs to another source. An administrator has been asked to approve the link; "
                + "try again afterwards."
        case .linkRefused: "This user belongs to another source, and an administrator has refused the link."
        case .deletionWaiting:
            "This user came to this connection by an administrator's approval, which did not include deletion. The "
                + "user is disabled; an administrator has been asked to approve the deletion."
        case .deletionRefused: "An administrator has refused to delete this user, who is disabled."
        case .lastOwner: "The last active Owner of an account can be neither disabled nor deleted."
        }
    }

    /// Nil for what is none of these.
    package init?(sentence: String) {
        guard let found = Self.allCases.first(where: { $0.sentence == sentence }) else { return nil }
        self = found
    }
}
