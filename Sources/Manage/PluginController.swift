import Domain
import Edge
import HTTPTypes
import StrictJSON

/// Manage > Plugins: connections to identity providers, their settings and secrets.
struct PluginController {
    let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    func changes(_ request: ConsoleRequest, _ user: SignedInUser) -> IntegrationChanges {
        IntegrationChanges(
            integration: parts.integration, identifiers: parts.environment.identifiers, origin: request.origin(user))
    }

    // MARK: All of them

    func plugins(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        if request.method == .post { return try await create(request, user) }
        return try await list(request, user)
    }

    private func list(
        _ request: ConsoleRequest, _ user: SignedInUser, problem: String? = nil, field: String? = nil
    ) async throws -> ConsoleAnswer {
        let words = request.words
        let plugins = try await parts.integration.plugins(in: user.scope(.manageIntegration))
        let states = try await ConnectionStates(parts, request, user)
        let gate = PlanGate(request)
        let lockOut = try await LockOut(parts, request, user)
        return .page(
            "plugins", title: words["plugins.title"],
            [
                "plugins": .array(
                    plugins.map { plugin -> JSON in
                        var row = states.words(of: plugin).json
                        row["href"] = .string("\(request.base)/manage/integration/plugins/\(plugin.id)")
                        row["name"] = .string(plugin.name)
                        row["kind"] = .string(plugin.kind.name)
                        row["isActive"] = .bool(plugin.isActiveProvider)
                        return .object(row)
                    }),
                "isLockedOut": .bool(lockOut.isThere),
                "isEmpty": .bool(plugins.isEmpty), "mayAdd": .bool(Plugin.Kind.allCases.contains(where: gate.contains)),
                "mayAddSCIM": .bool(gate.contains(.scim)), "mayAddSAML": .bool(gate.contains(.saml)),
                "locked": .array(Plugin.Kind.allCases.compactMap(gate.notice).map { .string($0) }),
                "providers": .array(Self.providers.map { .string($0) }),
                "name": .string(request.form.text("name") ?? ""),
                "problemField": field.map { .string($0) } ?? .null, "problem": problem.map { .string($0) } ?? .null,
            ], section: .plugins, status: problem == nil ? .ok : .unprocessableContent, isError: problem != nil)
    }

    private static let providers = [
        "Microsoft Entra ID", "Okta", "OneLogin", "Google Workspace", "JumpCloud", "Ping Identity",
    ]

    private func create(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let kind = request.form["kind"].flatMap { Plugin.Kind(rawValue: $0) } ?? .scim
        if let locked = PlanGate(request).notice(kind) { return try await list(request, user, problem: locked) }
        let name = request.form.text("name") ?? ""
        let made = try await made(kind, name, request, user)
        switch made {
        case .success(let plugin):
            return .redirect(
                "manage/integration/plugins/\(plugin.id)?done=\(kind == .scim ? "pluginMade" : "connectionMade")")
        case .failure(let error):
            return try await list(request, user, problem: try problem(withName: name, error, request), field: "name")
        }
    }

