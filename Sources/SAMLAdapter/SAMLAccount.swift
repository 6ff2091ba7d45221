import Domain
import Edge
import SAML
import StrictJSON

/// Finds the user whom a provider speaks of, describes the one to be made where the connection makes users, and keeps
/// those whom the connection has made up to date.
struct SAMLAccount {
    private let call: SAMLCall

    init(_ call: SAMLCall) { self.call = call }

    /// Why there is nobody.
    struct Refusal: Error {
        let rule: String
        var user: UserID?
        /// Whether nobody else could be meant.
        var isOnlyUser = false
    }

    /// The user whom a provider speaks of.
    enum Holder {
        /// - isOurs: the connection has made the user.
        /// - isAddressProved: the stated address lies in a proved domain.
        case known(UserID, isOurs: Bool, isAddressProved: Bool)
        /// Nobody yet; the sign-in makes this user.
        case new(NewUser)
    }

    func holder(of person: ClaimedPerson) async throws -> Result<Holder, Refusal> {
        let finding = try await call.parts.connections.find(person, of: call.connection.id)
        switch SAMLAdmission(person, finding, call.connection.settings) {
        case .refused(let reason):
            let users = Set(finding.candidates.map(\.user))
            return .failure(
                Refusal(
                    rule: reason.rawValue, user: finding.candidates.first?.user, isOnlyUser: users.count == 1))
        case .user(let found):
            let isProved = person.stableEmail?.domain.map(finding.provedDomains.contains) == true
            return .success(.known(found.user, isOurs: found.source == plugin, isAddressProved: isProved))
        case .create:
            do throws(DomainError) {
                let attributes = try Self.attributes(
                    of: person, try await roles(of: person), over: nil,
                    userName: person.newUserName(provedDomains: finding.provedDomains))
                return .success(
                    .new(changes.newUser(attributes, role: call.connection.defaultRole, origin: origin)))
            } catch {
                guard case .invalid = error else { throw error }
                return .failure(Self.unusable)
            }
        }
    }

    /// The refusal for statements of the provider that cannot be stored.
    static let unusable = Refusal(rule: "attributes")

    private var plugin: PluginID { call.connection.id.plugin }
    private var scope: TenantScope { TenantScope(tenant: call.tenant.id, admission: .signIn) }
    private var origin: ChangeOrigin {
        ChangeOrigin(actor: .signIn(plugin), requestID: call.context.requestID)
    }
    private var changes: UserChanges {
        UserChanges(users: call.parts.users, identifiers: call.parts.environment.identifiers, source: plugin)
    }

    /// A user of this connection is as the provider says today. What cannot be taken is left as it was.
    ///
    /// - Parameter isAddressProved: the stated address is stable and in a proved domain; no other address is stored.
    func update(_ user: UserID, _ person: ClaimedPerson, isAddressProved: Bool) async {
        guard let roles = try? await roles(of: person) else { return }
        _ = try? await changes.update(user, origin: origin, in: scope) { user in
            try Self.attributes(
                of: person, roles, over: try user.profile.attributes(), takesEmail: isAddressProved)
        }
    }

    private static func attributes(
        of person: ClaimedPerson, _ roles: [String], over document: JSONObject?, userName: String? = nil,
        takesEmail: Bool = true
    ) throws(DomainError) -> UserAttributes {
        var values: [EditableAttribute: String] = [:]
        if takesEmail { values[.email] = person.email }
        for (claim, attribute) in [
            (Claim.givenName, EditableAttribute.givenName), (.familyName, .familyName), (.displayName, .displayName),
        ] { values[attribute] = person.first(claim) }
        if document == nil { values[.userName] = userName }
        var result = try UserAttributes.entered(values, over: document).document
        if document == nil, let id = person.first(.externalID) {
            // A value that is looked up by an index must fit into it.
            if id.utf8.count > EditableAttribute.maximumBytes {
                throw .invalid(field: "externalId", reason: "has at most \(EditableAttribute.maximumBytes) bytes")
            }
            result["externalId"] = .string(id)
        }
        let elements = roles.map { JSON.object(["value": .string($0)]) }
        result["roles"] = elements.isEmpty ? nil : .array(elements)
        return try UserAttributes(of: result)
    }

    /// The names that roles can follow from: the roles that the provider states, and those of its groups that a rule
    /// names.
    private func roles(of person: ClaimedPerson) async throws(DomainError) -> [String] {
        let groups = person.values[.groups] ?? []
        let stated = (person.values[.roles] ?? []).prefix(Self.mostRoles)
        if groups.isEmpty { return Array(stated) }
        let mapped = Set(try await call.parts.integration.mappings(of: plugin, in: scope).map { FoldedKey($0.value) })
        return Array(stated) + groups.filter { mapped.contains(FoldedKey($0)) }.prefix(Self.mostRoles)
    }

    private static let mostRoles = 100
}

extension ClaimedPerson {
    init(_ assertion: VerifiedAssertion, names: [Claim: [String]]) {
        self.init(
            nameID: assertion.subject.value,
            isNameIDLasting: assertion.subject.format != NameIDFormat.transient.rawValue,
            statements: assertion.attributes.map { ($0.name, $0.friendlyName, $0.values) }, names: names)
    }
}
