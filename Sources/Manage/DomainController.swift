import Domain
import Edge
import HTTPTypes
import StrictJSON

/// Manage > Settings > Mail domains: where single sign-on may create people, and how a domain is proven.
struct DomainController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    static let path = "manage/settings/domains"

    private func changes(_ request: ConsoleRequest, _ user: SignedInUser) -> DomainChanges {
        DomainChanges(
            domains: parts.domains, identifiers: parts.environment.identifiers, origin: request.origin(user))
    }

    func domains(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        if request.method == .post { return try await add(request, user) }
        return try await page(request, user)
    }

    private func add(_ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        guard let name = request.form.text("domain").flatMap({ MailDomain($0) }) else {
            return try await page(request, user, problem: request.words["domain.nameProblem"], field: "domain")
        }
        do throws(DomainError) {
            _ = try await changes(request, user).add(
                name, challenge: DomainChallenge(random: parts.environment.random()), now: request.now,
                in: user.scope(.manageIntegration))
        } catch {
            let problem: String
            switch error {
            case .invalid: problem = request.words["domain.public", ["name": name.description]]
            case .conflict: problem = request.words["domain.known", ["name": name.description]]
            case .refused: problem = request.words["domain.tooMany", ["n": "\(TenantDomain.limit)"]]
            default: throw error
            }
            return try await page(request, user, problem: problem, field: "domain")
        }
        return .redirect("\(Self.path)?done=domainAdded")
    }

    func check(_ name: MailDomain, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let domain = try await find(name, user)
        try parts.domainChecks.count(user.tenant, now: request.now)
        let check = try await changes(request, user).check(
            domain, in: user.scope(.manageIntegration), by: parts.txtRecords)
        let values = ["name": name.description]
        switch check {
        case .verified: return .redirect("\(Self.path)?done=domainVerified")
        case .missing: return try await page(request, user, problem: request.words["domain.missing", values])
        case .different(let records):
            let found = (records.first ?? "").prefix(Self.charactersShown)
            let problem = request.words["domain.different", values.merging(["found": String(found)]) { $1 }]
            return try await page(request, user, problem: problem)
        case .unanswered:
            return try await page(
                request, user, problem: request.words["domain.unanswered", values], status: .serviceUnavailable)
        }
    }

    /// Of a record that is another one.
    private static let charactersShown = 100

    func remove(_ name: MailDomain, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let domain = try await find(name, user)
        try await changes(request, user).remove(domain, in: user.scope(.manageIntegration))
        return .redirect("\(Self.path)?done=domainRemoved")
    }

    private func find(_ name: MailDomain, _ user: SignedInUser) async throws(DomainError) -> TenantDomain {
        let domains = try await parts.domains.domains(in: user.scope(.manageIntegration))
        guard let domain = domains.first(where: { $0.name == name }) else { throw .notFound }
        return domain
    }

    private func page(
        _ request: ConsoleRequest, _ user: SignedInUser, problem: String? = nil, field: String? = nil,
        status: HTTPResponse.Status = .unprocessableContent
    ) async throws -> ConsoleAnswer {
        let domains = try await parts.domains.domains(in: user.scope(.manageIntegration))
        return .page(
            "domains", title: request.words["domain.title"],
            [
                "href": .string("\(request.base)/\(Self.path)"),
                "back": .string("\(request.base)/\(PageFrame.Section.settings.path)"),
                "problem": problem.map { .string($0) } ?? .null, "problemField": field.map { .string($0) } ?? .null,
                "entered": .string(request.form["domain"] ?? ""), "isEmpty": .bool(domains.isEmpty),
                "label": .string(DomainChallenge.label),
                "domains": .array(domains.map { Self.json($0, request) }),
            ], section: .settings, status: problem == nil ? .ok : status, isError: problem != nil)
    }

    private static func json(_ domain: TenantDomain, _ request: ConsoleRequest) -> JSON {
        [
            "name": .string(domain.name.description),
            "state": .string(request.words["domain.\(domain.state.rawValue)"]),
            "class": .string(domain.isVerified ? "fine" : "waiting"), "isWaiting": .bool(!domain.isVerified),
            "verified": request.moment(domain.verifiedAt),
            "checked": request.moment(domain.checkedAt), "recordName": .string(domain.recordName),
            "recordValue": .string(domain.challenge.text),
        ]
    }
}
