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
        if method == .saml, request.tenant.signInMethod != .saml, try await !hasTested(request, user) {
            return try await page(request, user, problem: request.words["settings.signInProblem"], field: "sign-in")
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

    /// Whether a trial of a connection that people could use has gone well.
    private func hasTested(_ request: ConsoleRequest, _ user: SignedInUser) async throws(DomainError) -> Bool {
        try await parts.saml.connections(in: user.scope(.manageIntegration)).contains { connection in
            connection.letsIn && connection.testedAt != nil
        }
    }

    private func page(
        _ request: ConsoleRequest, _ user: SignedInUser, problem: String? = nil, field: String? = nil
    ) async throws -> ConsoleAnswer {
        let tenant = request.tenant
        let chosen = Language.chosen(accept: nil, tenant: tenant.defaultLanguage)
        var content: JSONObject = [
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
