import Domain
import Edge
import HTTPTypes
import StrictJSON

/// Manage > Settings: what holds for the whole account.
struct SettingsController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    func settings(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        if request.method == .get { return try await page(request, user) }
        let method =
            request.form["sign_in"].flatMap { Tenant.SignInMethod(rawValue: $0) } ?? request.tenant.signInMethod
        // Nobody locks everybody out: a way that was never gone is not made the only one.
        if method == .saml, request.tenant.signInMethod != .saml, let steps = try await missing(request, user) {
            return try await page(
                request, user, problem: request.words["settings.signInProblem"], field: "sign-in", steps: steps)
        }
        guard let language = request.form["language"].flatMap({ Language(rawValue: $0) }) else {
            return try await page(request, user, problem: request.words["settings.languageProblem"], field: "language")
        }
        guard let days = request.form.text("retention").flatMap({ Int($0) }), Tenant.retentionDays.contains(days) else {
            return try await page(
                request, user, problem: request.words["settings.retentionProblem"], field: "retention")
        }
        var tenant = request.tenant
        tenant.defaultLanguage = language.rawValue
        tenant.logRetentionDays = days
        tenant.signInMethod = method
        var difference = Difference()
        for (name, before, after) in [
            ("default_language", JSON.string(request.tenant.defaultLanguage), JSON.string(tenant.defaultLanguage)),
            ("sign_in", .string(request.tenant.signInMethod.rawValue), .string(method.rawValue)),
            ("log_retention_days", .integer(Int64(request.tenant.logRetentionDays)), .integer(Int64(days))),
        ] where before != after { difference.set(name, from: before, to: after) }
        if !difference.isEmpty {
            let change = Change(
                id: ChangeID(rawValue: parts.environment.identifiers.next()), action: .update,
                subject: .tenant(tenant.id), difference: difference, origin: request.origin(user))
            try await parts.tenants.update(tenant, change: change, in: user.scope(.manageIntegration))
        }
        return .redirect("manage/settings?done=saved")
    }

    /// The steps before a connection can be the only way to sign in; nil when a test of one that people can use has gone
    /// well.
    private func missing(_ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> JSON? {
        let connections = try await parts.saml.connections(in: user.scope(.manageIntegration)).filter(\.isEnabled)
        if connections.contains(where: { $0.letsIn && !$0.needsDomains && $0.testedAt != nil }) { return nil }
        guard
            let first = connections.first(where: \.letsIn) ?? connections.first(where: \.isUsable) ?? connections.first
        else {
            return [
                [
                    "href": .string("\(request.base)/\(SAMLSetup.Step.connection.path(""))"),
                    "text": .string(request.words["samlStep.connection"]),
                ]
            ]
        }
        let controller = SAMLController(parts)
        let setup = SAMLSetup(connection: first, request: request)
        var steps = setup.missing(
            hasDomain: try await controller.hasDomain(user), isLinked: try await !controller.mustLink(first, user))
        // The connection was tested, and has been paused since.
        if steps.isEmpty { steps = [.test] }
        return setup.json(steps)
    }

    private func page(
        _ request: ConsoleRequest, _ user: SignedInUser, problem: String? = nil, field: String? = nil,
        steps: JSON? = nil
    ) async throws -> ConsoleAnswer {
        let tenant = request.tenant
        let chosen = Language.chosen(accept: nil, tenant: tenant.defaultLanguage)
        var content: JSONObject = [
            "hasSteps": .bool(steps != nil), "steps": steps ?? .null,
            "isLockedOut": .bool(try await LockOut(parts, request, user).isThere),
            "domains": .string("\(request.base)/\(DomainController.path)"),
            "name": .string(tenant.name), "plan": .string(tenant.plan.name),
            "problem": problem.map { .string($0) } ?? .null, "problemField": field.map { .string($0) } ?? .null,
            "languages": .array(
                Language.allCases.map { language in
                    [
                        "value": .string(language.rawValue),
                        "text": .string(request.words["language.\(language.rawValue)"]),
                        "isChosen": .bool(language == chosen),
                    ]
                }),
            "methods": .array(
                Tenant.SignInMethod.allCases.map { method in
                    [
                        "value": .string(method.rawValue),
                        "text": .string(request.words["settings.signIn_\(method.rawValue)"]),
                        "isChosen": .bool(
                            method.rawValue == request.form["sign_in"] ?? tenant.signInMethod.rawValue),
                    ]
                }),
            "retention": .string(request.form["retention"] ?? "\(tenant.logRetentionDays)"),
            "longest": .integer(Int64(Tenant.retentionDays.upperBound)),
        ]
        for (key, value) in try await Timeline(parts).pageOfSettings(request, user) { content[key] = value }
        return .page(
            "settings", title: request.words["settings.title"], content, section: .settings,
            status: problem == nil ? .ok : .unprocessableContent, isError: problem != nil)
    }
}
