/// A request of an identity provider that was refused. The name or externalId of a creation is the only value it keeps.
package struct RefusedRequest: Sendable, Hashable {
    /// In place of a method: the token itself was refused, whatever was asked.
    package static let anyMethod = "token"

    package var id: ChangeID
    package var at: Timestamp
    package var plugin: PluginID
    package var token: TokenID
    package var method: String
    package var resourceType: String?
    package var resourceID: String?
    /// The name of the user or group that a refused creation asked for, or else its externalId; nil for other requests.
    package var name: String?
    package var status: Int
    package var scimType: String?
    package var reason: String
    package var requestID: String

    package init(
        id: ChangeID, at: Timestamp, plugin: PluginID, token: TokenID, method: String, resourceType: String?,
        resourceID: String?, name: String? = nil, status: Int, scimType: String?, reason: String, requestID: String
    ) {
        self.id = id
        self.at = at
        self.plugin = plugin
        self.token = token
        self.method = method
        self.resourceType = resourceType
        self.resourceID = resourceID
        self.name = name
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
    /// The name of a user or group now, or the last it had; of a refused creation the name that it asked for. Nil when
    /// none is known.
    package var subjectName: String?
    package var isSubjectDeleted: Bool
    package var outcome: Outcome
    /// The steps by which members joined or left a group.
    package var members: [MemberStep]
    package var requestID: String

    package init(
        id: ChangeID, at: Timestamp, pluginName: String, subject: String, subjectID: String, subjectName: String?,
        isSubjectDeleted: Bool, outcome: Outcome, members: [MemberStep] = [], requestID: String
    ) {
        self.id = id
        self.at = at
        self.pluginName = pluginName
        self.subject = subject
        self.subjectID = subjectID
        self.subjectName = subjectName
        self.isSubjectDeleted = isSubjectDeleted
        self.outcome = outcome
        self.members = members
        self.requestID = requestID
    }

    /// The event, in words.
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

    /// The remedy that an administrator has; nil if nothing needs to be done.
    package var remedy: Remedy? {
        guard case .refused(let method, let status, let scimType, _) = outcome else { return nil }
        return switch (status, scimType) {
        case (403, _) where method == RefusedRequest.anyMethod: .connection
        case (401, _): .credentials
        case (409, "uniqueness"?): .taken
        case (409, _): .conflict
        case (400, "invalidFilter"?): .filter
        case (400, "mutability"?): .readOnly
        case (400, _): .value
        case (403, _): .forbidden
        case (404, _): .gone
        case (412, _): .stale
        case (413, _): .large
        default: .other
        }
    }

    /// A remedy for a refused request.
    package enum Remedy: String, Sendable, Hashable, CaseIterable {
        case credentials, connection, taken, conflict, filter, readOnly, value, forbidden, gone, stale, large, other
    }
}

/// The repository of refused requests, beside the change log.
package protocol ProvisioningLogRepository: Sendable {
    func add(_ refused: [RefusedRequest], of tenant: TenantID) async throws(DomainError)
    /// Keeps the last one of each kind.
    func note(_ strangers: [Stranger], at tenant: TenantID) async throws(DomainError)
    /// The one who came last.
    func lastStranger(in scope: TenantScope) async throws(DomainError) -> Stranger?
    /// The connection's provider sent more than it may.
    func noteThrottling(of plugin: PluginID, at time: Timestamp, in tenant: TenantID) async throws(DomainError)
    /// Keeps when a connection's provider last sent attributes that were left out: `IgnoredAttribute.limit` names.
    func note(
        _ ignored: [IgnoredAttribute], of plugin: PluginID, in tenant: TenantID
    ) async throws(DomainError)
    /// The attributes of a connection that were left out, by name.
    func ignoredAttributes(
        of plugin: PluginID, in scope: TenantScope
    ) async throws(DomainError) -> [IgnoredAttribute]
    /// Forgets what is older than the tenant keeps it.
    func forgetOld(of tenant: TenantID) async throws(DomainError)
    /// The latest entries, latest first.
    ///
    /// - Parameter before: those older than this one.
    func entries(
        _ filter: ProvisioningLogFilter, before: ChangeID?, limit: Int, in scope: TenantScope
    ) async throws(DomainError) -> [ProvisioningLogEntry]
    /// The recent requests of each SCIM connection of the tenant.
    ///
    /// - Parameter now: the end of the time that is counted.
    func activities(
        at now: Timestamp, in scope: TenantScope
    ) async throws(DomainError) -> [PluginID: ConnectionActivity]
    /// The ids of the users and groups, deleted ones too, of whom this is the name or an e-mail address.
    func subjects(named name: String, in scope: TenantScope) async throws(DomainError) -> [String]
}

/// Takes note of refused requests.
package protocol RefusalRecorder: Sendable {
    func record(_ refused: RefusedRequest, of tenant: TenantID)
    func record(_ stranger: Stranger, at tenant: TenantID)
    /// A request of the client was held back; that is no line of the log, of which there would be many.
    func recordThrottling(of client: ProvisioningClient, at time: Timestamp)
    /// A request of the client had attributes that were left out.
    func record(ignored names: [String], of client: ProvisioningClient, at time: Timestamp)
}
