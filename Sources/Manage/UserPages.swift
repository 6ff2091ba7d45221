import Domain
import Edge
import HTTPTypes
import StrictJSON

/// Manage > Users: who is there, what is known of them, why, and what an admin can do.
struct UserPages {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private static let pageLength = 50

    // MARK: All of them

    func users(_ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> ConsoleAnswer {
        let search = request.query.text("search")
        // The list of connections is shown only to users who manage them.
        let plugins =
            user.permissions.contains(.manageIntegration)
            ? try await parts.integration.plugins(in: user.scope(.manageIntegration)) : []
        let filter = UserFilter(request.query, plugins)
        let page = try await found(search, filter, request.query, user.scope(.readUsers))
        let everybody = "\(request.base)/\(PageFrame.Section.users.path)"
        let named = search.map { [(name: "search", value: $0)] } ?? []
        let path = PlaceInList.path(everybody, named + filter.choice)
        return .page(
            "users", title: request.words["users.title"],
            [
                "mayManage": .bool(user.permissions.contains(.manageUsers)),
                "search": .string(search ?? ""), "isSearch": .bool(search != nil),
                "isFiltered": .bool(!filter.isEmpty), "unfiltered": .string(PlaceInList.path(everybody, named)),
                "filters": filter.json(request.words), "isEmpty": .bool(page.elements.isEmpty),
                "rows": .array(
                    try page.elements.map { user throws(DomainError) in try UserRow(user: user, request: request).json }
                ),
                "next": PlaceInList.link(path, after: page.end),
                "previous": PlaceInList.link(path, before: page.beginning, on: request.query),
            ], section: .users)
    }

    /// The users in whose names, addresses or employee number each word of the text begins a word.
    private func found(
        _ text: String?, _ filter: UserFilter, _ query: Form, _ scope: TenantScope
    ) async throws(DomainError) -> Page<User> {
        try await page(
            filter.narrowing(text.map { UserSearch.predicate($0) }), PlaceInList.start(query), scope)
    }

    private func page(
        _ predicate: Predicate<User.Field>?, _ start: PageRequest.Start, _ scope: TenantScope
    ) async throws(DomainError) -> Page<User> {
        try await parts.users.users(
            matching: predicate, order: ListOrder(key: SortKey(field: .userName, kind: .text(caseExact: true))),
            page: PageRequest(start: start, limit: Self.pageLength), in: scope)
    }

    // MARK: One of them

    func user(_ id: UserID, _ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> ConsoleAnswer
    {
        do throws(DomainError) { return try await present(id, request, user) } catch {
            guard case .notFound = error else { throw error }
            return try await DeletedUserController(parts).user(id, request, user)
        }
    }

    private func present(
        _ id: UserID, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws(DomainError) -> ConsoleAnswer {
        let scope = user.scope(.readUsers)
        let found = try await parts.users.user(id, in: scope)
        let attributes = try found.profile.attributes()
        let roles = try await parts.roles.roles(of: id, in: scope)
        let reasons = try await parts.roles.reasons(ofRolesOf: id, in: scope)
        let factor = try await parts.secondFactors.secondFactor(of: id, in: user.tenant)
        let mails = try await parts.mails.mails(to: id, in: scope)
        let sessions = try await parts.signIn.sessions(of: id, in: user.tenant).count
        let identities = try await parts.saml.identities(of: id, in: scope)
        let timeline = try await Timeline(parts).page(of: id, at: "manage/users/\(id)", request, scope)
        let title = UserAttributes.personName(in: attributes)
        var source: String?
        if let plugin = found.source, user.permissions.contains(.manageIntegration) {
            source = try await parts.integration.plugins(in: user.scope(.manageIntegration))
                .first { $0.id == plugin }?.name
        }
        let words = request.words
        let circle = try await parts.users.managerCircle(of: id, try UserAttributes(of: attributes), in: scope)
        let manager = try await manager(of: found, attributes, circle, request, scope)
        var content: JSONObject = [
            "href": .string("\(request.base)/manage/users/\(id)"),
            "isActive": .bool(found.isActive), "isSuspended": .bool(found.suspension != nil),
            "isDisabled": .bool(!found.isActive && found.suspension == nil),
            "mayManage": .bool(user.mayManage(roles)),
            "isSelf": .bool(id == user.user),
            "takesPassword": .bool(request.tenant.takesPassword(ofOwner: roles.contains { $0.role == .owner })),
            "source": .string(
                found.source == nil ? words["user.madeHere"] : source ?? words["user.provisioned"]),
            "isProvisioned": .bool(found.source != nil),
            "attributes": .array(Self.flat(attributes, AttributeWords(words: words))),
            "manager": manager,
            "groups": .array(
                found.groups.map { group in
                    [
                        "name": .string(group.displayName),
                        "href": .string("\(request.base)/manage/groups/\(group.id)"),
                        "kind": .string(words[group.isDirect ? "user.direct" : "user.indirect"]),
                    ]
                }),
            "hasGroups": .bool(!found.groups.isEmpty),
            "roles": .array(
                roles.map { grant in
                    [
                        "role": .string(words["role.\(grant.role.rawValue)"]), "value": .string(grant.role.rawValue),
                        "why": .string(words.reason(for: grant, among: reasons)),
                        "since": request.moment(grant.grantedAt),
                        "isTakeable": .bool(found.source == nil || grant.isTakeable),
                    ]
                }),
            "hasRoles": .bool(!roles.isEmpty),
            "rolesToGive": .array(
                user.rolesToGive.reversed().filter { role in !roles.contains { $0.role == role && $0.isByHand } }.map {
                    role in
                    ["value": .string(role.rawValue), "text": .string(words["role.\(role.rawValue)"])]
                }),
            "isLinked": .bool(found.source != nil || !identities.isEmpty),
            "identities": .array(
                identities.map {
                    [
                        "plugin": .string($0.plugin.description), "name": .string($0.pluginName),
                        "nameID": .string($0.nameID), "linked": request.moment($0.linkedAt),
                    ]
                }),
            "mails": .array(mails.map { MailRow(record: $0, request: request).json }),
            "sessions": sessions == 0 ? .null : .string(words.counted("user.sessions", sessions)),
            "hasFactor": .bool(factor?.isConfirmed == true), "hasMails": .bool(!mails.isEmpty),
            "mayInvite": .bool(parts.courier != nil),
            "externalID": attributes["externalId"] ?? .null,
        ]
        if let circle {
            let text =
                circle.isOfOne
                ? words["user.ownManager", ["name": title]]
                : words["user.managerCircle", ["circle": circle.description]]
            content["managerCircle"] = .string(text)
        }
        for (key, value) in timeline { content[key] = value }
        for (key, value) in try await UserActivity(parts).facts(of: found, request, scope) { content[key] = value }
        return .page(
            "user", title: title, content,
            section: .users)
    }

    /// The user's manager; a name without a link while no such user exists.
    private func manager(
        of user: User, _ attributes: JSONObject, _ circle: ManagerCircle?, _ request: ConsoleRequest,
        _ scope: TenantScope
    ) async throws(DomainError) -> JSON {
        if let manager = user.manager {
            let names = try await parts.history.names(of: [manager.id], in: scope)
            return [
                "name": .string(names[manager.id]?.name ?? manager.id.description),
                "page": .string("\(request.base)/manage/users/\(manager.id)"),
            ]
        }
        guard let name = EditableAttribute.manager.value(in: attributes) else { return .null }
        if circle?.isOfOne == true {
            let ownName = UserAttributes.personName(in: attributes)
            return ["name": .string(ownName), "page": .string("\(request.base)/manage/users/\(user.id)")]
        }
        return ["name": .string(name)]
    }

    /// Attributes with their paths, leaving out what stands elsewhere on the page.
    static func flat(_ object: JSONObject, _ words: AttributeWords, _ prefix: String = "") -> [JSON] {
        object.flatMap { key, value -> [JSON] in
            if prefix.isEmpty, ["schemas", "active", "groups", "externalId"].contains(key) { return [] }
            let path = prefix + key
            if path == UserAttributes.managerPath { return [] }
            if case .object(let inner) = value {
                return flat(inner, words, path + (key.hasPrefix("urn:") ? ":" : "."))
            }
            if value == .null { return [] }
            return [["name": .string(words.name(path)), "value": .string(words.value(value))]]
        }
    }

    func makePasswordLink(_ id: UserID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        guard try await user.mayManage(id, parts) else {
            return .message(request.words, "user.onlyOwners", status: .forbidden)
        }
        guard try await parts.takesPassword(of: id, request.tenant) else {
            return .message(
                request.words, "user.noPassword", status: .conflict,
                link: ("\(request.base)/manage/users/\(id)", request.words["userEdit.back"]))
        }
        let plain = parts.environment.secret(for: .passwordLink)
        let change = Change(
            id: ChangeID(rawValue: parts.environment.identifiers.next()), action: .makePasswordLink, subject: .user(id),
            difference: Difference(), origin: request.origin(user))
        try await parts.signIn.create(
            TokenDigest(of: plain.text), .invitation, for: id, change: change, in: user.scope(.manageUsers))
        return .page(
            "password-link", title: request.words["passwordLink.title"],
            [
                "link": .string("\(parts.address.url(of: request.tenant.slug))/password/\(plain.text)"),
                "href": .string("\(request.base)/manage/users/\(id)"),
            ], section: .users)
    }
}

/// A user in a list.
struct UserRow {
    let user: User
    let request: ConsoleRequest
    /// The path of the user's page, below Manage.
    var folder = "users"
    /// The group whose members are listed.
    var group: GroupID?

    var json: JSON {
        get throws(DomainError) {
            let attributes = try user.profile.attributes()
            let (name, userName) = (
                UserAttributes.personName(in: attributes), attributes["userName"]?.stringValue ?? ""
            )
            return [
                "href": .string("\(request.base)/manage/\(folder)/\(user.id)"),
                "isIndirect": .bool(user.groups.contains { $0.id == group && !$0.isDirect }),
                "userName": .string(userName), "name": .string(name == userName ? "" : name),
                "email": .string(Self.email(attributes)), "isActive": .bool(user.isActive),
                "isSuspended": .bool(user.suspension != nil),
                "isDisabled": .bool(!user.isActive && user.suspension == nil),
                "isProvisioned": .bool(user.source != nil),
            ]
        }
    }

    private static func email(_ attributes: JSONObject) -> String {
        let emails = attributes["emails"]?.arrayValue ?? []
        return (emails.first { $0["primary"] == .bool(true) } ?? emails.first)?["value"]?.stringValue ?? ""
    }
}

extension SignedInUser {
    /// An Owner is made by an Owner only.
    var rolesToGive: [Role] { Role.allCases.filter { $0 != .owner || roles.contains(.owner) } }

    /// Whether they may manage somebody who has these roles.
    func mayManage(_ grants: [RoleGrant]) -> Bool {
        permissions.contains(.manageUsers) && (roles.contains(.owner) || !grants.contains { $0.role == .owner })
    }

    /// An Owner is managed by Owners only.
    func mayManage(_ other: UserID, _ parts: ConsoleParts) async throws(DomainError) -> Bool {
        if roles.contains(.owner) { return true }
        return try await !parts.roles.roles(of: other, in: scope(.manageUsers)).contains { $0.role == .owner }
    }
}