    private func made(
        _ kind: Plugin.Kind, _ name: String, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws -> Result<Plugin, DomainError> {
        do {
            return .success(
                try await changes(request, user).create(kind, name: name, in: user.scope(.manageIntegration)))
        } catch let error as DomainError { return .failure(error) }
    }

    // MARK: One of them

    func plugin(_ id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let plugin = try await parts.plugin(id, user)
        if plugin.kind == .saml {
            let controller = SAMLController(parts)
            return request.method == .post
                ? try await controller.save(plugin, request, user) : try await controller.page(plugin, request, user)
        }
        if request.method == .post {
            let edited = Self.applying(request.form, to: plugin)
            // A form of an older page would undo the changes that others have made since.
            if let version = request.form["version"], version != "\(plugin.version)" {
                return try await page(plugin, edited: edited, request, user, problem: request.words["plugin.stale"])
            }
            switch try await update(plugin, to: edited, request, user) {
            case .saved: return .redirect("manage/integration/plugins/\(id)?done=saved")
            case .asks(let preview): return RolePreviewPage(preview: preview, request: request).answer
            case .fails(let problem):
                return try await page(plugin, edited: edited, request, user, problem: problem, field: "name")
            }
        }
        return try await page(plugin, request, user)
    }

    enum Update {
        case saved
        case asks(RolePreview)
        /// The problem with the name or the time.
        case fails(problem: String)
    }

    func update(
        _ plugin: Plugin, to edited: Plugin, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws -> Update {
        do throws(DomainError) {
            let outcome = try await changes(request, user).update(
                edited, from: plugin, agreed: request.form[RolePreviewPage.agreed],
                in: user.scope(.manageIntegration))
            switch outcome {
            case .saved: return .saved
            case .asks(let preview): return .asks(preview)
            }
        } catch { return .fails(problem: try problem(withName: edited.name, error, request)) }
    }

    private func problem(
        withName name: String, _ error: DomainError, _ request: ConsoleRequest
    ) throws(DomainError) -> String {
        switch error {
        case .conflict: return request.words["plugins.taken", ["name": name]]
        case .invalid: return request.words["plugins.nameNeeded"]
        case .stale: return request.words["plugin.stale"]
        default: throw error
        }
    }

    /// The settings as the form has them; what it does not name stays.
    private static func applying(_ form: Form, to plugin: Plugin) -> Plugin {
        var plugin = plugin
        if form["name"] != nil { plugin.name = form.text("name") ?? "" }
        plugin.isEnabled = form["enabled"] != nil
        plugin.isPaused = form["paused"] != nil
        if form["active_provider"] != nil { plugin.isActiveProvider = true }
        if let role = form["default_role"].flatMap({ Role(rawValue: $0) }), role.canBeProvisioned {
            plugin.defaultRole = role
        }
        let policy = plugin.policy
        plugin.policy.matching = form["matching"].flatMap { .init(rawValue: $0) } ?? policy.matching
        plugin.policy.takeoverRoles =
            form["takeover_roles"].flatMap { .init(rawValue: $0) } ?? policy.takeoverRoles
        plugin.policy.unknownMembers = form["unknown_members"].flatMap { .init(rawValue: $0) } ?? policy.unknownMembers
        plugin.policy.unknownAttributes =
            form["unknown_attributes"].flatMap { .init(rawValue: $0) } ?? policy.unknownAttributes
        plugin.policy.requiredProfile =
            form["required_profile"].flatMap { .init(rawValue: $0) } ?? policy.requiredProfile
        plugin.policy.invites = form["invites"].flatMap { .init(rawValue: $0) } ?? policy.invites
        plugin.policy.isStrict = form["strict"] != nil
        plugin.acceptsBareToken = form["bare_token"] != nil
        return plugin
    }

    /// - Parameter edited: as the form has it, if that was not kept.
    func page(
        _ plugin: Plugin, edited: Plugin? = nil, _ request: ConsoleRequest, _ user: SignedInUser,
        problem: String? = nil, field: String? = nil
    ) async throws -> ConsoleAnswer {
        let states = try await ConnectionStates(parts, request, user)
        let tokens = states.secrets(plugin.id).tokens
        let words = request.words
        let href = "\(request.base)/manage/integration/plugins/\(plugin.id)"
        var content = PluginForm(plugin: edited ?? plugin, words: words).json
        content["href"] = .string(href)
        content["locked"] = PlanGate(request).notice(.scim).map { .string($0) } ?? .null
        content["version"] = .string("\(plugin.version)")
        content["tenantURL"] = .string(parts.address.scimURL(of: request.tenant.slug))
        content["tokenID"] = .string(TokenID(rawValue: parts.environment.identifiers.next()).description)
        let rows = tokens.map { SecretRow($0, among: tokens, request) }
        content["secrets"] = .array(rows.map { $0.json(revocation: "\(href)/tokens/\($0.id)/revocation") })
        content["hasTokens"] = .bool(!tokens.isEmpty)
        content["successor"] = SecretRow.succession(of: rows, words)
        content["revokeAsk"] = .string(words["plugin.revokeAsk"])
        content["lifetimes"] = SecretLifetime.options(request.form, words)
        let isOwn = request.form["secret"] != nil
        content["isOwnOpen"] = .bool(isOwn)
        // The settings have a name as well.
        if isOwn || field == "token-name" {
            content[isOwn ? "ownName" : "tokenName"] = request.form["name"].map { .string($0) } ?? .null
        }
        content["health"] = .object(states.words(of: plugin).json)
        content["doctor"] = .object(
            try await ConnectionDoctor(parts).report(
                plugin, states.secrets(plugin.id), request, user))
        content["problem"] = problem.map { .string($0) } ?? .null
        content["problemField"] = field.map { .string($0) } ?? .null
        if !request.isWatching { try await addRest(of: plugin, to: &content, request, user, field: field) }
        return .page(
            "plugin", title: plugin.name, content, section: .plugins,
            status: problem == nil ? .ok : .unprocessableContent, isError: problem != nil)
    }

    /// Adds the parts of the page that change by an administrator's doing only.
    private func addRest(
        of plugin: Plugin, to content: inout JSONObject, _ request: ConsoleRequest, _ user: SignedInUser, field: String?
    ) async throws(DomainError) {
        let mappings = try await parts.integration.mappingStatuses(of: plugin.id, in: user.scope(.manageIntegration))
        content["mappings"] = .array(mappings.map { MappingRow(status: $0, request: request).json })
        content["hasMappings"] = .bool(!mappings.isEmpty)
        content["mappingValue"] =
            field?.hasPrefix("mapping-") == true ? request.form["value"].map { .string($0) } ?? .null : .null
        let ignored = try await parts.provisioningLog.ignoredAttributes(
            of: plugin.id, in: user.scope(.manageIntegration))
        content["ignored"] = .array(
            ignored.map { ["name": .string($0.name), "time": request.moment($0.lastAt)] })
        content["hasIgnored"] = .bool(!ignored.isEmpty)
        for (key, value) in try await Timeline(parts).page(ofConnection: plugin.id, request, user) {
            content[key] = value
        }
    }

    // MARK: Deletion

    func delete(_ id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let plugin = try await parts.plugin(id, user)
        if request.method == .post {
            try await changes(request, user).delete(plugin, in: user.scope(.manageIntegration))
            return .redirect("\(PageFrame.Section.plugins.path)?done=pluginDeleted")
        }
        let left = try await parts.integration.dependants(of: id, in: user.scope(.manageIntegration))
        return .page(
            "plugin-deletion", title: request.words["pluginDeletion.title", ["name": plugin.name]],
            [
                "href": .string("\(request.base)/manage/integration/plugins/\(id)"),
                "isSAML": .bool(plugin.kind == .saml),
                "locksOut": .bool(try await LockOut(parts, request, user).follows(from: id, becoming: nil)),
                "users": .string(request.words.counted("pluginDeletion.users", left.users)),
                "groups": .string(request.words.counted("pluginDeletion.groups", left.groups)),
            ], section: .plugins)
    }

    // MARK: Roles

    func setMapping(of id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let plugin = try await parts.plugin(id, user)
        let form = request.form
        let value = form.text("value").flatMap { $0.utf8.count <= 500 ? $0 : nil }
        guard let origin = form["origin"].flatMap({ RoleMapping.Origin(rawValue: $0) }), let value,
            let role = form["role"].flatMap({ Role(rawValue: $0) }), role.canBeProvisioned
        else {
            let problem = request.words["mapping.problem"]
            let field = value == nil ? "mapping-value" : "mapping-role"
            if plugin.kind == .saml {
                return try await SAMLController(parts).page(plugin, request, user, problem: problem, field: field)
            }
            return try await page(plugin, request, user, problem: problem, field: field)
        }
        let (mapping, isPresent) = (RoleMapping(origin: origin, value: value, role: role), form["remove"] == nil)
        let scope = user.scope(.manageIntegration)
        let outcome = try await changes(request, user).set(
            mapping, isPresent: isPresent, of: plugin.id, agreed: form[RolePreviewPage.agreed], in: scope)
        if case .asks(let preview) = outcome { return RolePreviewPage(preview: preview, request: request).answer }
        let isAwaited =
            isPresent && origin == .group
            ? try await parts.integration.mappingStatuses(of: plugin.id, in: scope)
                .contains { $0.group == .awaited && $0.mapping == mapping } : false
        return .redirect("manage/integration/plugins/\(id)?done=\(isAwaited ? "mappingAwaits" : "saved")")
    }

    // MARK: Guide

    func guide(_ id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let plugin = try await parts.plugin(id, user)
        let guide = SetupGuide(
            provider: request.query["provider"].flatMap { .init(rawValue: $0) } ?? .guessed(from: plugin.name),
            words: request.words)
        var content = guide.json
        let href = "\(request.base)/manage/integration/plugins/\(id)"
        content["href"] = .string(href)
        content["tenantURL"] = .string(parts.address.scimURL(of: request.tenant.slug))
        content["foreign"] = .array(
            ForeignGuide.allCases.map {
                $0.json(
                    request.words, base: request.base, plugin: href,
                    isOpen: $0.rawValue == plugin.policy.requiredProfile.rawValue)
            })
        return .page(
            "guide", title: request.words["guide.title", ["name": plugin.name]], content, section: .plugins)
    }
}
