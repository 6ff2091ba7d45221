/// A request of an identity provider that was refused, without any of its values.
package struct RefusedRequest: Sendable, Hashable {
    package var id: ChangeID
    package var at: Timestamp
    package var plugin: PluginID
    package var token: TokenID
    package var method: String
    package var resourceType: String?
    package var resourceID: String?
    package var status: Int
    package var scimType: String?
    package var reason: String
    package var requestID: String

    package init(
        id: ChangeID, at: Timestamp, plugin: PluginID, token: TokenID, method: String, resourceType: String?,
        resourceID: String?, status: Int, scimType: String?, reason: String, requestID: String
    ) {
        self.id = id
        self.at = at
        self.plugin = plugin
        self.token = token
        self.method = method
        self.resourceType = resourceType
        self.resourceID = resourceID
        self.status = status
        self.scimType = scimType
        self.reason = reason
        self.requestID = requestID
    }
}

/// One line of the provisioning log: something that an identity provider did, or tried to.
package struct ProvisioningLogEntry: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        case done(action: String, fields: [String])
        case refused(method: String, status: Int, scimType: String?, reason: String)
    }

    package var id: ChangeID
    package var at: Timestamp
    package var pluginName: String
    /// `user`, `group` and so on, and which one.
    package var subject: String
    package var subjectID: String
    /// What a user or group is called now; nil when it is gone or was never there.
    package var subjectName: String?
    package var outcome: Outcome
    package var requestID: String

    package init(
        id: ChangeID, at: Timestamp, pluginName: String, subject: String, subjectID: String, subjectName: String?,
        outcome: Outcome, requestID: String
    ) {
        self.id = id
        self.at = at
        self.pluginName = pluginName
        self.subject = subject
        self.subjectID = subjectID
        self.subjectName = subjectName
        self.outcome = outcome
        self.requestID = requestID
    }

    /// What happened, in words.
    package var action: String {
        switch outcome {
        case .done(let action, let fields):
            switch action {
            case "create": "created"
            case "delete": "deleted"
            case "disable": "disabled"
            case "enable": "enabled again"
            case "add-members": "added members"
            case "remove-members": "removed members"
            case "assign-roles": "moved roles"
            default: fields.isEmpty ? "changed" : "changed \(fields.joined(separator: ", "))"
            }
        case .refused(let method, let status, _, _): "refused \(method) with \(status)"
        }
    }

    /// Why it was refused; nil when it was not.
    package var reason: String? {
        if case .refused(_, _, _, let reason) = outcome { reason } else { nil }
    }

    /// What the admin can do about it; nil when there is nothing to be done.
    package var nextStep: String? {
        guard case .refused(_, let status, let scimType, _) = outcome else { return nil }
        return switch (status, scimType) {
        case (409, "uniqueness"?):
            "Look for the user or group that has this value already, and link it or change the value on either side."
        case (409, _): "Resolve what the reason names; the identity provider will try again."
        case (400, "invalidFilter"?): "Choose another matching attribute in the identity provider."
        case (400, "mutability"?): "Take this attribute out of the identity provider's mapping; it cannot be written."
        case (400, _): "Correct the value, or its mapping, in the identity provider."
        case (403, _):
            "Approve the link if the reason says that it waits (`review`), change the policy of the connection, or give "
                + "the user back to its source."
        case (404, _): "It was deleted here; restart provisioning for it in the identity provider."
        case (412, _): "Nothing: somebody else was faster, and the identity provider will try again."
        case (413, _): "Let the identity provider send fewer or smaller things at once."
        default: "Nothing here; if it happens again, quote the request id to support."
        }
    }
}

/// Where refused requests are kept, beside the change log.
package protocol ProvisioningLogRepository: Sendable {
    func add(_ refused: [RefusedRequest], of tenant: TenantID) async throws(DomainError)
    /// Forgets what is older than the tenant keeps it.
    func forgetOld(of tenant: TenantID) async throws(DomainError)
    /// The latest entries, latest first.
    ///
    /// - Parameter before: those older than this one.
    func entries(
        _ filter: ProvisioningLogFilter, before: ChangeID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [ProvisioningLogEntry]
}

/// Which lines of the provisioning log are wanted.
package struct ProvisioningLogFilter: Sendable, Hashable {
    package enum Outcome: String, Sendable, CaseIterable { case all, done, refused }

    package var outcome: Outcome
    /// Of one connection.
    package var plugin: PluginID?
    /// Of one user or group, by its id.
    package var subject: String?

    package init(outcome: Outcome = .all, plugin: PluginID? = nil, subject: String? = nil) {
        self.outcome = outcome
        self.plugin = plugin
        self.subject = subject
    }
}

/// Takes note of refused requests.
package protocol RefusalRecorder: Sendable {
    func record(_ refused: RefusedRequest, of tenant: TenantID)
}
