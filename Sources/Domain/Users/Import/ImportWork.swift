import StrictJSON

/// Does the rows of an import, or tries what they would do.
package struct ImportWork: Sendable {
    private let users: any UserRepository
    private let roles: any RoleGrantRepository
    private let integration: any IntegrationRepository
    private let history: any ChangeHistoryRepository
    private let changes: UserChanges
    private let userImport: UserImport
    private let scope: TenantScope
    private let mayManageOwners: Bool
    /// Of the rows of a trial so far.
    private let managers = ImportedManagers()

    /// - Parameter mayManageOwners: whether whoever brought the file is an Owner.
    package init(
        _ userImport: UserImport, mayManageOwners: Bool, users: any UserRepository, roles: any RoleGrantRepository,
        integration: any IntegrationRepository, history: any ChangeHistoryRepository, identifiers: IdentifierSource,
        in scope: TenantScope
    ) {
        self.userImport = userImport
        self.mayManageOwners = mayManageOwners
        self.users = users
        self.roles = roles
        self.integration = integration
        self.history = history
        self.scope = scope
        changes = UserChanges(users: users, identifiers: identifiers)
    }

    private var origin: ChangeOrigin {
        ChangeOrigin(actor: .admin(userImport.madeBy), requestID: "import \(userImport.id)")
    }

    /// - Throws: what is not the row's fault.
    package func result(of row: ImportRow) async throws -> ImportResult {
        do {
            guard let key = userImport.mode.key else { return try await create(row) }
            return try await update(row, key)
        } catch let error as DomainError {
            switch error {
            case .invalid(let field, _): return .refused(row.line, .invalid, field)
            case .conflict(let field): return .refused(row.line, .taken, field)
            case .managerCircle(let circle): return .refused(row.line, .circle, circle.description)
            // Somebody deleted the user meanwhile.
            case .notFound: return .refused(row.line, .nobody, userImport.mode.key?.rawValue)
            case .stale, .refused, .tookTooLong, .unexpected: return .refused(row.line, .failed)
            // Not the row's fault: the work waits, or is not allowed any more.
            case .unavailable, .throttled, .paused, .unauthenticated, .forbidden: throw error
            }
        }
    }

    // MARK: Creating

    private func create(_ row: ImportRow) async throws -> ImportResult {
        var role = Role.trainee
        if let name = row.role {
            guard let named = Role(name: name) else { return .refused(row.line, .invalid, ImportTable.role) }
            if named == .owner, !mayManageOwners { return .refused(row.line, .owner) }
            role = named
        }
        let attributes = try UserAttributes.entered(row.values)
        let made = ImportResult(line: row.line, outcome: .created, user: row.user)
        if userImport.isTrial {
            let taken = try await find(.userName, attributes.userName.spelling)
            if !taken.isEmpty { return .refused(row.line, .taken, EditableAttribute.userName.rawValue) }
            try await tryManager(of: row.user, attributes)
            return made
        }
        do throws(DomainError) {
            _ = try await changes.create(
                attributes, as: row.user, role: role, isInvited: userImport.invites, origin: origin, in: scope)
            return made
        } catch {
            guard case .conflict = error else { throw error }
            // It was done before, and whoever did it did not come to note it.
            if let found = try await find(.userName, attributes.userName.spelling).first, found.id == row.user {
                return made
            }
            throw error
        }
    }

    // MARK: Updating

    private func update(_ row: ImportRow, _ key: EditableAttribute) async throws -> ImportResult {
        let found = try await find(key == .email ? .email : .employeeNumber, row.values[key] ?? "")
        guard let user = found.first else { return .refused(row.line, .nobody, key.rawValue) }
        if found.count > 1 { return .refused(row.line, .several, key.rawValue) }
        if !mayManageOwners, try await roles.roles(of: user.id, in: scope).contains(where: { $0.role == .owner }) {
            return .refused(row.line, .owner)
        }
        let document = try user.profile.attributes()
        let differing = Self.differing(row, key, document)
        if differing.isEmpty { return ImportResult(line: row.line, outcome: .unchanged, user: user.id) }
        if user.source != nil {
            let ownership = try await FieldOwnership(of: user, integration, history, in: scope)
            if let locked = EditableAttribute.allCases.first(where: { differing[$0] != nil && ownership.isLocked($0) })
            {
                return .refused(row.line, .managed, locked.rawValue)
            }
        }
        let attributes = try UserAttributes.entered(differing, over: document)
        if !userImport.isTrial {
            _ = try await changes.update(user.id, origin: origin, in: scope) { before in
                let document = try before.profile.attributes()
                return try .entered(Self.differing(row, key, document), over: document)
            }
        } else if let name = differing[.userName],
            try await find(.userName, name).contains(where: { $0.id != user.id })
        {
            return .refused(row.line, .taken, EditableAttribute.userName.rawValue)
        } else if differing[.manager] != nil {
            try await tryManager(of: user.id, attributes)
        }
        let fields = EditableAttribute.allCases.filter { differing[$0] != nil }.map(\.rawValue)
        return ImportResult(
            line: row.line, outcome: .updated, user: user.id, field: fields.joined(separator: " "))
    }

    /// The attributes in which the row differs from the user; the key is left out, since it is equal.
    private static func differing(
        _ row: ImportRow, _ key: EditableAttribute, _ document: JSONObject
    ) -> [EditableAttribute: String] {
        row.values.filter { attribute, value in
            let stored = attribute.value(in: document)
            return attribute != key && value != stored && attribute.normalized(value) != stored
        }
    }

    // MARK: Managers

    /// - Throws: `managerCircle` when the import would close a circle with this row.
    private func tryManager(of id: UserID, _ attributes: UserAttributes) async throws(DomainError) {
        try await managers.add(id, attributes) { name async throws(DomainError) in try await person(called: name) }
    }

    /// The user whom a manager's name means: an id, an externalId or a user name.
    private func person(called name: String) async throws(DomainError) -> ImportedManagers.Person? {
        let isCalled = Predicate<User.Field>.or(
            .comparison(.id, .equal, .text(name, caseExact: true)),
            .or(
                .comparison(.externalID, .equal, .text(name, caseExact: true)),
                .comparison(.userName, .equal, .text(name, caseExact: false))))
        let found = try await users.users(
            matching: isCalled, order: ListOrder(), page: PageRequest(offset: 0, limit: 3), in: scope
        ).elements
        var people: [(user: User, attributes: JSONObject)] = []
        for user in found { people.append((user, try user.profile.attributes())) }
        let best =
            people.first { $0.user.id.description == name }
            ?? people.first { $0.attributes["externalId"]?.stringValue == name } ?? people.first
        guard let best else { return nil }
        return ImportedManagers.Person(
            id: best.user.id, userName: best.attributes["userName"]?.stringValue ?? name,
            manager: best.user.manager?.id.description ?? EditableAttribute.manager.value(in: best.attributes))
    }

    private func find(_ field: User.Field, _ text: String) async throws(DomainError) -> [User] {
        try await users.users(
            matching: .comparison(field, .equal, .text(text, caseExact: false)), order: ListOrder(),
            page: PageRequest(offset: 0, limit: 2), in: scope
        ).elements
    }
}
